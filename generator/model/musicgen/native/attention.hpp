// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

namespace dgx::musicgen {

/// Scaled dot-product attention, softmax in float32.
///
/// `query` is [rows, heads, n, width]; `keys` and `values` are [rows, heads, length, width], of
/// which the last n positions are the query's own: query i sees positions up to length - n + i
/// where `causal`, and all of them otherwise. Gives [rows, n, heads * width].
///
/// On the CPU in float32 a row's result does not depend on the other rows nor on the threads.
at::Tensor attend(const at::Tensor& query, const at::Tensor& keys, const at::Tensor& values,
                  bool causal);

}  // namespace dgx::musicgen
