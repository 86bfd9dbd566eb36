// SPDX-License-Identifier: Apache-2.0
// Every instruction set gives the bits of the scalar kernels, and those are near the exact values.
#include "generator/model/musicgen/kernels/kernels.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <functional>
#include <limits>
#include <numbers>
#include <string>
#include <vector>

#include "generator/model/musicgen/kernels/packed_matrix.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/random_decoder.hpp"

using namespace dgx;
using namespace dgx::musicgen;
using dgx::test::random_floats;

namespace {

using Floats = std::vector<float>;

const Kernels& scalar() {
  return *kernels_here().back();
}

// What `compute` makes with the scalar kernels, once all others have made the same of it.
Floats agreed(const std::function<Floats(const Kernels&)>& compute) {
  const Floats expected = compute(scalar());
  for (const Kernels* kernels : kernels_here()) {
    const Floats values = compute(*kernels);
    std::size_t different = 0;
    REQUIRE(values.size() == expected.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
      const auto bits = [](float value) { return std::bit_cast<std::uint32_t>(value); };
      if (bits(values[i]) != bits(expected[i])) ++different;
    }
    INFO("kernels " << kernels->name);
    CHECK(different == 0);
  }
  return expected;
}

Floats product(const Kernels& kernels, const PackedMatrix& matrix, const Floats& inputs,
               std::int64_t rows, std::int64_t columns) {
  ActivationBuffer buffer(rows, columns);
  const QuantisedRows activations = buffer.view(rows, columns);
  for (std::int64_t row = 0; row < rows; ++row) {
    kernels.quantise(&inputs[static_cast<std::size_t>(row * columns)], columns, activations, row);
  }
  Floats output(static_cast<std::size_t>(rows * matrix.rows()), 0.5F);
  kernels.multiply(
      {matrix.view(), activations, 0, matrix.rows(), output.data(), matrix.rows(), true});
  return output;
}

struct Cache {
  Cache(const Kernels& kernels, const Floats& keys, const Floats& values, std::int64_t length,
        std::int64_t width)
      : halves(static_cast<std::size_t>(2 * ((length + 15) / 16 * 16) * width)) {
    head = {halves.data(), halves.data() + halves.size() / 2, width};
    for (std::int64_t t = 0; t < length; ++t) {
      kernels.remember(head, t, &keys[static_cast<std::size_t>(t * width)],
                       &values[static_cast<std::size_t>(t * width)]);
    }
  }
  std::vector<std::uint16_t> halves;
  HeadCache head{};
};

}  // namespace

TEST_CASE("Each product of weights and activations is exact but for its rounding", "[kernels]") {
  const auto [height, columns, rows] = GENERATE(table<std::int64_t, std::int64_t, std::int64_t>(
      {{4, 16, 1}, {12, 64, 2}, {64, 160, 3}, {16, 1024, 5}, {8, 4096, 2}, {4, 8192, 1}}));
  RandomStream random(1, static_cast<std::uint32_t>(columns));
  const PackedMatrix matrix =
      PackedMatrix::pack(random_floats(random, height * columns, 1.0F), height, columns);
  const Floats inputs = random_floats(random, rows * columns, 3.0F);
  const Floats products = agreed([&, n = columns, m = rows](const Kernels& kernels) {
    return product(kernels, matrix, inputs, m, n);
  });
  for (std::int64_t row = 0; row < rows; ++row) {
    for (std::int64_t n = 0; n < height; ++n) {
      double exact = 0.5;
      double size = 0;
      for (std::int64_t i = 0; i < columns; ++i) {
        const double input = inputs[static_cast<std::size_t>(row * columns + i)];
        exact += input * matrix.weight(n, i);
        size += input * input;
      }
      // The activations' steps are a 32767th of the largest.
      const double bound = 3.0 / 32767 * std::sqrt(static_cast<double>(columns)) + 1e-6 * size;
      CHECK(std::abs(products[static_cast<std::size_t>(row * height + n)] - exact) < bound);
    }
  }
}

TEST_CASE("The largest products do not overflow", "[kernels]") {
  constexpr std::int64_t kColumns = 8192;
  const PackedMatrix matrix = PackedMatrix::pack(Floats(4 * kColumns, -2.0F), 4, kColumns);
  const float sign = GENERATE(-1.0F, 1.0F);
  const Floats products = agreed([&](const Kernels& kernels) {
    return product(kernels, matrix, Floats(kColumns, sign), 1, kColumns);
  });
  for (const float value : products) CHECK(value == Approx(-2.0 * sign * kColumns + 0.5));
}

TEST_CASE("Activations that are all zero give zero", "[kernels]") {
  RandomStream random(2, 0);
  const PackedMatrix matrix = PackedMatrix::pack(random_floats(random, 4 * 64, 1.0F), 4, 64);
  const Floats products = agreed(
      [&](const Kernels& kernels) { return product(kernels, matrix, Floats(64, 0.0F), 1, 64); });
  for (const float value : products) CHECK(value == 0.5F);
}

