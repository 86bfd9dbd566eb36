// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

// The two sums that take the time on a processor, in float32. Each is made in one fixed order that
// does not depend on the number of rows or threads, nor on the width of the processor's vectors.
namespace dgx::musicgen {

/// Products of rows with rows of a weight matrix: output[m * stride + n] = input m . weight row n,
/// for m < rows and first <= n < last. All rows have `width` floats and lie one after another.
struct RowProducts {
  const float* inputs = nullptr;
  std::int64_t rows = 0;
  const float* weights = nullptr;
  std::int64_t first = 0;
  std::int64_t last = 0;
  std::int64_t width = 0;
  float* output = nullptr;
  std::int64_t stride = 0;
};

/// Scaled dot-product attention of one head: output = softmax(scale * query . keys) . values.
/// `scores` is room for `length` floats.
struct HeadAttention {
  const float* query = nullptr;   ///< [width]
  const float* keys = nullptr;    ///< [length, width]
  const float* values = nullptr;  ///< [length, width]
  std::int64_t length = 0;
  std::int64_t width = 0;
  float scale = 1.0F;
  float* scores = nullptr;
  float* output = nullptr;  ///< [width]
};

struct CpuKernels {
  const char* name;  ///< Of the instruction set they were built for
  void (*row_products)(const RowProducts&);
  void (*attend)(const HeadAttention&);
};

/// The kernels for this processor.
const CpuKernels& cpu_kernels();

}  // namespace dgx::musicgen
