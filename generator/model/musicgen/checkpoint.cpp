// SPDX-License-Identifier: Apache-2.0
#include "generator/model/musicgen/checkpoint.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <utility>

#include "generator/base/directory.hpp"
#include "generator/base/utf8.hpp"
#include "generator/model/musicgen/bounded_file.hpp"
#include "generator/model/musicgen/safetensors_header.hpp"
#include "generator/model/musicgen/shard_index.hpp"

namespace dgx::musicgen {
namespace {

constexpr std::string_view kSingleFile = "model.safetensors";
constexpr std::string_view kIndexFile = "model.safetensors.index.json";
constexpr std::uint64_t kMostIndexBytes = 8'000'000;
constexpr std::size_t kMostShards = 256;

Error corrupt(std::string message) {
  return {ErrorCode::kCorrupt, std::move(message)};
}

std::optional<ElementType> element_type(std::string_view type) {
  if (type == "F32") return ElementType::kF32;
  if (type == "F16") return ElementType::kF16;
  if (type == "BF16") return ElementType::kBF16;
  return std::nullopt;
}

bool is_pickle(const std::string& name) {
  constexpr std::array<std::string_view, 6> kEndings = {".bin", ".pt",   ".pth",
                                                        ".th",  ".ckpt", ".pkl"};
  return std::any_of(kEndings.begin(), kEndings.end(),
                     [&](std::string_view ending) { return name.ends_with(ending); });
}

/// What to say about a folder that has neither of the two files.
Error no_weights(const Directory& folder) {
  const Result<std::vector<std::string>> names = folder.names();
  if (!names) return names.error();
  const auto pickle = std::find_if(names->begin(), names->end(), is_pickle);
  if (pickle == names->end()) {
    return {ErrorCode::kNotFound, folder.path().string() + " holds neither " +
                                      std::string(kSingleFile) + " nor " + std::string(kIndexFile)};
  }
  return {ErrorCode::kInvalidArgument,
          folder.path().string() + " holds " + escaped_for_terminal(*pickle) +
              ", a Python pickle, which can run code and is never opened here; get the model's "
              "safetensors files, or convert it with transformers: "
              "model.save_pretrained(FOLDER, safe_serialization=True) (docs/models.md)"};
}

}  // namespace

/// The steps of open(), around the checkpoint they fill.
struct Checkpoint::Opening {
  const Directory& folder;
  Checkpoint& checkpoint;
  std::set<std::string, std::less<>> names{};  ///< Of all tensors, whatever their type

  Status add_file(const std::string& name, const ShardIndex* index) {
    Result<UniqueFd> fd = folder.open_file(name);
    if (!fd) return fd.error();
    File file{std::move(*fd), folder.path() / name};
    std::uint64_t data_offset = 0;
    auto entries = read_safetensors_header(file.fd.get(), file.path, data_offset);
    if (!entries) return entries.error();
    checkpoint.files_.push_back(std::move(file));
    for (HeaderEntry& entry : *entries) {
      if (Status added = add_tensor(std::move(entry), name, data_offset, index); !added) {
        return added;
      }
    }
    return ok();
  }

  Status add_tensor(HeaderEntry entry, const std::string& file, std::uint64_t data_offset,
                    const ShardIndex* index) {
    if (index != nullptr) {
      const auto mapped = index->find(entry.name);
      if (mapped == index->end() || mapped->second != file) {
        return corrupt((folder.path() / file).string() + " holds the tensor \"" + entry.name +
                       "\", which " + std::string(kIndexFile) + " does not place there");
      }
      names.insert(entry.name);
    }
    if (const auto type = element_type(entry.type)) {
      checkpoint.tensors_.push_back({std::move(entry.name), *type, std::move(entry.shape),
                                     entry.end - entry.begin, checkpoint.files_.size() - 1,
                                     data_offset + entry.begin});
    } else {
      checkpoint.other_types_.emplace(std::move(entry.name), std::move(entry.type));
    }
    return ok();
  }

