// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

#include "generator/history/history_store.hpp"

namespace dgx::jobs {

/// Tells the time by which jobs are leased and wait for another attempt.
using LeaseClock = std::function<history::BootTime()>;

/// CLOCK_MONOTONIC and the kernel's boot id: never steps, whatever happens to the date.
LeaseClock system_lease_clock();

}  // namespace dgx::jobs
