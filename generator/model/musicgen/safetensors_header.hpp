// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "generator/base/result.hpp"

// Private to the checkpoint: the header of one safetensors file.
namespace dgx::musicgen {

constexpr std::uint64_t kMostHeaderBytes = 25'000'000;  ///< MusicGen large has about 200 kB
constexpr std::size_t kMostTensors = 16'384;            ///< Of one file; large has about 1,700

struct HeaderEntry {
  std::string name{};
  std::string type{};  ///< As the file writes it, "F32"; up to 16 characters
  std::vector<std::int64_t> shape{};
  std::uint64_t begin = 0;  ///< Bytes from the end of the header
  std::uint64_t end = 0;
};

/// Reads the header of the open file and checks all of it: the header's size against the file's,
/// its JSON (8 levels), each entry's name, shape and extent, dtype x shape = bytes without
/// wrapping, and that the extents fill the data without hole, overlap or rest. Entries come in
/// the order of their data. Memory: the header, its entries, and nothing of the data.
///
/// Failure: kCorrupt with the path and what is wrong; kIo.
Result<std::vector<HeaderEntry>> read_safetensors_header(int fd, const std::filesystem::path& path,
                                                         std::uint64_t& data_offset);

/// Bytes of one element, 0 for a type that this reader does not know.
std::uint64_t element_bytes(std::string_view type);

}  // namespace dgx::musicgen
