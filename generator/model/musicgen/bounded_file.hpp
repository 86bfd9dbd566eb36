// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "generator/base/directory.hpp"

namespace dgx::musicgen {

/// Fills `into` from the file's bytes at `offset` by pread(2), so that a file that shrinks under
/// the reader is an error and never a signal. `path` is for messages.
/// Failure: kCorrupt where the file ends early, kIo.
Status read_exactly(int fd, std::uint64_t offset, std::span<std::byte> into,
                    const std::filesystem::path& path);

/// The size of an open file in bytes.
Result<std::uint64_t> file_size(int fd, const std::filesystem::path& path);

/// The whole of a small file. Failure: as Directory::open_file; kCorrupt for more than
/// `most_bytes`, which is checked before any memory is taken.
Result<std::string> read_bounded(const Directory& folder, std::string_view name,
                                 std::uint64_t most_bytes);

}  // namespace dgx::musicgen
