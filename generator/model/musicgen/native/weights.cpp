// SPDX-License-Identifier: Apache-2.0
#include "generator/model/musicgen/native/weights.hpp"

#include <ATen/ops/empty.h>

#include <span>

#include "generator/model/musicgen/native/failure.hpp"

namespace dgx::musicgen {
namespace {

at::ScalarType scalar_type(const TensorEntry& entry) {
  switch (entry.type) {
    case ElementType::kF32:
      return at::kFloat;
    case ElementType::kF16:
      return at::kHalf;
    case ElementType::kBF16:
      return at::kBFloat16;
  }
  throw Failure(ErrorCode::kCorrupt, "the tensor " + entry.name + " has an unknown type");
}

std::span<std::byte> bytes_of(const at::Tensor& tensor) {
  return {static_cast<std::byte*>(tensor.data_ptr()), tensor.nbytes()};
}

}  // namespace

const TensorEntry& Weights::entry(std::string_view name, at::IntArrayRef shape) const {
  auto found = checkpoint_.require(name, std::span(shape.data(), shape.size()));
  if (!found) throw Failure(std::move(found).error());
  return **found;
}

// Straight into its place where nothing has to be converted, so that loading needs no memory
// beyond the weights themselves.
void Weights::read(const TensorEntry& entry, at::Tensor& into) const {
  throw_if_stopped(stop_);
  const at::ScalarType stored = scalar_type(entry);
  const bool direct = into.device().is_cpu() && stored == into.scalar_type();
  at::Tensor staging = direct ? into : at::empty(into.sizes(), at::TensorOptions().dtype(stored));
  if (Status read = checkpoint_.read(entry, bytes_of(staging)); !read) {
    throw Failure(std::move(read).error());
  }
  if (!direct) into.copy_(staging);
}

at::Tensor Weights::get(std::string_view name, at::IntArrayRef shape) const {
  const TensorEntry& found = entry(name, shape);
  at::Tensor tensor = at::empty(shape, at::TensorOptions().dtype(type_).device(device_));
  read(found, tensor);
  return tensor;
}

at::Tensor Weights::stacked(const std::vector<std::string>& names, at::IntArrayRef shape) const {
  std::vector<std::int64_t> whole = shape.vec();
  whole[0] *= static_cast<std::int64_t>(names.size());
  at::Tensor tensor = at::empty(whole, at::TensorOptions().dtype(type_).device(device_));
  std::int64_t row = 0;
  for (const std::string& name : names) {
    at::Tensor part = tensor.narrow(0, row, shape[0]);
    read(entry(name, shape), part);
    row += shape[0];
  }
  return tensor;
}

}  // namespace dgx::musicgen
