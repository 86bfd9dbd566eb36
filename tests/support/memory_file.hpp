// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "generator/base/unique_fd.hpp"

namespace dgx::test {

/// A regular file without a name.
class MemoryFile {
 public:
  MemoryFile() : fd_(::memfd_create("dgx-test", MFD_CLOEXEC)) {
    if (!fd_.valid()) throw std::runtime_error("memfd_create");
  }
  explicit MemoryFile(std::span<const std::uint8_t> bytes) : MemoryFile() { append(bytes); }

  [[nodiscard]] int fd() const { return fd_.get(); }
  /// For programs that want a name; valid while this object lives.
  [[nodiscard]] std::string path() const {
    return "/proc/" + std::to_string(::getpid()) + "/fd/" + std::to_string(fd_.get());
  }
  void append(std::span<const std::uint8_t> bytes) {
    struct stat status {};
    ::fstat(fd_.get(), &status);
    const auto written = ::pwrite(fd_.get(), bytes.data(), bytes.size(), status.st_size);
    if (written != static_cast<::ssize_t>(bytes.size())) throw std::runtime_error("pwrite");
  }
  [[nodiscard]] std::vector<std::uint8_t> bytes() const {
    struct stat status {};
    ::fstat(fd_.get(), &status);
    std::vector<std::uint8_t> bytes(static_cast<std::size_t>(status.st_size));
    const auto got = ::pread(fd_.get(), bytes.data(), bytes.size(), 0);
    if (got != static_cast<::ssize_t>(bytes.size())) throw std::runtime_error("pread");
    return bytes;
  }

 private:
  UniqueFd fd_;
};

}  // namespace dgx::test
