// SPDX-License-Identifier: Apache-2.0
// For LD_PRELOAD: refuses those requests for memory that a MemoryPlan names, on whatever thread
// they are made. Programs that the process starts are left alone, and so is libsoxr, which looks at
// none of its requests: it would end the process.
#include "tests/support/failing_malloc.hpp"

#include <fcntl.h>
#include <link.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

// The names are those of the C library.
// NOLINTBEGIN(bugprone-reserved-identifier)
extern "C" {
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* memory, std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);
}
// NOLINTEND(bugprone-reserved-identifier)

namespace {

std::atomic<dgx::test::MemoryPlan*> plan{nullptr};

std::uintptr_t spared_begin = 0;
std::uintptr_t spared_end = 0;

int find_spared(dl_phdr_info* library, std::size_t /*size*/, void* /*nothing*/) {
  if (std::string_view(library->dlpi_name).find("libsoxr.so") == std::string_view::npos) return 0;
  for (int i = 0; i < library->dlpi_phnum; ++i) {
    const auto& part = library->dlpi_phdr[i];
    if (part.p_type != PT_LOAD || (part.p_flags & PF_X) == 0) continue;
    spared_begin = library->dlpi_addr + part.p_vaddr;
    spared_end = spared_begin + part.p_memsz;
  }
  return 1;
}

bool refuse(const void* caller) {
  const auto address = reinterpret_cast<std::uintptr_t>(caller);
  if (address >= spared_begin && address < spared_end) return false;
  dgx::test::MemoryPlan* const shared = plan.load(std::memory_order_acquire);
  if (shared == nullptr || shared->until_refusal.load(std::memory_order_relaxed) <= 0) return false;
  if (shared->until_refusal.fetch_sub(1) != 1) return false;
  ++shared->refused;
  shared->until_refusal = shared->every.load();
  errno = ENOMEM;
  return true;
}

[[gnu::constructor]] void prepare() {
  const char* file = std::getenv("DGX_FAILING_MALLOC");
  if (file == nullptr) return;
  const int fd = ::open(file, O_RDWR | O_CLOEXEC);
  void* const shared =
      ::mmap(nullptr, sizeof(dgx::test::MemoryPlan), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (shared == MAP_FAILED) std::abort();
  ::close(fd);
  ::unsetenv("LD_PRELOAD");
  ::dl_iterate_phdr(find_spared, nullptr);
  plan = static_cast<dgx::test::MemoryPlan*>(shared);
}

}  // namespace

extern "C" {

void* malloc(std::size_t size) {
  return refuse(__builtin_return_address(0)) ? nullptr : __libc_malloc(size);
}

void* calloc(std::size_t nmemb, std::size_t size) {
  return refuse(__builtin_return_address(0)) ? nullptr : __libc_calloc(nmemb, size);
}

void* realloc(void* ptr, std::size_t size) {
  return refuse(__builtin_return_address(0)) ? nullptr : __libc_realloc(ptr, size);
}

void* aligned_alloc(std::size_t alignment, std::size_t size) {
  return refuse(__builtin_return_address(0)) ? nullptr : __libc_memalign(alignment, size);
}
}
