// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace dgx::protocol {

/// The codes of several takes as JSON: {"tokens": [take][codebook][frame]}, on one line.
std::string encode_tokens(const std::vector<std::vector<std::vector<std::int32_t>>>& takes);

}  // namespace dgx::protocol
