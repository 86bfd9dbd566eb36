// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace dgx::musicgen {

/// The number formats that weights come in. Little-endian, as safetensors has it.
enum class ElementType {
  kF32,
  kF16,   ///< IEEE 754 binary16
  kBF16,  ///< The upper half of a binary32
};

[[nodiscard]] constexpr std::uint64_t byte_size(ElementType type) {
  return type == ElementType::kF32 ? 4 : 2;
}

}  // namespace dgx::musicgen
