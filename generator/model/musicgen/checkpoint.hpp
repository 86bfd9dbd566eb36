// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "generator/base/result.hpp"
#include "generator/base/unique_fd.hpp"
#include "generator/model/musicgen/element_type.hpp"

namespace dgx::musicgen {

/// One tensor of a checkpoint and where its bytes are.
struct TensorEntry {
  std::string name{};
  ElementType type = ElementType::kF32;
  std::vector<std::int64_t> shape{};  ///< Outermost first; empty for a scalar
  std::uint64_t byte_count = 0;       ///< Product of the shape times the element's size, checked

  std::size_t file_index = 0;  ///< Which of the checkpoint's files
  std::uint64_t offset = 0;    ///< Of the first byte in that file; any alignment
};

/// The weights of a model folder: model.safetensors, or the shards that
/// model.safetensors.index.json names. Opening reads and checks the headers only; the data stays
/// on disk until read() copies a tensor out of it. Owns the open files, so that a folder that is
/// renamed or removed meanwhile makes no difference.
///
/// Threads: const calls may come from several threads at once.
///
/// Failure: kNotFound (no weights), kInvalidArgument (pickle files only: the sentence says how to
/// get safetensors), kCorrupt (anything wrong with a header, an index or a file's size), kIo. All
/// name the file. Memory: headers of at most 25 MB and at most 16,384 tensors a file.
class Checkpoint {
 public:
  static Result<Checkpoint> open(const std::filesystem::path& folder);

  /// nullptr where there is no such tensor, or where its element type is none of ours: a file may
  /// hold integers and booleans that no model here needs.
  [[nodiscard]] const TensorEntry* find(std::string_view name) const;

  /// find(), with a sentence that names the tensor and both shapes where it is not as needed.
  [[nodiscard]] Result<const TensorEntry*> require(std::string_view name,
                                                   std::span<const std::int64_t> shape) const;

  /// All tensors of the three element types, sorted by name.
  [[nodiscard]] std::span<const TensorEntry> tensors() const { return tensors_; }

  /// The sum of their bytes.
  [[nodiscard]] std::uint64_t total_bytes() const;

  /// Copies one tensor's bytes, which must be entry.byte_count, as they stand in the file. Uses
  /// pread(2): a file that shrank since open() is kCorrupt, never a signal.
  Status read(const TensorEntry& entry, std::span<std::byte> into) const;

  /// The same for a part that begins `first` bytes after the tensor's own beginning.
  Status read_part(const TensorEntry& entry, std::uint64_t first, std::span<std::byte> into) const;

 private:
  struct File {
    UniqueFd fd{};
    std::filesystem::path path{};  ///< For messages
  };
  struct Opening;

  Checkpoint() = default;

  std::filesystem::path folder_{};
  std::vector<File> files_{};
  std::vector<TensorEntry> tensors_{};
  std::map<std::string, std::string, std::less<>> other_types_{};  ///< Name to dtype
};

/// "[2, 3]"; "[]" for a scalar.
std::string shape_text(std::span<const std::int64_t> shape);

}  // namespace dgx::musicgen
