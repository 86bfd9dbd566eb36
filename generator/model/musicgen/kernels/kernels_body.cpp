// SPDX-License-Identifier: Apache-2.0
// Compiled once for each instruction set, whose name is DGX_KERNELS. Nothing here may be shared
// between these builds: no function of the standard library that is a template or inline is used.
#include <cstddef>

// multiply_add, widen, narrow, store_quantised and multiply_block of one instruction set.
#include DGX_INSTRUCTIONS

#include "generator/model/musicgen/kernels/exponential.hpp"
#include "generator/model/musicgen/kernels/kernel_names.hpp"

namespace dgx::musicgen {
namespace {

void layer_norm(const float* input, const float* weight, const float* bias, std::int64_t width,
                float* output) {
  const auto count = static_cast<float>(width);
  Floats sum = {};
  for (std::int64_t i = 0; i < width; i += kLanes) sum += load(input + i);
  const Floats mean = all_of(sum_of(sum) / count);
  Floats squares = {};
  for (std::int64_t i = 0; i < width; i += kLanes) {
    const Floats distance = load(input + i) - mean;
    squares = multiply_add(distance, distance, squares);
  }
  const Floats scale = all_of(1.0F / __builtin_sqrtf(sum_of(squares) / count + 1e-5F));
  for (std::int64_t i = 0; i < width; i += kLanes) {
    const Floats normal = (load(input + i) - mean) * scale;
    store(output + i, multiply_add(normal, load(weight + i), load(bias + i)));
  }
}

void quantise(const float* input, std::int64_t width, const QuantisedRows& rows, std::int64_t row) {
  constexpr float kMost = 32'767.0F;
  Floats sizes = {};
  for (std::int64_t i = 0; i < width; i += kLanes)
    sizes = larger(magnitude(load(input + i)), sizes);
  const float largest = largest_of(sizes);
  const Floats steps = all_of(largest > 0 ? kMost / largest : 0.0F);
  rows.scales[row] = largest / kMost;
  std::uint8_t* bytes = rows.bytes + row * 2 * rows.columns;
  for (std::int64_t i = 0; i < width; i += kLanes) {
    store_quantised(bytes, rows.columns, i, rounded(load(input + i) * steps));
  }
  for (std::int64_t i = width; i < rows.columns; i += kLanes) {
    store_quantised(bytes, rows.columns, i, Ints{});
  }
}

template <std::size_t kRows>
inline void multiply_rows(const PackedProduct& p, std::int64_t row, std::int64_t first) {
  const std::uint8_t* rows[kRows];
  for (std::size_t r = 0; r < kRows; ++r) {
    rows[r] =
        p.activations.bytes + (row + static_cast<std::int64_t>(r)) * 2 * p.activations.columns;
  }
  float sums[kRows][kRowBlock];
  multiply_block<kRows>(p.weights.values + first * p.weights.columns, p.weights.sums + first, rows,
                        p.weights.columns, sums);
  for (std::size_t r = 0; r < kRows; ++r) {
    const std::int64_t place = row + static_cast<std::int64_t>(r);
    float* output = p.output + place * p.stride + first - p.first;
    const float scale = p.activations.scales[place];
    for (int n = 0; n < kRowBlock; ++n) {
      const float product = sums[r][n] * (p.weights.scales[first + n] * scale);
      output[n] = p.accumulate ? output[n] + product : product;
    }
  }
}

// A block of weights is read from memory once, and stays near for all rows of activations.
void multiply(const PackedProduct& p) {
  for (std::int64_t first = p.first; first < p.last; first += kRowBlock) {
    std::int64_t row = 0;
    for (; row + 2 <= p.activations.rows; row += 2) multiply_rows<2>(p, row, first);
    if (row < p.activations.rows) multiply_rows<1>(p, row, first);
  }
}

void remember(const HeadCache& cache, std::int64_t position, const float* key, const float* value) {
  std::uint16_t* column = cache.keys + position / kLanes * kLanes * cache.width + position % kLanes;
  for (std::int64_t i = 0; i < cache.width; i += kLanes) {
    std::uint16_t halves[kLanes];
    narrow(halves, load(key + i));
    for (std::int64_t k = 0; k < kLanes; ++k) column[(i + k) * kLanes] = halves[k];
    narrow(cache.values + position * cache.width + i, load(value + i));
  }
}

// Scores of one block of 16 positions.
inline Floats scores_of(const float* query, const std::uint16_t* keys, std::int64_t width) {
  Floats sums[4] = {};
  for (std::int64_t i = 0; i < width; i += 4) {
    for (std::int64_t k = 0; k < 4; ++k) {
      sums[k] = multiply_add(all_of(query[i + k]), widen(keys + (i + k) * kLanes), sums[k]);
    }
  }
  return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

// The lanes of the last block that lie beyond the length get no weight.
inline Floats hide_from(Floats scores, std::int64_t length) {
  for (std::int64_t k = length; k < kLanes; ++k) scores[k] = -1e30F;
  return scores;
}

/// The scores, then their exponentials; gives the sum of these.
inline float soften(const HalfAttention& a) {
  const Floats scale = all_of(1.0F / __builtin_sqrtf(static_cast<float>(a.cache.width)));
  Floats highest = all_of(-1e30F);
  for (std::int64_t begin = 0; begin < a.length; begin += kLanes) {
    Floats scores = scores_of(a.query, a.cache.keys + begin * a.cache.width, a.cache.width) * scale;
    if (a.length - begin < kLanes) scores = hide_from(scores, a.length - begin);
    highest = larger(scores, highest);
    store(a.scores + begin, scores);
  }
  const Floats top = all_of(largest_of(highest));
  Floats sum = {};
  for (std::int64_t begin = 0; begin < a.length; begin += kLanes) {
    const Floats weights = exponential(load(a.scores + begin) - top);
    sum += weights;
    store(a.scores + begin, weights);
  }
  return sum_of(sum);
}

/// kVectors * 16 columns of the weighted sum of values, from `column` on.
template <std::size_t kVectors>
inline void mix(const HalfAttention& a, std::int64_t column, float scale) {
  Floats even[kVectors] = {};
  Floats odd[kVectors] = {};
  const std::uint16_t* values = a.cache.values + column;
  std::int64_t t = 0;
  for (; t + 2 <= a.length; t += 2) {
    const Floats first = all_of(a.scores[t]);
    const Floats second = all_of(a.scores[t + 1]);
    for (std::size_t k = 0; k < kVectors; ++k) {
      const std::uint16_t* place =
          values + t * a.cache.width + static_cast<std::int64_t>(k) * kLanes;
      even[k] = multiply_add(first, widen(place), even[k]);
      odd[k] = multiply_add(second, widen(place + a.cache.width), odd[k]);
    }
  }
  if (t < a.length) {
    for (std::size_t k = 0; k < kVectors; ++k) {
      even[k] = multiply_add(
          all_of(a.scores[t]),
          widen(values + t * a.cache.width + static_cast<std::int64_t>(k) * kLanes), even[k]);
    }
  }
  for (std::size_t k = 0; k < kVectors; ++k) {
    store(a.output + column + static_cast<std::int64_t>(k) * kLanes, (even[k] + odd[k]) * scale);
  }
}

void attend(const HalfAttention& a) {
  const float scale = 1.0F / soften(a);
  std::int64_t column = 0;
  for (; column + 4 * kLanes <= a.cache.width; column += 4 * kLanes) mix<4>(a, column, scale);
  for (; column < a.cache.width; column += kLanes) mix<1>(a, column, scale);
}

// x / 2 * (1 + erf(x / sqrt 2)), erf after Abramowitz and Stegun, Handbook of Mathematical
// Functions, 7.1.26, whose error is below 1.5e-7.
inline Floats gelu_of(Floats x) {
  const Floats z = x * 0.70710678F;
  const Floats size = magnitude(z);
  const Floats t = 1.0F / multiply_add(size, all_of(0.3275911F), all_of(1.0F));
  constexpr float kCoefficients[] = {-1.453152027F, 1.421413741F, -0.284496736F, 0.254829592F};
  Floats sum = all_of(1.061405429F);
  for (const float coefficient : kCoefficients) {
    sum = multiply_add(sum, t, all_of(coefficient));
  }
  const Floats rest = sum * t * exponential(-(size * size));
  const Floats erf = 1.0F - rest;
  const Floats signed_erf = z < 0.0F ? -erf : erf;
  return x * 0.5F * (1.0F + signed_erf);
}

void gelu(float* values, std::int64_t count) {
  for (std::int64_t i = 0; i < count; i += kLanes) store(values + i, gelu_of(load(values + i)));
}

}  // namespace

extern const Kernels DGX_NAMED(kKernels_, DGX_KERNELS);
const Kernels DGX_NAMED(kKernels_, DGX_KERNELS) = {
    DGX_TEXT_OF(DGX_KERNELS), layer_norm, quantise, multiply, remember, attend, gelu};

}  // namespace dgx::musicgen
