// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <immintrin.h>

#include "generator/model/musicgen/kernels/lanes.hpp"

// AVX2 with FMA and F16C: products of 16-bit numbers, added in pairs.
namespace dgx::musicgen {
namespace {

/// The two registers of sixteen floats.
struct Pair {
  __m256 low;
  __m256 high;
};

inline Pair pair_of(Floats lanes) {
  Pair pair{};
  std::memcpy(&pair, &lanes, sizeof pair);
  return pair;
}

inline Floats floats_of(Pair pair) {
  Floats lanes;
  std::memcpy(&lanes, &pair, sizeof lanes);
  return lanes;
}

inline Floats multiply_add(Floats a, Floats b, Floats c) {
  const Pair x = pair_of(a);
  const Pair y = pair_of(b);
  const Pair z = pair_of(c);
  return floats_of(
      Pair{_mm256_fmadd_ps(x.low, y.low, z.low), _mm256_fmadd_ps(x.high, y.high, z.high)});
}

using Register = __m256;

inline Register broadcast(float value) {
  return _mm256_set1_ps(value);
}

inline Register load_register(const float* values) {
  return _mm256_loadu_ps(values);
}

inline void store_register(float* values, Register lanes) {
  _mm256_storeu_ps(values, lanes);
}

inline Register fused(Register a, Register b, Register c) {
  return _mm256_fmadd_ps(a, b, c);
}

// A tile of sums of a FloatProduct: 12 of the 16 registers.
constexpr std::size_t kTileRows = 6;
constexpr std::size_t kTileRegisters = 2;

inline __m128i eight_halves(const std::uint16_t* halves) {
  return _mm_loadu_si128(reinterpret_cast<const __m128i*>(halves));
}

inline Floats widen(const std::uint16_t* halves) {
  return floats_of(
      Pair{_mm256_cvtph_ps(eight_halves(halves)), _mm256_cvtph_ps(eight_halves(halves + 8))});
}

inline void narrow(std::uint16_t* halves, Floats lanes) {
  constexpr int kNearest = _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC;
  const Pair pair = pair_of(lanes);
  _mm_storeu_si128(reinterpret_cast<__m128i*>(halves), _mm256_cvtps_ph(pair.low, kNearest));
  _mm_storeu_si128(reinterpret_cast<__m128i*>(halves + 8), _mm256_cvtps_ph(pair.high, kNearest));
}

/// A row of activations is [columns] of int16.
inline void store_quantised(std::uint8_t* row, std::int64_t, std::int64_t column, Ints values) {
  __m256i halves[2];
  std::memcpy(halves, &values, sizeof halves);
  const __m256i mixed = _mm256_packs_epi32(halves[0], halves[1]);
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(row + 2 * column),
                      _mm256_permute4x64_epi64(mixed, 0b11'01'10'00));
}

inline std::int64_t sum_of(__m256i lanes) {
  std::int32_t values[8];
  std::memcpy(values, &lanes, sizeof values);
  std::int64_t sum = 0;
  for (const std::int32_t value : values) sum += value;
  return sum;
}

// So many columns, and no more, keep a 32-bit lane from overflowing: 4096 / 8 * 127 * 32767.
constexpr std::int64_t kColumnsPerSum = 4096;

template <std::size_t kRows>
inline void multiply_block(const std::int8_t* weights, const std::int32_t*,
                           const std::uint8_t* const (&rows)[kRows], std::int64_t columns,
                           float (&sums)[kRows][kRowBlock]) {
  std::int64_t totals[kRows][kRowBlock] = {};
  for (std::int64_t begin = 0; begin < columns; begin += kColumnsPerSum) {
    const std::int64_t end = columns - begin < kColumnsPerSum ? columns : begin + kColumnsPerSum;
    __m256i lanes[kRows][kRowBlock];
    for (auto& row : lanes) {
      for (auto& lane : row) lane = _mm256_setzero_si256();
    }
    for (std::int64_t i = begin; i < end; i += kLanes) {
      __m256i activations[kRows];
      for (std::size_t r = 0; r < kRows; ++r) {
        activations[r] = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(rows[r] + 2 * i));
      }
      const std::int8_t* column =
          weights + i / kColumnBlock * kRowBlock * kColumnBlock + i % kColumnBlock;
      for (int n = 0; n < kRowBlock; ++n) {
        const __m256i weight = _mm256_cvtepi8_epi16(
            _mm_loadu_si128(reinterpret_cast<const __m128i*>(column + n * kColumnBlock)));
        for (std::size_t r = 0; r < kRows; ++r) {
          lanes[r][n] = _mm256_add_epi32(lanes[r][n], _mm256_madd_epi16(weight, activations[r]));
        }
      }
    }
    for (std::size_t r = 0; r < kRows; ++r) {
      for (int n = 0; n < kRowBlock; ++n) totals[r][n] += sum_of(lanes[r][n]);
    }
  }
  for (std::size_t r = 0; r < kRows; ++r) {
    for (int n = 0; n < kRowBlock; ++n) sums[r][n] = static_cast<float>(totals[r][n]);
  }
}

}  // namespace
}  // namespace dgx::musicgen
