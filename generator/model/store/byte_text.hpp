// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string>

namespace dgx::model {

/// "2.4 GB", "812 kB": decimal units, as disks and hubs count.
inline std::string byte_text(std::uint64_t bytes) {
  constexpr std::array kUnits = {"bytes", "kB", "MB", "GB", "TB"};
  if (bytes < 1000) return std::to_string(bytes) + " bytes";
  std::uint64_t unit = 1;
  std::size_t name = 0;
  while (name + 1 < kUnits.size() && bytes / unit >= 1000) {
    unit *= 1000;
    ++name;
  }
  // Tenths below 100, where they tell something.
  const std::uint64_t tenths = (bytes * 10 + unit / 2) / unit;
  if (tenths >= 1000) return std::to_string((bytes + unit / 2) / unit) + " " + kUnits[name];
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " " + kUnits[name];
}

}  // namespace dgx::model