  Status add_shards() {
    const Result<std::string> text = read_bounded(folder, kIndexFile, kMostIndexBytes);
    if (!text) return text.error();
    const Result<ShardIndex> index = parse_shard_index(*text);
    const std::string path = (folder.path() / std::string(kIndexFile)).string();
    if (!index) return corrupt(path + " is not an index: " + index.error().message);
    std::set<std::string> shards;
    for (const auto& [tensor, file] : *index) shards.insert(file);
    if (shards.size() > kMostShards) {
      return corrupt(path + " may name " + std::to_string(kMostShards) + " files, got " +
                     std::to_string(shards.size()));
    }
    for (const std::string& shard : shards) {
      if (Status added = add_file(shard, &*index); !added) return added;
    }
    for (const auto& [tensor, file] : *index) {
      if (names.contains(tensor)) continue;
      return corrupt(path + " places the tensor \"" + escaped_for_terminal(tensor) + "\" in " +
                     file + ", which does not hold it");
    }
    return ok();
  }
};

Result<Checkpoint> Checkpoint::open(const std::filesystem::path& folder_path) {
  const Result<Directory> folder = Directory::open(folder_path);
  if (!folder) return folder.error();
  Checkpoint checkpoint;
  checkpoint.folder_ = folder_path;
  Opening opening{*folder, checkpoint};
  const bool single = folder->contains(kSingleFile);
  if (!single && !folder->contains(kIndexFile)) return no_weights(*folder);
  const Status opened =
      single ? opening.add_file(std::string(kSingleFile), nullptr) : opening.add_shards();
  if (!opened) return opened.error();
  std::sort(checkpoint.tensors_.begin(), checkpoint.tensors_.end(),
            [](const TensorEntry& a, const TensorEntry& b) { return a.name < b.name; });
  return checkpoint;
}

const TensorEntry* Checkpoint::find(std::string_view name) const {
  const auto found =
      std::lower_bound(tensors_.begin(), tensors_.end(), name,
                       [](const TensorEntry& entry, std::string_view n) { return entry.name < n; });
  return found != tensors_.end() && found->name == name ? &*found : nullptr;
}

Result<const TensorEntry*> Checkpoint::require(std::string_view name,
                                               std::span<const std::int64_t> shape) const {
  const TensorEntry* entry = find(name);
  const std::string place = " in " + folder_.string();
  if (entry == nullptr) {
    const auto other = other_types_.find(name);
    if (other == other_types_.end()) {
      return Error{ErrorCode::kCorrupt, "the tensor " + std::string(name) + " of shape " +
                                            shape_text(shape) + " is missing" + place};
    }
    return Error{ErrorCode::kCorrupt, "the tensor " + std::string(name) +
                                          " must be F32, F16 or BF16, got " +
                                          escaped_for_terminal(other->second) + place};
  }
  if (!std::equal(shape.begin(), shape.end(), entry->shape.begin(), entry->shape.end())) {
    return Error{ErrorCode::kCorrupt, "the tensor " + std::string(name) + " must have the shape " +
                                          shape_text(shape) + ", got " + shape_text(entry->shape) +
                                          place};
  }
  return entry;
}

std::uint64_t Checkpoint::total_bytes() const {
  std::uint64_t total = 0;
  for (const TensorEntry& entry : tensors_) total += entry.byte_count;
  return total;
}

Status Checkpoint::read(const TensorEntry& entry, std::span<std::byte> into) const {
  if (into.size() != entry.byte_count) {
    return Error{ErrorCode::kInvalidArgument,
                 "the tensor " + entry.name + " has " + std::to_string(entry.byte_count) +
                     " bytes, got room for " + std::to_string(into.size())};
  }
  return read_part(entry, 0, into);
}

Status Checkpoint::read_part(const TensorEntry& entry, std::uint64_t first,
                             std::span<std::byte> into) const {
  if (first > entry.byte_count || into.size() > entry.byte_count - first) {
    return Error{ErrorCode::kInvalidArgument,
                 "the tensor " + entry.name + " has " + std::to_string(entry.byte_count) +
                     " bytes, got room for " + std::to_string(into.size()) + " from byte " +
                     std::to_string(first) + " on"};
  }
  const File& file = files_.at(entry.file_index);
  return read_exactly(file.fd.get(), entry.offset + first, into, file.path);
}

std::string shape_text(std::span<const std::int64_t> shape) {
  std::string text = "[";
  for (const std::int64_t size : shape) {
    text += (text.size() > 1 ? ", " : "") + std::to_string(size);
  }
  return text + "]";
}

}  // namespace dgx::musicgen
