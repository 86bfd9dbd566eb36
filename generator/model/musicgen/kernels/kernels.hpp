// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "generator/model/musicgen/packed_shape.hpp"

// The sums of a decode step on a processor. Each is made in one fixed order, with fused
// multiply-adds and exact integer sums, so that every instruction set gives the same bits.
// docs/kernels.md tells how the numbers lie in memory and why.
namespace dgx::musicgen {

/// Rows of activations in 16 bits: row r is scales[r] * q with |q| <= 32767.
struct QuantisedRows {
  std::uint8_t* bytes = nullptr;  ///< [rows][2 * columns], each instruction set's own order
  float* scales = nullptr;        ///< [rows]
  std::int64_t rows = 0;
  std::int64_t columns = 0;  ///< A multiple of kColumnBlock
};

/// Weights in 8 bits: row n is scales[n] * q. `values` is [rows / 4][columns / 64][4][64], on a
/// boundary of 64 bytes.
struct PackedRows {
  const std::int8_t* values = nullptr;
  const float* scales = nullptr;
  const std::int32_t* sums = nullptr;  ///< Of the values of each row
  std::int64_t columns = 0;
};

/// output[r * stride + n - first] = activations r . weights n, for first <= n < last, which are
/// multiples of kRowBlock; added to what is there where `accumulate`.
struct PackedProduct {
  PackedRows weights{};
  QuantisedRows activations{};
  std::int64_t first = 0;
  std::int64_t last = 0;
  float* output = nullptr;
  std::int64_t stride = 0;
  bool accumulate = false;
};

/// Keys and values of one head in binary16. `keys` is [positions / 16][width][16], `values` is
/// [positions][width], with room for a multiple of 16 positions; `width` is a multiple of kLanes.
struct HeadCache {
  std::uint16_t* keys = nullptr;
  std::uint16_t* values = nullptr;
  std::int64_t width = 0;
};

/// output = softmax(query . keys / sqrt(width)) . values over the first `length` positions.
/// `scores` is room for `length` floats, rounded up to kLanes.
struct HalfAttention {
  const float* query = nullptr;  ///< [width]
  HeadCache cache{};
  std::int64_t length = 0;
  float* scores = nullptr;
  float* output = nullptr;  ///< [width]
};

/// One instruction set's kernels. Threads: any; they hold no state.
struct Kernels {
  const char* name;
  /// (x - mean) / sqrt(variance + 1e-5) * weight + bias; `width` is a multiple of kLanes.
  void (*layer_norm)(const float* input, const float* weight, const float* bias, std::int64_t width,
                     float* output);
  /// One row of `width` floats, a multiple of kLanes, to row `row`; columns beyond are zero.
  void (*quantise)(const float* input, std::int64_t width, const QuantisedRows& rows,
                   std::int64_t row);
  void (*multiply)(const PackedProduct& product);
  /// Puts a position's key and value, [width] each, into the cache.
  void (*remember)(const HeadCache& cache, std::int64_t position, const float* key,
                   const float* value);
  void (*attend)(const HalfAttention& attention);
  /// In place, the form with erf; `count` is a multiple of kLanes.
  void (*gelu)(float* values, std::int64_t count);
};

/// All kernels that this processor can run, the fastest first; the last is "scalar".
std::span<const Kernels* const> kernels_here();

}  // namespace dgx::musicgen
