// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace dgx::test {

/// One entry of a tar file (POSIX ustar), which may lie about itself.
struct TarEntry {
  std::string name{};
  std::string content{};
  char type = '0';  ///< '0' file, '1' hard link, '2' link, '3' device, '5' folder, '6' pipe
  std::string link{};
  std::optional<std::uint64_t> claimed_size{};  ///< Instead of the content's
};

std::vector<TarEntry> read_tar(const std::string& bytes);
std::string write_tar(const std::vector<TarEntry>& entries);

}  // namespace dgx::test
