// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "generator/model/musicgen/kernels/kernels.hpp"
#include "generator/model/musicgen/kernels/page_buffer.hpp"

namespace dgx::musicgen {

/// A weight matrix in 8 bits, with one scale a row: the largest of a row becomes 127 or -127
/// (symmetric, round to nearest). Owns its weights.
///
/// Threads: const calls may come from several threads.
class PackedMatrix {
 public:
  PackedMatrix() = default;
  /// An empty matrix to fill by set_row(): `rows` a multiple of kRowBlock. Columns are filled up
  /// with zeros to a multiple of kColumnBlock. Throws std::bad_alloc.
  PackedMatrix(std::int64_t rows, std::int64_t columns);

  /// From rows of floats, one after another.
  static PackedMatrix pack(std::span<const float> values, std::int64_t rows, std::int64_t columns);

  /// `values` has as many floats as the matrix was asked to have columns. Rows may be set by
  /// several threads at once where they are not the same.
  void set_row(std::int64_t row, std::span<const float> values);

  [[nodiscard]] std::int64_t rows() const { return rows_; }
  [[nodiscard]] PackedRows view() const {
    return {values_.as<std::int8_t>().data(), scales_.data(), sums_.data(), columns_};
  }
  [[nodiscard]] std::int64_t bytes() const { return rows_ * columns_; }
  /// One weight as it will be multiplied, for tests.
  [[nodiscard]] float weight(std::int64_t row, std::int64_t column) const;

 private:
  [[nodiscard]] std::int64_t place(std::int64_t row, std::int64_t column) const;

  std::int64_t rows_ = 0;
  std::int64_t columns_ = 0;
  PageBuffer values_{};
  std::vector<float> scales_{};
  std::vector<std::int32_t> sums_{};
};

/// Room for rows of quantised activations.
class ActivationBuffer {
 public:
  ActivationBuffer() = default;
  ActivationBuffer(std::int64_t rows, std::int64_t columns)
      : bytes_(static_cast<std::size_t>(rows * 2 * filled_up(columns)) + kPrefetchMargin),
        scales_(static_cast<std::size_t>(rows)) {}

  /// The first `rows` rows, of `columns` columns filled up to a multiple of kColumnBlock.
  [[nodiscard]] QuantisedRows view(std::int64_t rows, std::int64_t columns) {
    return {bytes_.as<std::uint8_t>().data(), scales_.data(), rows, filled_up(columns)};
  }

  [[nodiscard]] static std::int64_t filled_up(std::int64_t columns) {
    return (columns + kColumnBlock - 1) / kColumnBlock * kColumnBlock;
  }

 private:
  static constexpr std::size_t kPrefetchMargin = 64;
  PageBuffer bytes_{};
  std::vector<float> scales_{};
};

}  // namespace dgx::musicgen
