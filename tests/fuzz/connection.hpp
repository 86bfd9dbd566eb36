// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

// What connection_fuzz and the program that writes its first inputs agree on.
namespace dgx::fuzz {

inline constexpr std::uint16_t kPort = 7345;
inline constexpr std::string_view kToken =
    "5e1f00ddc0ffee0123456789abcdef005e1f00ddc0ffee0123456789abcdef00";

}  // namespace dgx::fuzz
