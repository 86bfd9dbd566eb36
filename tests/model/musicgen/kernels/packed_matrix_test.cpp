// SPDX-License-Identifier: Apache-2.0
#include "generator/model/musicgen/kernels/packed_matrix.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "tests/support/catch.hpp"
#include "tests/support/random_decoder.hpp"

using namespace dgx::musicgen;

TEST_CASE("A packed weight is within half a step of its row", "[packed matrix]") {
  constexpr std::int64_t kRows = 12;
  constexpr std::int64_t kColumns = 100;
  dgx::RandomStream random(1, 0);
  std::vector<float> values = dgx::test::random_floats(random, kRows * kColumns, 1.0F);
  std::fill_n(values.begin() + 5 * kColumns, kColumns, 0.0F);  // A row of nothing
  const PackedMatrix matrix = PackedMatrix::pack(values, kRows, kColumns);
  for (std::int64_t row = 0; row < kRows; ++row) {
    const auto begin = values.begin() + row * kColumns;
    float largest = 0;
    std::for_each(begin, begin + kColumns,
                  [&](float value) { largest = std::max(largest, std::abs(value)); });
    for (std::int64_t column = 0; column < kColumns; ++column) {
      CHECK(std::abs(matrix.weight(row, column) - begin[column]) <= largest / 127 * 0.5001F);
    }
  }
}

TEST_CASE("The largest weight of a row keeps its value", "[packed matrix]") {
  const std::vector<float> row = {0.25F, -3.0F, 1.0F, 2.5F};
  PackedMatrix matrix(4, 4);
  matrix.set_row(2, row);
  CHECK(matrix.weight(2, 1) == Approx(-3.0F).epsilon(1e-6));
  CHECK(matrix.weight(0, 1) == 0.0F);
}

TEST_CASE("The largest weight is found wherever it stands", "[packed matrix]") {
  constexpr std::int64_t kColumns = 37;  // Two vectors and a rest
  for (std::int64_t column = 0; column < kColumns; ++column) {
    std::vector<float> row(kColumns, 0.5F);
    row[static_cast<std::size_t>(column)] = -2.0F;
    PackedMatrix matrix(4, kColumns);
    matrix.set_row(0, row);
    CHECK(matrix.weight(0, column) == Approx(-2.0F).epsilon(1e-6));
    CHECK(matrix.weight(0, (column + 1) % kColumns) == Approx(0.5F).epsilon(0.01));
  }
}
