// SPDX-License-Identifier: Apache-2.0
#include "generator/model/musicgen/native/linear.hpp"

#include <ATen/Parallel.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/linear.h>

#include "generator/model/musicgen/native/cpu_kernels.hpp"

namespace dgx::musicgen {
namespace {

// Fewer weights than this are not worth waking a thread for.
constexpr std::int64_t kWeightsPerTask = std::int64_t{1} << 16;

at::Tensor product_on_cpu(const at::Tensor& input, const at::Tensor& weight) {
  const at::Tensor rows = input.contiguous();
  const std::int64_t width = weight.size(1);
  const std::int64_t height = weight.size(0);
  auto shape = input.sizes().vec();
  shape.back() = height;
  at::Tensor output = at::empty(shape, input.options());
  RowProducts products{rows.data_ptr<float>(),
                       rows.numel() / width,
                       weight.data_ptr<float>(),
                       0,
                       0,
                       width,
                       output.data_ptr<float>(),
                       height};
  const std::int64_t grain = std::max<std::int64_t>(kWeightsPerTask / width, 1);
  at::parallel_for(0, height, grain, [&](std::int64_t first, std::int64_t last) {
    RowProducts part = products;
    part.first = first;
    part.last = last;
    cpu_kernels().row_products(part);
  });
  return output;
}

}  // namespace

at::Tensor Linear::operator()(const at::Tensor& input) const {
  if (!input.device().is_cpu() || input.scalar_type() != at::kFloat) {
    return at::linear(input, weight, bias);
  }
  at::Tensor output = product_on_cpu(input, weight);
  return bias.defined() ? output.add_(bias) : output;
}

}  // namespace dgx::musicgen
