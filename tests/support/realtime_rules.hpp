// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <cstdio>

extern "C" {
// Of RealtimeSanitizer; null where it is not linked.
void __rtsan_realtime_enter() __attribute__((weak));  // NOLINT(bugprone-reserved-identifier)
void __rtsan_realtime_exit() __attribute__((weak));   // NOLINT(bugprone-reserved-identifier)
}

namespace dgx::test {

/// From here on this thread makes no system call, or the process ends by SIGSYS.
inline void forbid_system_calls() {
  std::array<sock_filter, 1> kill = {sock_filter{BPF_RET | BPF_K, 0, 0, SECCOMP_RET_KILL_PROCESS}};
  sock_fprog program{static_cast<unsigned short>(kill.size()), kill.data()};
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
      ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) {
    std::perror("seccomp");
    ::_exit(2);
  }
}

/// Calls block(0), block(1), ... as an audio thread has to: no system call, and with
/// RealtimeSanitizer no allocation and no lock. Sets `done` and never comes back, for even the end
/// of a thread takes system calls; the process ends without it.
template <typename Block>
[[noreturn]] void play_by_the_rules(std::int64_t blocks, std::atomic<bool>& done,
                                    const Block& block) noexcept {
  forbid_system_calls();
  for (std::int64_t number = 0; number < blocks; ++number) {
    if (__rtsan_realtime_enter != nullptr) __rtsan_realtime_enter();
    block(number);
    if (__rtsan_realtime_exit != nullptr) __rtsan_realtime_exit();
  }
  done.store(true);
  // A load that has to be made: clang 14 leaves out a loop that does nothing, and what follows it
  // in memory would run.
  while (done.load()) {
  }
  __builtin_unreachable();
}

}  // namespace dgx::test
