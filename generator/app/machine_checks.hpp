// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>

#include "generator/protocol/doctor_report.hpp"

// What the machine has. Each check reads files beneath `root`, which is "/" but in tests, and
// starts nothing.
namespace dgx::app {

/// The data folder by the room on its disk. `is_new`: it is not there yet, and can be made.
protocol::PartReport describe_room(const std::filesystem::path& folder, std::uintmax_t free_bytes,
                                   bool is_new);
/// From /proc/meminfo.
protocol::PartReport check_memory(const std::filesystem::path& root = "/");
/// An NVIDIA card on the PCI bus, and the driver that makes /dev/nvidia0 of it.
protocol::PartReport check_gpu(const std::filesystem::path& root = "/");
/// Every Ardour of the distribution and of ardour.org's installer, by the names of their programs.
protocol::PartReport check_ardour(const std::filesystem::path& root = "/");

}  // namespace dgx::app
