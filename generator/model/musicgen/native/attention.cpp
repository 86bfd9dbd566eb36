// SPDX-License-Identifier: Apache-2.0
#include "generator/model/musicgen/native/attention.hpp"

#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/stack.h>

#include <cmath>
#include <limits>
#include <vector>

#include "generator/model/musicgen/native/cpu_kernels.hpp"

namespace dgx::musicgen {
namespace {

// Positions that a query sees.
std::int64_t visible(std::int64_t length, std::int64_t count, std::int64_t index, bool causal) {
  return causal ? length - count + index + 1 : length;
}

at::Tensor attend_on_cpu(const at::Tensor& query, const at::Tensor& keys, const at::Tensor& values,
                         bool causal) {
  const std::int64_t rows = query.size(0);
  const std::int64_t heads = query.size(1);
  const std::int64_t count = query.size(2);
  const std::int64_t width = query.size(3);
  const std::int64_t length = keys.size(2);
  at::Tensor output = at::empty({rows, count, heads, width}, query.options());
  // The inner axis of all three is dense; the others may be views of something larger.
  at::parallel_for(0, rows * heads, 1, [&](std::int64_t first, std::int64_t last) {
    std::vector<float> scores(static_cast<std::size_t>(length));
    for (std::int64_t task = first; task < last; ++task) {
      const std::int64_t row = task / heads;
      const std::int64_t head = task % heads;
      HeadAttention one;
      one.keys = keys.data_ptr<float>() + row * keys.stride(0) + head * keys.stride(1);
      one.values = values.data_ptr<float>() + row * values.stride(0) + head * values.stride(1);
      one.width = width;
      one.scale = 1.0F / std::sqrt(static_cast<float>(width));
      one.scores = scores.data();
      for (std::int64_t i = 0; i < count; ++i) {
        one.query = query.data_ptr<float>() + row * query.stride(0) + head * query.stride(1) +
                    i * query.stride(2);
        one.length = visible(length, count, i, causal);
        one.output = output.data_ptr<float>() + ((row * count + i) * heads + head) * width;
        cpu_kernels().attend(one);
      }
    }
  });
  return output.view({rows, count, heads * width});
}

// One row at a time: the scores of a long prompt are the largest thing that is ever held.
at::Tensor attend_row(const at::Tensor& query, const at::Tensor& keys, const at::Tensor& values,
                      bool causal) {
  const std::int64_t count = query.size(1);
  const std::int64_t length = keys.size(1);
  const double scale = 1.0 / std::sqrt(static_cast<double>(query.size(2)));
  at::Tensor scores = at::matmul(query * scale, keys.transpose(1, 2)).to(at::kFloat);
  if (causal && count > 1) {
    const at::Tensor hidden =
        at::ones({count, length}, scores.options().dtype(at::kBool)).triu(length - count + 1);
    scores.masked_fill_(hidden, -std::numeric_limits<float>::infinity());
  }
  const at::Tensor weights = at::softmax(scores, -1).to(values.scalar_type());
  return at::matmul(weights, values).transpose(0, 1).reshape({count, -1});
}

}  // namespace

at::Tensor attend(const at::Tensor& query, const at::Tensor& keys, const at::Tensor& values,
                  bool causal) {
  if (query.device().is_cpu() && query.scalar_type() == at::kFloat) {
    return attend_on_cpu(query, keys, values, causal);
  }
  if (query.size(2) == 1) {
    const double scale = 1.0 / std::sqrt(static_cast<double>(query.size(3)));
    const at::Tensor scores = at::matmul(query * scale, keys.transpose(2, 3));
    const at::Tensor weights = at::softmax(scores, -1, at::kFloat).to(values.scalar_type());
    return at::matmul(weights, values).transpose(1, 2).reshape({query.size(0), 1, -1});
  }
  std::vector<at::Tensor> rows;
  for (std::int64_t row = 0; row < query.size(0); ++row) {
    rows.push_back(attend_row(query[row], keys[row], values[row], causal));
  }
  return at::stack(rows);
}

}  // namespace dgx::musicgen
