// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "generator/model/musicgen/checkpoint.hpp"

namespace dgx::musicgen {

/// A matrix that stays in its file and is read as float32, a few rows at a time. Refers to
/// `checkpoint` and `entry`, a matrix of it.
///
/// Threads: several at once.
class StoredMatrix {
 public:
  StoredMatrix(const Checkpoint& checkpoint, const TensorEntry& entry)
      : checkpoint_(checkpoint), entry_(entry) {}

  [[nodiscard]] std::int64_t rows() const { return entry_.shape[0]; }
  [[nodiscard]] std::int64_t columns() const { return entry_.shape[1]; }

  /// The rows from `first` on that fill `into`. Fails as Checkpoint::read_part(); never throws.
  Status read(std::int64_t first, std::span<float> into) const;

 private:
  const Checkpoint& checkpoint_;
  const TensorEntry& entry_;
};

/// Gives the tensors of a model folder by name, with the shape the configuration asks for, on one
/// device and in one type. Throws Failure: kCorrupt for a tensor that is missing or misshapen,
/// with both shapes; kCancelled once `stop` was triggered.
///
/// Threads: several at once. Refers to `checkpoint`, which must outlive it.
class Weights {
 public:
  Weights(const Checkpoint& checkpoint, at::Device device, at::ScalarType type,
          std::stop_token stop)
      : checkpoint_(checkpoint), device_(device), type_(type), stop_(std::move(stop)) {}

  [[nodiscard]] bool has(std::string_view name) const { return checkpoint_.find(name) != nullptr; }

  [[nodiscard]] at::Tensor get(std::string_view name, at::IntArrayRef shape) const;

  [[nodiscard]] StoredMatrix matrix(std::string_view name, std::int64_t rows,
                                    std::int64_t columns) const;

  /// Tensors of one shape, one below the other along the first axis.
  [[nodiscard]] at::Tensor stacked(const std::vector<std::string>& names,
                                   at::IntArrayRef shape) const;

 private:
  [[nodiscard]] const TensorEntry& entry(std::string_view name, at::IntArrayRef shape) const;
  void read(const TensorEntry& entry, at::Tensor& into) const;

  const Checkpoint& checkpoint_;
  at::Device device_;
  at::ScalarType type_;
  std::stop_token stop_;
};

}  // namespace dgx::musicgen
