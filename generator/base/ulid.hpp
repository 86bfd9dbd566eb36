// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace dgx {

/// A new ULID: 26 characters of Crockford base 32, 48 bits of Unix milliseconds and 80 random
/// bits. Within a process each is greater than the one before, also when the clock steps back.
/// Threads: any.
[[nodiscard]] std::string new_ulid();

/// True for 26 characters in the canonical upper-case alphabet whose time fits 48 bits.
[[nodiscard]] bool is_ulid(std::string_view text);

}  // namespace dgx