TEST_CASE("A layer norm has mean and variance of its row", "[kernels]") {
  const std::int64_t width = GENERATE(16, 64, 1024, 2048);
  RandomStream random(3, 0);
  const Floats input = random_floats(random, width, 5.0F);
  const Floats weight = random_floats(random, width, 1.0F);
  const Floats bias = random_floats(random, width, 1.0F);
  const Floats output = agreed([&](const Kernels& kernels) {
    Floats made(input.size());
    kernels.layer_norm(input.data(), weight.data(), bias.data(), width, made.data());
    return made;
  });
  const auto count = static_cast<double>(width);
  double mean = 0;
  for (const float value : input) mean += value / count;
  double variance = 0;
  for (const float value : input) variance += (value - mean) * (value - mean) / count;
  for (std::size_t i = 0; i < input.size(); ++i) {
    const double exact = (input[i] - mean) / std::sqrt(variance + 1e-5) * weight[i] + bias[i];
    CHECK(std::abs(output[i] - exact) < 5e-6);
  }
}

TEST_CASE("Attention is the softmax of scaled products", "[kernels]") {
  const auto [length, width] = GENERATE(table<std::int64_t, std::int64_t>(
      {{1, 64}, {2, 16}, {15, 64}, {16, 48}, {17, 128}, {400, 64}, {1501, 64}}));
  RandomStream random(4, static_cast<std::uint32_t>(length));
  const Floats query = random_floats(random, width, 3.0F);
  const Floats keys = random_floats(random, length * width, 2.0F);
  const Floats values = random_floats(random, length * width, 2.0F);
  const Floats output = agreed([&, n = length, w = width](const Kernels& kernels) {
    const Cache cache(kernels, keys, values, n, w);
    Floats scores(static_cast<std::size_t>(n + 15));
    Floats made(static_cast<std::size_t>(w));
    kernels.attend({query.data(), cache.head, n, scores.data(), made.data()});
    return made;
  });
  std::vector<double> weights(static_cast<std::size_t>(length));
  double sum = 0;
  for (std::size_t t = 0; t < weights.size(); ++t) {
    double score = 0;
    for (std::size_t i = 0; i < query.size(); ++i) score += query[i] * keys[t * query.size() + i];
    weights[t] = std::exp(score / std::sqrt(static_cast<double>(width)));
    sum += weights[t];
  }
  for (std::size_t i = 0; i < query.size(); ++i) {
    double exact = 0;
    for (std::size_t t = 0; t < weights.size(); ++t) {
      exact += weights[t] / sum * values[t * query.size() + i];
    }
    // Keys and values have 11 bits.
    CHECK(std::abs(output[i] - exact) < 2e-2);
  }
}

TEST_CASE("Keys and values are rounded to the nearest binary16", "[kernels]") {
  // Ones, a tie to even below and above, the largest, beyond it, the smallest normal and subnormal
  // ones, half of the smallest, zeros.
  const Floats numbers = {
      1.0F,      1.0F + 0x1p-11F, 1.0F + 3 * 0x1p-11F, 65504.0F, 65520.0F, 65519.0F,  0x1p-14F,
      0x1p-24F,  0x1p-25F,        0x1.8p-25F,          -0.0F,    0.0F,     -1.00049F, 0x1.ff8p-15F,
      -65504.0F, 0.333333F};
  const std::vector<std::uint16_t> expected = {0x3c00, 0x3c00, 0x3c02, 0x7bff, 0x7c00, 0x7bff,
                                               0x0400, 0x0001, 0x0000, 0x0001, 0x8000, 0x0000,
                                               0xbc01, 0x03ff, 0xfbff, 0x3555};
  for (const Kernels* kernels : kernels_here()) {
    INFO("kernels " << kernels->name);
    const Cache cache(*kernels, Floats(16, 0.0F), numbers, 1, 16);
    CHECK(std::vector<std::uint16_t>(cache.head.values, cache.head.values + 16) == expected);
  }
}

TEST_CASE("GELU is the form with erf", "[kernels]") {
  Floats numbers;
  for (int i = -800; i < 800; ++i) numbers.push_back(static_cast<float>(i) / 80.0F);
  const Floats output = agreed([&](const Kernels& kernels) {
    Floats made = numbers;
    kernels.gelu(made.data(), static_cast<std::int64_t>(made.size()));
    return made;
  });
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const double x = numbers[i];
    const double exact = 0.5 * x * (1.0 + std::erf(x / std::numbers::sqrt2));
    CHECK(std::abs(output[i] - exact) < 2e-7 * std::max(1.0, std::abs(x)) + 4e-7);
  }
}
