// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "generator/model/musicgen/kernels/lanes.hpp"

// What every processor has: the reference that the others are tested against.
namespace dgx::musicgen {
namespace {

inline Floats multiply_add(Floats a, Floats b, Floats c) {
  for (int i = 0; i < kLanes; ++i) c[i] = __builtin_fmaf(a[i], b[i], c[i]);
  return c;
}

using Register = Floats;

inline Register broadcast(float value) {
  return all_of(value);
}

inline Register load_register(const float* values) {
  return load(values);
}

inline void store_register(float* values, Register lanes) {
  store(values, lanes);
}

inline Register fused(Register a, Register b, Register c) {
  return multiply_add(a, b, c);
}

// A tile of sums of a FloatProduct: of few numbers.
constexpr std::size_t kTileRows = 2;
constexpr std::size_t kTileRegisters = 1;

// IEEE 754 binary16 by hand, since not every processor converts it: the exponent moves from a bias
// of 15 to one of 127, and a product with 2^112 puts numbers below 2^-14 right, too.
inline Floats widen(const std::uint16_t* halves) {
  Ints bits{};
  for (int i = 0; i < kLanes; ++i) bits[i] = halves[i];
  const Floats sized = floats_of((bits & 0x7fff) << 13) * 0x1p112F;
  const Ints special = (bits & 0x7c00) == 0x7c00;
  return floats_of(bits_of(sized) | (special & 0x7f800000) | ((bits & 0x8000) << 16));
}

inline std::uint16_t narrow_one(float value) {
  std::uint32_t bits = 0;
  std::memcpy(&bits, &value, sizeof bits);
  const std::uint32_t sign = (bits >> 16) & 0x8000U;
  const std::uint32_t size = bits & 0x7fffffffU;
  if (size > 0x7f800000U) return static_cast<std::uint16_t>(sign | 0x7e00U);   // Not a number
  if (size >= 0x477ff000U) return static_cast<std::uint16_t>(sign | 0x7c00U);  // From 65520 on
  if (size < 0x38800000U) {  // Below 2^-14: in steps of 2^-24
    float small = 0;
    std::memcpy(&small, &size, sizeof small);
    small += 0.5F;  // Whose lowest bit is 2^-24
    std::memcpy(&bits, &small, sizeof bits);
    return static_cast<std::uint16_t>(sign | (bits - 0x3f000000U));
  }
  const std::uint32_t odd = (size >> 13) & 1U;
  return static_cast<std::uint16_t>(sign | ((size - 0x38000000U + 0xfffU + odd) >> 13));
}

inline void narrow(std::uint16_t* halves, Floats lanes) {
  for (int i = 0; i < kLanes; ++i) halves[i] = narrow_one(lanes[i]);
}

/// A row of activations is [columns] of int16.
inline void store_quantised(std::uint8_t* row, std::int64_t, std::int64_t column, Ints values) {
  std::int16_t shorts[kLanes];
  for (int i = 0; i < kLanes; ++i) shorts[i] = static_cast<std::int16_t>(values[i]);
  std::memcpy(row + 2 * column, shorts, sizeof shorts);
}

/// sums[r][n] = activations r . weights n of one block of kRowBlock weight rows, whose sums of
/// values are `row_sums`, rounded once.
template <std::size_t kRows>
inline void multiply_block(const std::int8_t* weights, const std::int32_t*,
                           const std::uint8_t* const (&rows)[kRows], std::int64_t columns,
                           float (&sums)[kRows][kRowBlock]) {
  for (std::size_t r = 0; r < kRows; ++r) {
    for (int n = 0; n < kRowBlock; ++n) {
      std::int64_t sum = 0;
      for (std::int64_t i = 0; i < columns; ++i) {
        std::int16_t activation = 0;
        std::memcpy(&activation, rows[r] + 2 * i, sizeof activation);
        const std::int64_t block = i / kColumnBlock * kRowBlock + n;
        sum += std::int64_t{activation} * weights[block * kColumnBlock + i % kColumnBlock];
      }
      sums[r][n] = static_cast<float>(sum);
    }
  }
}

}  // namespace
}  // namespace dgx::musicgen
