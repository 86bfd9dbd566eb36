// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "generator/model/musicgen/kernels/codec_kernels.hpp"
#include "generator/model/musicgen/kernels/page_buffer.hpp"

namespace dgx::musicgen {

/// The next multiple of kLanes: so many numbers has a row of a signal of `channels`, zeros at the
/// end.
constexpr std::int64_t lanes_for(std::int64_t channels) {
  return (channels + kLanes - 1) / kLanes * kLanes;
}

/// A matrix of floats for products with rows: [panels][depth][kPanelColumns], with a bias for each
/// column. What was not set is zero. Owns its numbers.
///
/// Threads: const calls may come from several threads.
class FloatPanels {
 public:
  FloatPanels() = default;
  /// `columns`: a multiple of kLanes. Throws std::bad_alloc.
  FloatPanels(std::int64_t columns, std::int64_t depth)
      : columns_(columns),
        depth_(depth),
        values_(static_cast<std::size_t>(panels() * depth * kPanelColumns) * sizeof(float)),
        bias_(static_cast<std::size_t>(columns)) {}

  void set(std::int64_t column, std::int64_t place, float value) {
    values_.as<float>()[index(column, place)] = value;
  }
  [[nodiscard]] float at(std::int64_t column, std::int64_t place) const {
    return values_.as<const float>()[index(column, place)];
  }
  void add_bias(std::int64_t column, float value) {
    bias_[static_cast<std::size_t>(column)] += value;
  }

  [[nodiscard]] std::int64_t columns() const { return columns_; }
  [[nodiscard]] std::int64_t depth() const { return depth_; }
  [[nodiscard]] std::int64_t panels() const {
    return (columns_ + kPanelColumns - 1) / kPanelColumns;
  }
  [[nodiscard]] const float* values() const { return values_.as<const float>().data(); }
  [[nodiscard]] const float* bias() const { return bias_.data(); }

 private:
  [[nodiscard]] std::size_t index(std::int64_t column, std::int64_t place) const {
    const std::int64_t row = column / kPanelColumns * depth_ + place;
    return static_cast<std::size_t>(row * kPanelColumns + column % kPanelColumns);
  }

  std::int64_t columns_ = 0;
  std::int64_t depth_ = 0;
  PageBuffer values_{};
  std::vector<float> bias_{};
};

}  // namespace dgx::musicgen
