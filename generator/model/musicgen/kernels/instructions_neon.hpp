// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <arm_neon.h>

#include "generator/model/musicgen/kernels/lanes.hpp"

// Armv8.2 with the dot product: products of signed bytes, four at a time. A 16-bit activation q
// goes in as two of them, q = 256 * high + low + 128, and 128 times the sum of the weights is added
// in the end.
namespace dgx::musicgen {
namespace {

/// The four registers of sixteen floats.
struct Quad {
  float32x4_t part[4];
};

inline Quad quad_of(Floats lanes) {
  Quad quad;
  std::memcpy(&quad, &lanes, sizeof quad);
  return quad;
}

inline Floats floats_of(const Quad& quad) {
  Floats lanes;
  std::memcpy(&lanes, &quad, sizeof lanes);
  return lanes;
}

inline Floats multiply_add(Floats a, Floats b, Floats c) {
  const Quad x = quad_of(a);
  const Quad y = quad_of(b);
  Quad z = quad_of(c);
  for (int i = 0; i < 4; ++i) z.part[i] = vfmaq_f32(z.part[i], x.part[i], y.part[i]);
  return floats_of(z);
}

using Register = float32x4_t;

inline Register broadcast(float value) {
  return vdupq_n_f32(value);
}

inline Register load_register(const float* values) {
  return vld1q_f32(values);
}

inline void store_register(float* values, Register lanes) {
  vst1q_f32(values, lanes);
}

inline Register fused(Register a, Register b, Register c) {
  return vfmaq_f32(c, a, b);
}

// A tile of sums of a FloatProduct: 24 of the 32 registers.
constexpr std::size_t kTileRows = 6;
constexpr std::size_t kTileRegisters = 4;

inline Floats widen(const std::uint16_t* halves) {
  Quad quad;
  for (int i = 0; i < 4; ++i) {
    quad.part[i] = vcvt_f32_f16(vreinterpret_f16_u16(vld1_u16(halves + 4 * i)));
  }
  return floats_of(quad);
}

inline void narrow(std::uint16_t* halves, Floats lanes) {
  const Quad quad = quad_of(lanes);
  for (int i = 0; i < 4; ++i) {
    vst1_u16(halves + 4 * i, vreinterpret_u16_f16(vcvt_f16_f32(quad.part[i])));
  }
}

/// A row of activations is [columns] of high bytes, then [columns] of low bytes.
inline void store_quantised(std::uint8_t* row, std::int64_t columns, std::int64_t column,
                            Ints values) {
  const Ints high = values >> 8;
  const Ints low = (values & 255) - 128;
  for (int i = 0; i < kLanes; ++i) {
    row[column + i] = static_cast<std::uint8_t>(high[i]);
    row[columns + column + i] = static_cast<std::uint8_t>(low[i]);
  }
}

inline int8x16_t sixteen(const std::uint8_t* bytes) {
  return vreinterpretq_s8_u8(vld1q_u8(bytes));
}

template <std::size_t kRows>
inline void multiply_block(const std::int8_t* weights, const std::int32_t* row_sums,
                           const std::uint8_t* const (&rows)[kRows], std::int64_t columns,
                           float (&sums)[kRows][kRowBlock]) {
  int32x4_t high[kRows][kRowBlock];
  int32x4_t low[kRows][kRowBlock];
  for (std::size_t r = 0; r < kRows; ++r) {
    for (int n = 0; n < kRowBlock; ++n) high[r][n] = low[r][n] = vdupq_n_s32(0);
  }
  for (std::int64_t i = 0; i < columns; i += 16) {
    const std::int8_t* column =
        weights + i / kColumnBlock * kRowBlock * kColumnBlock + i % kColumnBlock;
    for (std::size_t r = 0; r < kRows; ++r) {
      const int8x16_t upper = sixteen(rows[r] + i);
      const int8x16_t lower = sixteen(rows[r] + columns + i);
      for (int n = 0; n < kRowBlock; ++n) {
        const int8x16_t weight = vld1q_s8(column + n * kColumnBlock);
        high[r][n] = vdotq_s32(high[r][n], weight, upper);
        low[r][n] = vdotq_s32(low[r][n], weight, lower);
      }
    }
  }
  for (std::size_t r = 0; r < kRows; ++r) {
    for (int n = 0; n < kRowBlock; ++n) {
      const std::int64_t sum = std::int64_t{256} * vaddvq_s32(high[r][n]) + vaddvq_s32(low[r][n]) +
                               std::int64_t{128} * row_sums[n];
      sums[r][n] = static_cast<float>(sum);
    }
  }
}

}  // namespace
}  // namespace dgx::musicgen
