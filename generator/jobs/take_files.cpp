// SPDX-License-Identifier: Apache-2.0
#include "generator/jobs/take_files.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <span>
#include <utility>

#include "generator/audio/wav_reader.hpp"
#include "generator/audio/wav_writer.hpp"
#include "generator/base/utc_time.hpp"
#include "generator/base/version.hpp"
#include "generator/jobs/file_name.hpp"
#include "generator/jobs/ixml.hpp"
#include "generator/jobs/publisher.hpp"
#include "generator/protocol/codec.hpp"
#include "generator/protocol/music.hpp"
#include "generator/protocol/number_text.hpp"

namespace dgx::jobs {
namespace {

// Four characters of the id tell takes apart in a folder; after that whatever it needs.
constexpr std::array<std::size_t, 5> kIdCharacters = {4, 6, 8, 12, 26};
// Dither and rounding move a sample by at most two steps.
constexpr float kLargestError = 2.0F;

Status write_all(int fd, std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(fd, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return error_from_errno(errno, "cannot write");
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
  return ok();
}

SampleFormat format_of(const protocol::GenerationRequest& request) {
  if (request.bit_depth == "16") return SampleFormat::kPcm16;
  if (request.bit_depth == "32f") return SampleFormat::kFloat32;
  return SampleFormat::kPcm24;
}

float step_of(SampleFormat format) {
  switch (format) {
    case SampleFormat::kPcm16:
      return 0x1p-15F;
    case SampleFormat::kPcm24:
      return 0x1p-23F;
    case SampleFormat::kFloat32:
      return 0.0F;
  }
  return 0.0F;
}

// The file as it lies on disk has to hold the samples that were meant.
Status verify_wav(int fd, const AudioClip& clip, SampleFormat format) {
  const auto read = read_wav(fd);
  if (!read) return read.error();
  const float tolerance = kLargestError * step_of(format);
  const bool same_shape = read->sample_rate == clip.sample_rate &&
                          read->channels == clip.channels &&
                          read->samples.size() == clip.samples.size();
  for (std::size_t i = 0; same_shape && i < clip.samples.size(); ++i) {
    if (!(std::abs(read->samples[i] - clip.samples[i]) <= tolerance)) {
      return Error{ErrorCode::kCorrupt,
                   "the file on disk differs from what was written at sample " + std::to_string(i)};
    }
  }
  if (same_shape) return ok();
  return Error{ErrorCode::kCorrupt, "the file on disk has " + std::to_string(read->samples.size()) +
                                        " samples, expected " +
                                        std::to_string(clip.samples.size())};
}

/// Builds the files of a take for one name.
class TakeFileSet {
 public:
  TakeFileSet(const Directory& folder, TakeContent& content, std::string base_name,
              const std::stop_token& stop)
      : content_(content),
        receipt_(content.receipt),
        base_name_(std::move(base_name)),
        stop_(stop) {
    const auto path = [&](const std::string& ending) {
      return (folder.path() / (base_name_ + ending)).string();
    };
    receipt_.file_path = path(".wav");
    if (!content.midi_file.empty()) receipt_.midi_path = path(".mid");
    for (const model::Part& part : content.audio.parts) {
      receipt_.stems.push_back({part.name, path("." + part.name + ".wav")});
    }
    describe();
  }

  // The receipt is written last, when the WAV has its hash, and so becomes visible first: a WAV
  // that can be seen always has its receipt beside it (publisher.hpp, recovery.hpp).
  [[nodiscard]] std::vector<PublishedFile> files() {
    std::vector<PublishedFile> files = {wav_file(".wav", content_.audio.mix, "")};
    for (const model::Part& part : content_.audio.parts) {
      files.push_back(wav_file("." + part.name + ".wav", part.audio, part.name));
    }
    if (!content_.midi_file.empty()) files.push_back(midi_file());
    files.push_back(receipt_file());
    return files;
  }

  [[nodiscard]] const protocol::Receipt& receipt() const { return receipt_; }

 private:
  void describe() {
    const auto& receipt = receipt_;
    metadata_.description = base_name_ + ", made by " + receipt.model.id + " (DGX Music)";
    metadata_.originator = std::string("DGX Music ") + kVersion;
    metadata_.originator_reference = receipt.take_id;
    metadata_.origination_date = receipt.times.created_at.substr(0, 10);
    metadata_.origination_time =
        receipt.times.created_at.size() >= 19 ? receipt.times.created_at.substr(11, 8) : "";
    metadata_.bpm = receipt.tempo.bpm;
    metadata_.loops = receipt.loop.has_value();
    if (const auto meter = parse_meter(receipt.tempo.time_signature)) {
      metadata_.meter_numerator = meter->numerator;
      metadata_.meter_denominator = meter->denominator;
      if (receipt.tempo.bars) {
        metadata_.beats = static_cast<int>(
            std::lround(static_cast<double>(*receipt.tempo.bars) * meter->quarters_per_bar()));
      }
    }
    if (!receipt.key) return;
    if (const auto key = parse_key(*receipt.key)) metadata_.root_note = 60 + key->tonic;
  }

  PublishedFile wav_file(const std::string& ending, const AudioClip& clip,
                         const std::string& part) {
    const SampleFormat format = format_of(content_.receipt.request);
    PublishedFile file;
    file.ending = ending;
    file.write = [this, &clip, format, part](int fd) {
      WavMetadata metadata = metadata_;
      const std::string json = content_.embed_receipt ? protocol::encode(receipt_) : "";
      metadata.ixml = ixml_of(receipt_, base_name_ + (part.empty() ? "" : " " + part), json);
      if (part.empty()) {  // The loudness facts are the mix's.
        metadata.integrated_lufs = receipt_.loudness.integrated_lufs;
        metadata.range_lu = receipt_.loudness.range_lu;
        metadata.true_peak_dbtp = receipt_.loudness.true_peak_dbtp;
        metadata.short_term_max_lufs = receipt_.loudness.short_term_max_lufs;
      }
      return write_wav(fd, clip, format, metadata, static_cast<std::uint64_t>(receipt_.seed));
    };
    file.verify = [this, &clip, format, part](int fd) -> Status {
      if (Status same = verify_wav(fd, clip, format); !same) return same;
      if (!part.empty()) return ok();
      if (stop_.stop_requested()) return Error{ErrorCode::kCancelled, "cancelled while writing"};
      auto hash = wav_audio_sha256(fd);
      if (!hash) return std::move(hash).error();
      receipt_.audio_sha256 = *std::move(hash);
      return ok();
    };
    return file;
  }

  PublishedFile midi_file() {
    return {".mid",
            [this](int fd) { return write_all(fd, std::as_bytes(std::span(content_.midi_file))); },
            {}};
  }

  PublishedFile receipt_file() {
    return {".json",
            [this](int fd) {
              receipt_.times.completed_at = now_rfc3339();
              const std::string text = protocol::encode_for_people(receipt_);
              return write_all(fd, std::as_bytes(std::span(text)));
            },
            {}};
  }

  TakeContent& content_;
  protocol::Receipt receipt_;
  std::string base_name_;
  const std::stop_token& stop_;
  WavMetadata metadata_{};
};

}  // namespace

Result<protocol::Receipt> write_take_files(const Directory& folder, TakeContent content,
                                           const std::stop_token& stop, const StepHook& on_step) {
  const auto& receipt = content.receipt;
  Status published =
      Error{ErrorCode::kConflict, "no free name is left for take " + receipt.take_id};
  for (const std::size_t characters : kIdCharacters) {
    const std::string name = take_file_name(content.name_words, receipt.tempo.bpm, receipt.key,
                                            receipt.take_id, characters);
    TakeFileSet files(folder, content, name, stop);
    if (!names_are_free(folder, name, files.files())) continue;
    published = publish_files(folder, receipt.take_id, name, files.files(), stop, on_step);
    if (published) return files.receipt();
    // Somebody took the name in between: the next one is longer.
    if (published.error().code != ErrorCode::kConflict) break;
  }
  return published.error();
}

std::vector<std::string> file_names_of(const protocol::Receipt& receipt) {
  const auto name_of = [](const std::string& path) {
    return std::filesystem::path(path).filename().string();
  };
  std::vector<std::string> names = {name_of(receipt.file_path)};
  for (const protocol::StemFile& stem : receipt.stems) names.push_back(name_of(stem.file_path));
  if (receipt.midi_path) names.push_back(name_of(*receipt.midi_path));
  names.push_back(std::filesystem::path(names.front()).replace_extension(".json").string());
  return names;
}

history::CompletedTake completed_row(const protocol::Receipt& receipt) {
  history::CompletedTake row;
  row.take_id = receipt.take_id;
  row.model_name = receipt.model.id;
  row.model_version = receipt.model.version;
  row.duration_seconds = receipt.duration_seconds;
  row.sample_rate = static_cast<int>(receipt.request.sample_rate);
  row.channels = static_cast<int>(receipt.channels);
  row.file_path = receipt.file_path;
  std::error_code error;
  const auto bytes = std::filesystem::file_size(receipt.file_path, error);
  row.file_size_bytes = error ? 0 : static_cast<std::int64_t>(bytes);
  row.generation_time_seconds = receipt.times.loading_seconds + receipt.times.generating_seconds +
                                receipt.times.finishing_seconds;
  row.receipt_json = protocol::encode(receipt);
  return row;
}

}  // namespace dgx::jobs
