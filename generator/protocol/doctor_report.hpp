// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "generator/base/result.hpp"

namespace dgx::protocol {

/// How a part of the installation is. The order is that of urgency.
enum class PartState {
  kFine,
  kLacking,  ///< Something is missing or narrow that takes can be made without
  kMissing,  ///< No take can be made before it is mended
};

/// "ok", "note" or "missing".
std::string_view to_string(PartState state);

/// What was found about one part of the installation.
struct PartReport {
  std::string part{};  ///< "configuration", "engine", ...
  PartState state = PartState::kFine;
  std::string found{};   ///< What there is, or what is wrong with it, in one sentence
  std::string remedy{};  ///< The command that mends it; empty where nothing is to be mended
};

struct DoctorReport {
  std::vector<PartReport> parts{};

  /// True if nothing that is needed is missing.
  [[nodiscard]] bool is_fine() const;
};

/// {"ok", "parts": [{"part", "state", "found", "remedy"?}]} on one line.
std::string encode(const DoctorReport& report);

}  // namespace dgx::protocol
