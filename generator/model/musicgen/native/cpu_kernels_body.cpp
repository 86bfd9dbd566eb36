// SPDX-License-Identifier: Apache-2.0
// Compiled once for each instruction set, whose name is DGX_KERNELS. Nothing here may be shared
// between these builds: no template or inline function of the standard library is used.
#include <cmath>
#include <cstddef>
#include <cstring>

#include "generator/model/musicgen/native/cpu_kernels.hpp"

namespace dgx::musicgen {
namespace {

// Sixteen partial sums, whatever a register holds; they are added up in one order.
constexpr std::int64_t kLanes = 16;
using Lanes = float __attribute__((vector_size(64)));

// A tile of this many input rows and weight rows keeps its sums in registers.
constexpr std::size_t kInputRows = 4;
constexpr std::size_t kWeightRows = 4;

inline void load(Lanes& lanes, const float* values) {
  std::memcpy(&lanes, values, sizeof lanes);
}

inline float sum_of(const Lanes& lanes) {
  float values[kLanes];
  std::memcpy(values, &lanes, sizeof values);
  for (std::int64_t half = kLanes / 2; half > 0; half /= 2) {
    for (std::int64_t i = 0; i < half; ++i) values[i] += values[i + half];
  }
  return values[0];
}

template <std::size_t kTileRows, std::size_t kTileColumns>
inline void tile(const RowProducts& p, std::int64_t row, std::int64_t column) {
  constexpr auto kRows = static_cast<std::int64_t>(kTileRows);
  constexpr auto kColumns = static_cast<std::int64_t>(kTileColumns);
  const float* x = p.inputs + row * p.width;
  const float* w = p.weights + column * p.width;
  Lanes sums[kTileRows][kTileColumns] = {};
  const std::int64_t whole = p.width / kLanes * kLanes;
  for (std::int64_t k = 0; k < whole; k += kLanes) {
    Lanes inputs[kTileRows];
    for (std::int64_t r = 0; r < kRows; ++r) load(inputs[r], x + r * p.width + k);
    for (std::int64_t c = 0; c < kColumns; ++c) {
      Lanes weight;
      load(weight, w + c * p.width + k);
      for (std::int64_t r = 0; r < kRows; ++r) sums[r][c] += inputs[r] * weight;
    }
  }
  for (std::int64_t r = 0; r < kRows; ++r) {
    for (std::int64_t c = 0; c < kColumns; ++c) {
      float rest = 0.0F;
      for (std::int64_t k = whole; k < p.width; ++k) {
        rest += x[r * p.width + k] * w[c * p.width + k];
      }
      p.output[(row + r) * p.stride + column + c] = sum_of(sums[r][c]) + rest;
    }
  }
}

template <std::size_t kColumns>
inline void all_rows(const RowProducts& p, std::int64_t column) {
  constexpr auto kStep = static_cast<std::int64_t>(kInputRows);
  std::int64_t row = 0;
  for (; row + kStep <= p.rows; row += kStep) tile<kInputRows, kColumns>(p, row, column);
  if (row + 2 <= p.rows) {
    tile<2, kColumns>(p, row, column);
    row += 2;
  }
  if (row < p.rows) tile<1, kColumns>(p, row, column);
}

void row_products(const RowProducts& p) {
  constexpr auto kStep = static_cast<std::int64_t>(kWeightRows);
  std::int64_t column = p.first;
  for (; column + kStep <= p.last; column += kStep) all_rows<kWeightRows>(p, column);
  for (; column < p.last; ++column) all_rows<1>(p, column);
}

// The scores, then their exponentials; gives the sum of these.
float soften(const HeadAttention& a) {
  row_products({a.query, 1, a.keys, 0, a.length, a.width, a.scores, a.length});
  float highest = a.scores[0];
  for (std::int64_t t = 1; t < a.length; ++t) {
    if (a.scores[t] > highest) highest = a.scores[t];
  }
  float sum = 0.0F;
  for (std::int64_t t = 0; t < a.length; ++t) {
    a.scores[t] = ::expf(a.scale * (a.scores[t] - highest));
    sum += a.scores[t];
  }
  return sum;
}

void attend(const HeadAttention& a) {
  const float sum = soften(a);
  for (std::int64_t i = 0; i < a.width; ++i) a.output[i] = 0.0F;
  for (std::int64_t t = 0; t < a.length; ++t) {
    const float weight = a.scores[t] / sum;
    for (std::int64_t i = 0; i < a.width; ++i) a.output[i] += weight * a.values[t * a.width + i];
  }
}

}  // namespace

#define DGX_JOINED(a, b) a##b
#define DGX_NAMED(a, b) DGX_JOINED(a, b)
#define DGX_TEXT(a) #a
#define DGX_TEXT_OF(a) DGX_TEXT(a)
extern const CpuKernels DGX_NAMED(kKernels_, DGX_KERNELS);
const CpuKernels DGX_NAMED(kKernels_, DGX_KERNELS) = {DGX_TEXT_OF(DGX_KERNELS), row_products,
                                                      attend};

}  // namespace dgx::musicgen
