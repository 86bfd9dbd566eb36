// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace dgx {

/// The code point that starts at text[position], and moves position past it; nothing where the
/// bytes there are not UTF-8 (overlong forms, surrogates and values past U+10FFFF included).
std::optional<char32_t> next_code_point(std::string_view text, std::size_t& position);

[[nodiscard]] bool is_utf8(std::string_view text);

/// Number of code points. `text` has to be UTF-8.
[[nodiscard]] std::size_t count_code_points(std::string_view text);

/// True for C0 (tab and newline too), DEL and C1.
[[nodiscard]] bool is_control(char32_t code_point);

/// Appends the UTF-8 form of a code point.
void append_utf8(std::string& text, char32_t code_point);

/// Text that is safe to print: control characters, characters that change the writing direction
/// and bytes that are not UTF-8 become visible escapes such as \x1b or \u202e.
[[nodiscard]] std::string escaped_for_terminal(std::string_view text);

}  // namespace dgx
