// SPDX-License-Identifier: Apache-2.0
#include "generator/model/store/model_files.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>

#include "generator/digest/sha256.hpp"
#include "generator/model/musicgen/bounded_file.hpp"
#include "generator/model/musicgen/checkpoint.hpp"
#include "generator/model/musicgen/model_config.hpp"
#include "generator/model/musicgen/tokenizer.hpp"

namespace dgx::model {
namespace {

constexpr std::size_t kBlockBytes = std::size_t{1} << 20U;
constexpr std::string_view kSingleFile = "model.safetensors";
constexpr std::string_view kIndexFile = "model.safetensors.index.json";

bool is_small_file(std::string_view name) {
  constexpr std::array<std::string_view, 4> kNames = {"config.json", "generation_config.json",
                                                      "preprocessor_config.json", "spiece.model"};
  return std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

// "model-00001-of-00002.safetensors"
bool is_shard(std::string_view name) {
  constexpr std::string_view kPattern = "model-#####-of-#####.safetensors";
  return std::equal(
      name.begin(), name.end(), kPattern.begin(), kPattern.end(), [](char character, char wanted) {
        return wanted == '#' ? character >= '0' && character <= '9' : character == wanted;
      });
}

/// Hashes one file; adds what it reads to `progress.done_bytes`.
class Hashing {
 public:
  Hashing(const Directory& folder, const TransferSink& sink, std::stop_token stop)
      : folder_(folder), sink_(sink), stop_(std::move(stop)) {}

  Result<protocol::ManifestFile> hash(const std::string& name, TransferProgress& progress) {
    const Result<UniqueFd> fd = folder_.open_file(name);
    if (!fd) return fd.error();
    const std::filesystem::path path = folder_.path() / name;
    const Result<std::uint64_t> size = musicgen::file_size(fd->get(), path);
    if (!size) return size.error();
    progress.file = name;
    Sha256 digest;
    for (std::uint64_t offset = 0; offset < *size;) {
      if (stop_.stop_requested()) return Error{ErrorCode::kCancelled, "stopped while checking"};
      const auto block = std::span(block_).first(
          static_cast<std::size_t>(std::min<std::uint64_t>(block_.size(), *size - offset)));
      if (Status read = musicgen::read_exactly(fd->get(), offset, block, path); !read) {
        return read.error();
      }
      digest.update(block);
      offset += block.size();
      progress.done_bytes += block.size();
      if (sink_) sink_(progress);
    }
    return protocol::ManifestFile{name, static_cast<std::int64_t>(*size), digest.hex_digest()};
  }

 private:
  const Directory& folder_;
  const TransferSink& sink_;
  std::stop_token stop_;
  std::vector<std::byte> block_ = std::vector<std::byte>(kBlockBytes);
};

std::uint64_t element_count(const musicgen::TensorEntry& entry) {
  return entry.byte_count / musicgen::byte_size(entry.type);
}

}  // namespace

std::vector<std::string> select_model_files(const std::vector<std::string>& names) {
  const bool single = std::find(names.begin(), names.end(), kSingleFile) != names.end();
  std::vector<std::string> selected;
  for (const std::string& name : names) {
    const bool weights = single ? name == kSingleFile : name == kIndexFile || is_shard(name);
    if (weights || is_small_file(name)) selected.push_back(name);
  }
  std::sort(selected.begin(), selected.end());
  return selected;
}

Result<ModelFacts> inspect_model(const std::filesystem::path& folder) {
  const auto checkpoint = musicgen::Checkpoint::open(folder);
  if (!checkpoint) return checkpoint.error();
  const auto config = musicgen::read_model_config(folder);
  if (!config) return config.error();
  const auto tokenizer = musicgen::Tokenizer::open(folder / "spiece.model");
  if (!tokenizer) return tokenizer.error();
  ModelFacts facts;
  for (const musicgen::TensorEntry& entry : checkpoint->tensors()) {
    facts.parameters += element_count(entry);
  }
  facts.channels = config->decoder.audio_channels;
  facts.takes_melody = config->melody.has_value();
  facts.on_processor = memory_need(*config, musicgen::NumberType::kAutomatic, false);
  facts.on_card = memory_need(*config, musicgen::NumberType::kAutomatic, true);
  return facts;
}

Result<std::vector<protocol::ManifestFile>> hash_files(const Directory& folder,
                                                       const std::vector<std::string>& names,
                                                       const TransferSink& progress,
                                                       const std::stop_token& stop) {
  TransferProgress position;
  position.phase = TransferProgress::Phase::kChecking;
  for (const std::string& name : names) {
    const Result<UniqueFd> fd = folder.open_file(name);
    if (!fd) return fd.error();
    const auto size = musicgen::file_size(fd->get(), folder.path() / name);
    if (!size) return size.error();
    position.total_bytes += *size;
  }
  Hashing hashing(folder, progress, stop);
  std::vector<protocol::ManifestFile> files;
  for (const std::string& name : names) {
    Result<protocol::ManifestFile> file = hashing.hash(name, position);
    if (!file) return file.error();
    files.push_back(*std::move(file));
  }
  return files;
}

}  // namespace dgx::model
