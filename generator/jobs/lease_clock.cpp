// SPDX-License-Identifier: Apache-2.0
#include "generator/jobs/lease_clock.hpp"

#include <ctime>
#include <fstream>
#include <string>

namespace dgx::jobs {

LeaseClock system_lease_clock() {
  std::string boot_id;
  std::getline(std::ifstream("/proc/sys/kernel/random/boot_id"), boot_id);
  return [boot_id] {
    timespec time{};
    ::clock_gettime(CLOCK_MONOTONIC, &time);
    return history::BootTime{boot_id, std::int64_t{time.tv_sec} * 1000 + time.tv_nsec / 1'000'000};
  };
}

}  // namespace dgx::jobs
