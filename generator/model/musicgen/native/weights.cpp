// SPDX-License-Identifier: Apache-2.0
#include "generator/model/musicgen/native/weights.hpp"

#include <ATen/ops/empty.h>

#include <cstring>

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

/// Makes floats of as many `Half`s, which lie at the end of where the floats go: the numbers that
/// are not read yet are never written over.
template <typename Half>
void widen_in_place(std::span<float> numbers) {
  const std::byte* halves = std::as_bytes(numbers).data() + numbers.size() * sizeof(Half);
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    Half half;
    std::memcpy(&half, halves + i * sizeof(Half), sizeof(Half));
    numbers[i] = static_cast<float>(half);
  }
}

}  // namespace

Status StoredMatrix::read(std::int64_t first, std::span<float> into) const {
  const auto begin = static_cast<std::uint64_t>(first * columns());
  const std::span<std::byte> bytes = std::as_writable_bytes(into);
  if (entry_.type == ElementType::kF32) {
    return checkpoint_.read_part(entry_, begin * sizeof(float), bytes);
  }
  static_assert(sizeof(at::Half) == 2 && sizeof(at::BFloat16) == 2);
  const Status read = checkpoint_.read_part(entry_, begin * 2, bytes.last(bytes.size() / 2));
  if (!read) return read;
  if (entry_.type == ElementType::kF16) {
    widen_in_place<at::Half>(into);
  } else {
    widen_in_place<at::BFloat16>(into);
  }
  return read;
}

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

StoredMatrix Weights::matrix(std::string_view name, std::int64_t rows, std::int64_t columns) const {
  throw_if_stopped(stop_);
  return {checkpoint_, entry(name, {rows, columns})};
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
