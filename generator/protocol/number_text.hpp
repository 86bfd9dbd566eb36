// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <charconv>
#include <string>

namespace dgx::protocol {

/// The shortest decimal text that reads back as the same number: "84", "-16.5", "0.1".
inline std::string number_text(double value) {
  std::array<char, 400> buffer{};  // The longest double in fixed notation has 309 digits.
  // Fixed notation for numbers that people write so; very large and small ones stay scientific.
  const double size = value < 0 ? -value : value;
  const bool fixed = value == 0 || (size >= 1e-6 && size < 1e17);
  const auto [end, error] =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), value,
                    fixed ? std::chars_format::fixed : std::chars_format::general);
  return std::string(buffer.data(), end);
}

}  // namespace dgx::protocol
