// SPDX-License-Identifier: Apache-2.0
#include "generator/audio/wav_header.hpp"

#include <cmath>
#include <limits>
#include <string>
#include <string_view>

namespace dgx {
namespace {

constexpr std::uint32_t kFormatPcm = 1;
constexpr std::uint32_t kFormatFloat = 3;
constexpr int kMiddleC = 60;

Error out_of_range(const std::string& field, const std::string& range, const std::string& got) {
  return Error{ErrorCode::kInvalidArgument, field + " must be " + range + ", got " + got, {}};
}

Status check_meter(const WavMetadata& metadata) {
  const auto fits = [](int value) { return value >= 1 && value <= 0xFFFF; };
  if (!fits(metadata.meter_numerator) || !fits(metadata.meter_denominator)) {
    return out_of_range("meter of a WAV file", "1 to 65535 over 1 to 65535",
                        std::to_string(metadata.meter_numerator) + "/" +
                            std::to_string(metadata.meter_denominator));
  }
  return ok();
}

Status check_metadata(const WavMetadata& metadata) {
  const auto date_size = metadata.origination_date.size();
  if (date_size != 0 && date_size != 10) {
    return out_of_range("origination date", "10 bytes such as 2026-11-21",
                        "'" + metadata.origination_date + "'");
  }
  const auto time_size = metadata.origination_time.size();
  if (time_size != 0 && time_size != 8) {
    return out_of_range("origination time", "8 bytes such as 10:00:00",
                        "'" + metadata.origination_time + "'");
  }
  if (metadata.bpm && !(std::isfinite(*metadata.bpm) && *metadata.bpm > 0)) {
    return out_of_range("tempo of a WAV file", "above 0 BPM", std::to_string(*metadata.bpm));
  }
  if (metadata.beats < 0) {
    return out_of_range("beats of a WAV file", "at least 0", std::to_string(metadata.beats));
  }
  if (metadata.root_note && (*metadata.root_note < 0 || *metadata.root_note > 127)) {
    return out_of_range("root note", "MIDI note 0 to 127", std::to_string(*metadata.root_note));
  }
  return check_meter(metadata);
}

// At most `limit` bytes, never half a character: the cut moves back over continuation bytes.
std::string_view cut_between_characters(std::string_view text, std::size_t limit) {
  if (text.size() <= limit) return text;
  std::size_t end = limit;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end);
}

// EBU Tech 3285 version 2, section 2.4: hundredths, -99.99 to 99.99; 0x7FFF says "not used".
std::uint32_t loudness_field(const std::optional<double>& value) {
  constexpr std::uint32_t kNotUsed = 0x7FFF;
  if (!value || !std::isfinite(*value)) return kNotUsed;
  const double hundredths = std::round(*value * 100.0);
  if (hundredths < -9999.0 || hundredths > 9999.0) return kNotUsed;
  return static_cast<std::uint16_t>(static_cast<std::int16_t>(hundredths));
}

// Microsoft, "Multiple channel audio data and WAVE files": formats other than PCM carry cbSize.
RiffBytes format_chunk(const WavShape& shape) {
  const bool is_float = shape.format == SampleFormat::kFloat32;
  const int sample_bytes = bytes_per_sample(shape.format);
  const auto frame_bytes = static_cast<std::uint32_t>(shape.channels * sample_bytes);
  RiffBytes body;
  body.u16(is_float ? kFormatFloat : kFormatPcm);
  body.u16(static_cast<std::uint32_t>(shape.channels));
  body.u32(static_cast<std::uint32_t>(shape.sample_rate));
  body.u32(static_cast<std::uint32_t>(shape.sample_rate) * frame_bytes);
  body.u16(frame_bytes);
  body.u16(static_cast<std::uint32_t>(8 * sample_bytes));
  if (is_float) body.u16(0);
  return body;
}

// EBU Tech 3285 version 2: 602 bytes and the coding history.
RiffBytes bext_chunk(const WavMetadata& metadata) {
  RiffBytes body;
  body.padded_text(cut_between_characters(metadata.description, 256), 256);
  body.padded_text(cut_between_characters(metadata.originator, 32), 32);
  body.padded_text(cut_between_characters(metadata.originator_reference, 32), 32);
  body.padded_text(metadata.origination_date, 10);
  body.padded_text(metadata.origination_time, 8);
  body.u32(0);  // Time reference, low and high: the clip starts at sample 0.
  body.u32(0);
  body.u16(2);     // Version
  body.zeros(64);  // No UMID
  body.u16(loudness_field(metadata.integrated_lufs));
  body.u16(loudness_field(metadata.range_lu));
  body.u16(loudness_field(metadata.true_peak_dbtp));
  body.u16(loudness_field(std::nullopt));  // Maximum momentary loudness: not measured
  body.u16(loudness_field(metadata.short_term_max_lufs));
  body.zeros(180);
  body.text(metadata.coding_history);
  return body;
}

// Sony's acid chunk has no public standard. Layout and flags as libsndfile (wav.c,
// wav_read_acid_chunk) and Ardour read them; 0x8000 and 0 are what the original program writes.
RiffBytes acid_chunk(const WavMetadata& metadata) {
  constexpr std::uint32_t kOneShot = 0x01;
  constexpr std::uint32_t kRootNoteSet = 0x02;
  constexpr std::uint32_t kStretch = 0x04;
  RiffBytes body;
  body.u32((metadata.beats > 0 ? kStretch : kOneShot) | (metadata.root_note ? kRootNoteSet : 0U));
  body.u16(static_cast<std::uint32_t>(metadata.root_note.value_or(kMiddleC)));
  body.u16(0x8000);
  body.f32(0.0F);
  body.u32(static_cast<std::uint32_t>(metadata.beats));
  body.u16(static_cast<std::uint32_t>(metadata.meter_denominator));
  body.u16(static_cast<std::uint32_t>(metadata.meter_numerator));
  body.f32(static_cast<float>(*metadata.bpm));
  return body;
}

// The smpl chunk of "Multimedia Programming Interface and Data Specifications 1.0" (1994 update).
RiffBytes sampler_chunk(const WavShape& shape, const WavMetadata& metadata) {
  RiffBytes body;
  body.u32(0);  // Manufacturer, product: none
  body.u32(0);
  body.u32(static_cast<std::uint32_t>(std::lround(1e9 / shape.sample_rate)));  // ns a sample
  body.u32(static_cast<std::uint32_t>(metadata.root_note.value_or(kMiddleC)));
  body.zeros(12);  // Pitch fraction, SMPTE format and offset
  body.u32(metadata.loops ? 1 : 0);
  body.u32(0);  // No sampler data
  if (metadata.loops) {
    body.zeros(12);  // Cue point 0, type forward, start 0
    body.u32(static_cast<std::uint32_t>(shape.frame_count - 1));  // The last sample is played
    body.zeros(8);                                                // No fraction, endless
  }
  return body;
}

RiffBytes metadata_chunks(const WavShape& shape, const WavMetadata& metadata) {
  RiffBytes chunks;
  chunks.chunk("fmt ", format_chunk(shape));
  if (shape.format == SampleFormat::kFloat32) {
    RiffBytes fact;
    fact.u32(static_cast<std::uint32_t>(shape.frame_count));
    chunks.chunk("fact", fact);
  }
  chunks.chunk("bext", bext_chunk(metadata));
  if (!metadata.ixml.empty()) {
    RiffBytes ixml;
    ixml.text(metadata.ixml);
    chunks.chunk("iXML", ixml);
  }
  if (metadata.bpm) chunks.chunk("acid", acid_chunk(metadata));
  if (metadata.root_note || metadata.loops) chunks.chunk("smpl", sampler_chunk(shape, metadata));
  return chunks;
}

}  // namespace

Result<RiffBytes> wav_header(const WavShape& shape, const WavMetadata& metadata) {
  if (const Status checked = check_metadata(metadata); !checked) return checked.error();

  constexpr std::uint64_t kLargest = std::numeric_limits<std::uint32_t>::max();
  const std::uint64_t data_bytes = shape.data_bytes();
  const std::uint64_t text_bytes = metadata.ixml.size() + metadata.coding_history.size();
  constexpr std::uint64_t kFixedChunks = 1024;  // Every other chunk together is smaller.
  if (data_bytes > kLargest || text_bytes > kLargest ||
      data_bytes + text_bytes + kFixedChunks > kLargest) {
    return out_of_range("a WAV file", "smaller than 4 GiB", std::to_string(data_bytes) + " bytes");
  }

  const RiffBytes chunks = metadata_chunks(shape, metadata);
  const std::uint64_t riff_bytes = 4 + chunks.size() + 8 + data_bytes + data_bytes % 2;
  RiffBytes header;
  header.text("RIFF");
  header.u32(static_cast<std::uint32_t>(riff_bytes));
  header.text("WAVE");
  header.append(chunks);
  header.text("data");
  header.u32(static_cast<std::uint32_t>(data_bytes));
  return header;
}

}  // namespace dgx
