// SPDX-License-Identifier: Apache-2.0
#include "generator/model/musicgen/kernels/page_buffer.hpp"

#include <sys/mman.h>

#include <new>

namespace dgx::musicgen {

PageBuffer::PageBuffer(std::size_t bytes) : bytes_(bytes) {
  if (bytes == 0) return;
  pages_ = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (pages_ == MAP_FAILED) {
    pages_ = nullptr;
    throw std::bad_alloc();
  }
  // Advice: small pages do, too.
  static_cast<void>(::madvise(pages_, bytes, MADV_HUGEPAGE));
}

PageBuffer::~PageBuffer() {
  if (pages_ != nullptr) ::munmap(pages_, bytes_);
}

}  // namespace dgx::musicgen
