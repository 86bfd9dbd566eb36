// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "generator/model/musicgen/kernels/kernels.hpp"

// Sixteen numbers side by side, whatever a register holds: the compiler splits what is wider. In a
// namespace without a name, since each instruction set compiles its own.
namespace dgx::musicgen {
namespace {

using Floats = float __attribute__((vector_size(64)));
using Ints = std::int32_t __attribute__((vector_size(64)));

inline Floats all_of(float value) {
  return Floats{value, value, value, value, value, value, value, value,
                value, value, value, value, value, value, value, value};
}

inline Floats load(const float* values) {
  Floats lanes;
  std::memcpy(&lanes, values, sizeof lanes);
  return lanes;
}

inline void store(float* values, Floats lanes) {
  std::memcpy(values, &lanes, sizeof lanes);
}

inline Ints bits_of(Floats lanes) {
  Ints bits;
  std::memcpy(&bits, &lanes, sizeof bits);
  return bits;
}

inline Floats floats_of(Ints bits) {
  Floats lanes;
  std::memcpy(&lanes, &bits, sizeof lanes);
  return lanes;
}

inline Floats larger(Floats a, Floats b) {
  return a > b ? a : b;
}

inline Floats magnitude(Floats lanes) {
  return floats_of(bits_of(lanes) & 0x7fffffff);
}

// Always in the same order: the halves, the quarters, ...
inline float sum_of(Floats lanes) {
  float values[kLanes];
  store(values, lanes);
  for (std::int64_t half = kLanes / 2; half > 0; half /= 2) {
    for (std::int64_t i = 0; i < half; ++i) values[i] += values[i + half];
  }
  return values[0];
}

inline float largest_of(Floats lanes) {
  float values[kLanes];
  store(values, lanes);
  float largest = values[0];
  for (const float value : values) largest = value > largest ? value : largest;
  return largest;
}

/// The nearest whole numbers, ties to even; |lanes| below 2^22. Adding 1.5 * 2^23 leaves them in
/// the lowest bits of the sum.
inline Ints rounded(Floats lanes) {
  const Floats shift = all_of(12'582'912.0F);
  return bits_of(lanes + shift) - bits_of(shift);
}

}  // namespace
}  // namespace dgx::musicgen
