// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/mount.h>

#include <filesystem>
#include <stdexcept>
#include <string>

namespace dgx::test {

/// A small file system of its own in memory, where the tests may mount one.
class SmallDisk {
 public:
  SmallDisk(const std::filesystem::path& place, const std::string& size) : place_(place) {
    std::filesystem::create_directories(place);
    mounted_ = ::mount("none", place.c_str(), "tmpfs", 0, ("size=" + size).c_str()) == 0;
  }
  ~SmallDisk() {
    if (mounted_) ::umount2(place_.c_str(), MNT_DETACH);
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

  [[nodiscard]] bool mounted() const { return mounted_; }
  void grow(const std::string& size) const {
    if (::mount("none", place_.c_str(), "tmpfs", MS_REMOUNT, ("size=" + size).c_str()) != 0) {
      throw std::runtime_error("cannot grow " + place_.string());
    }
  }

 private:
  std::filesystem::path place_;
  bool mounted_;
};

}  // namespace dgx::test
