// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <immintrin.h>

#include "generator/model/musicgen/kernels/lanes.hpp"

// AVX-512 with VNNI: products of bytes, four at a time. It multiplies unsigned activations with
// signed weights, so that a 16-bit activation q goes in as two bytes, q + 32768 = 256 * high + low,
// and 32768 times the sum of the weights comes off in the end.
namespace dgx::musicgen {
namespace {

inline __m512 wide(Floats lanes) {
  __m512 result;
  std::memcpy(&result, &lanes, sizeof result);
  return result;
}

inline Floats floats_of(__m512 lanes) {
  Floats result;
  std::memcpy(&result, &lanes, sizeof result);
  return result;
}

inline Floats multiply_add(Floats a, Floats b, Floats c) {
  return floats_of(_mm512_fmadd_ps(wide(a), wide(b), wide(c)));
}

using Register = __m512;

inline Register broadcast(float value) {
  return _mm512_set1_ps(value);
}

inline Register load_register(const float* values) {
  return _mm512_loadu_ps(values);
}

inline void store_register(float* values, Register lanes) {
  _mm512_storeu_ps(values, lanes);
}

inline Register fused(Register a, Register b, Register c) {
  return _mm512_fmadd_ps(a, b, c);
}

// A tile of sums of a FloatProduct: 24 of the 32 registers.
constexpr std::size_t kTileRows = 12;
constexpr std::size_t kTileRegisters = 2;

inline Floats widen(const std::uint16_t* halves) {
  return floats_of(_mm512_cvtph_ps(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(halves))));
}

inline void narrow(std::uint16_t* halves, Floats lanes) {
  constexpr int kNearest = _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC;
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(halves), _mm512_cvtps_ph(wide(lanes), kNearest));
}

/// A row of activations is [columns] of high bytes, then [columns] of low bytes.
inline void store_quantised(std::uint8_t* row, std::int64_t columns, std::int64_t column,
                            Ints values) {
  __m512i lanes;
  std::memcpy(&lanes, &values, sizeof lanes);
  const __m512i shifted = _mm512_add_epi32(lanes, _mm512_set1_epi32(32'768));
  _mm_storeu_si128(reinterpret_cast<__m128i*>(row + column),
                   _mm512_cvtepi32_epi8(_mm512_srli_epi32(shifted, 8)));
  _mm_storeu_si128(reinterpret_cast<__m128i*>(row + columns + column),
                   _mm512_cvtepi32_epi8(shifted));
}

// The sums of four vectors, one a lane.
inline __m128i sums_of(const __m512i (&lanes)[kRowBlock]) {
  __m128i quarters[kRowBlock];
  for (int n = 0; n < kRowBlock; ++n) {
    const __m256i half =
        _mm256_add_epi32(_mm512_castsi512_si256(lanes[n]), _mm512_extracti64x4_epi64(lanes[n], 1));
    quarters[n] = _mm_add_epi32(_mm256_castsi256_si128(half), _mm256_extracti128_si256(half, 1));
  }
  return _mm_hadd_epi32(_mm_hadd_epi32(quarters[0], quarters[1]),
                        _mm_hadd_epi32(quarters[2], quarters[3]));
}

// What a core needs to have asked for while it works on the bytes before.
constexpr std::int64_t kPrefetchAhead = 2048;

template <std::size_t kRows>
inline void multiply_block(const std::int8_t* weights, const std::int32_t* row_sums,
                           const std::uint8_t* const (&rows)[kRows], std::int64_t columns,
                           float (&sums)[kRows][kRowBlock]) {
  __m512i high[kRows][kRowBlock];
  __m512i low[kRows][kRowBlock];
  for (std::size_t r = 0; r < kRows; ++r) {
    for (int n = 0; n < kRowBlock; ++n) high[r][n] = low[r][n] = _mm512_setzero_si512();
  }
  for (std::int64_t i = 0; i < columns; i += kColumnBlock, weights += kRowBlock * kColumnBlock) {
    for (int n = 0; n < kRowBlock; ++n) {
      _mm_prefetch(weights + kPrefetchAhead + n * kColumnBlock, _MM_HINT_T0);
      const __m512i weight = _mm512_load_si512(weights + n * kColumnBlock);
      for (std::size_t r = 0; r < kRows; ++r) {
        high[r][n] = _mm512_dpbusd_epi32(high[r][n], _mm512_loadu_si512(rows[r] + i), weight);
        low[r][n] =
            _mm512_dpbusd_epi32(low[r][n], _mm512_loadu_si512(rows[r] + columns + i), weight);
      }
    }
  }
  // Below 8192 * 255 * 127 each, and whole numbers below 2^53 when put together.
  const __m256d offset =
      _mm256_cvtepi32_pd(_mm_loadu_si128(reinterpret_cast<const __m128i*>(row_sums)));
  for (std::size_t r = 0; r < kRows; ++r) {
    __m256d sum = _mm256_cvtepi32_pd(sums_of(high[r]));
    sum = _mm256_fnmadd_pd(offset, _mm256_set1_pd(128.0), sum);
    sum = _mm256_fmadd_pd(sum, _mm256_set1_pd(256.0), _mm256_cvtepi32_pd(sums_of(low[r])));
    _mm_storeu_ps(sums[r], _mm256_cvtpd_ps(sum));
  }
}

}  // namespace
}  // namespace dgx::musicgen
