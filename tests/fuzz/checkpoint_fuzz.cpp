// SPDX-License-Identifier: Apache-2.0
// A folder whose model.safetensors, or whose index (where the first byte is odd), is the input.
#include <fcntl.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>
#include <vector>

#include "generator/base/directory.hpp"
#include "generator/model/musicgen/checkpoint.hpp"
#include "generator/model/musicgen/shard_index.hpp"

namespace {

using dgx::musicgen::Checkpoint;

void require(bool holds) {
  if (!holds) std::abort();
}

/// A folder in memory with one file, both for the whole run.
struct Folder {
  std::string path = "/dev/shm/dgx-fuzz-XXXXXX";
  int fd = -1;

  Folder() {
    require(::mkdtemp(path.data()) != nullptr);
    fd = ::open((path + "/model.safetensors").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    require(fd >= 0);
  }
  ~Folder() {
    ::unlink((path + "/model.safetensors").c_str());
    ::rmdir(path.c_str());
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
};

void check_file(const std::uint8_t* data, std::size_t size) {
  static const Folder folder;
  require(::ftruncate(folder.fd, 0) == 0);
  require(::pwrite(folder.fd, data, size, 0) == static_cast<::ssize_t>(size));
  const auto checkpoint = Checkpoint::open(folder.path);
  if (!checkpoint) {
    require(!checkpoint.error().message.empty());
    return;
  }
  require(checkpoint->total_bytes() <= size);
  for (const auto& tensor : checkpoint->tensors()) {
    std::vector<std::byte> bytes(tensor.byte_count);
    require(checkpoint->read(tensor, bytes).has_value());
    require(checkpoint->find(tensor.name) == &tensor);
  }
}

void check_index(const std::uint8_t* data, std::size_t size) {
  const auto index = dgx::musicgen::parse_shard_index({reinterpret_cast<const char*>(data), size});
  if (!index) return;
  for (const auto& [tensor, file] : *index) require(dgx::is_file_name(file));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  if ((data[0] & 1U) != 0) {
    check_index(data + 1, size - 1);
  } else {
    check_file(data + 1, size - 1);
  }
  return 0;
}
