// SPDX-License-Identifier: Apache-2.0
#include "generator/model/musicgen/kernels/packed_matrix.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>

namespace dgx::musicgen {
namespace {

// The largest magnitude, as that of each lane: a comparison that had to wait for the one before
// would take longer than all else that packing does.
float largest_of(std::span<const float> values) {
  constexpr std::size_t kSideBySide = kLanes;
  std::array<float, kSideBySide> lanes{};
  const auto whole = values.first(values.size() / kSideBySide * kSideBySide);
  for (std::size_t begin = 0; begin < whole.size(); begin += kSideBySide) {
    for (std::size_t i = 0; i < kSideBySide; ++i) {
      lanes[i] = std::max(lanes[i], std::abs(whole[begin + i]));
    }
  }
  float largest = *std::max_element(lanes.begin(), lanes.end());
  for (const float value : values.subspan(whole.size())) {
    largest = std::max(largest, std::abs(value));
  }
  return largest;
}

// Rounds block * steps to the nearest, ties to even, which adding and taking off 1.5 * 2^23 does.
// Gives the sum.
std::int32_t round_block(std::span<const float> block, float steps, std::int8_t* packed) {
  constexpr float kShift = 12'582'912.0F;
  std::int32_t sum = 0;
  for (std::size_t i = 0; i < block.size(); ++i) {
    const auto number = static_cast<std::int32_t>((block[i] * steps + kShift) - kShift);
    packed[i] = static_cast<std::int8_t>(number);
    sum += number;
  }
  return sum;
}

}  // namespace

PackedMatrix::PackedMatrix(std::int64_t rows, std::int64_t columns)
    : rows_(rows),
      columns_(ActivationBuffer::filled_up(columns)),
      values_(static_cast<std::size_t>(rows * columns_)),
      scales_(static_cast<std::size_t>(rows)),
      sums_(static_cast<std::size_t>(rows)) {
  assert(rows % kRowBlock == 0);
}

PackedMatrix PackedMatrix::pack(std::span<const float> values, std::int64_t rows,
                                std::int64_t columns) {
  PackedMatrix matrix(rows, columns);
  const auto width = static_cast<std::size_t>(columns);
  for (std::int64_t row = 0; row < rows; ++row) {
    matrix.set_row(row, values.subspan(static_cast<std::size_t>(row) * width, width));
  }
  return matrix;
}

std::int64_t PackedMatrix::place(std::int64_t row, std::int64_t column) const {
  const std::int64_t block = row / kRowBlock * (columns_ / kColumnBlock) + column / kColumnBlock;
  return (block * kRowBlock + row % kRowBlock) * kColumnBlock + column % kColumnBlock;
}

void PackedMatrix::set_row(std::int64_t row, std::span<const float> values) {
  constexpr float kMost = 127.0F;
  const float largest = largest_of(values);
  const float steps = largest > 0 ? kMost / largest : 0.0F;
  const std::span<std::int8_t> packed = values_.as<std::int8_t>();
  std::int32_t sum = 0;
  for (std::size_t begin = 0; begin < values.size(); begin += kColumnBlock) {
    const auto block =
        values.subspan(begin, std::min<std::size_t>(kColumnBlock, values.size() - begin));
    const std::int64_t first = place(row, static_cast<std::int64_t>(begin));
    sum += round_block(block, steps, &packed[static_cast<std::size_t>(first)]);
  }
  scales_[static_cast<std::size_t>(row)] = largest / kMost;
  sums_[static_cast<std::size_t>(row)] = sum;
}

float PackedMatrix::weight(std::int64_t row, std::int64_t column) const {
  const std::int8_t value = values_.as<std::int8_t>()[static_cast<std::size_t>(place(row, column))];
  return scales_[static_cast<std::size_t>(row)] * static_cast<float>(value);
}

}  // namespace dgx::musicgen
