// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "generator/model/musicgen/kernels/kernels.hpp"

// The sums of EnCodec's decoder on a processor, in float32. Like those of kernels.hpp they are made
// in one fixed order, so that every instruction set gives the same bits.
namespace dgx::musicgen {

/// Columns of one panel of FloatPanels.
constexpr std::int64_t kPanelColumns = 2 * kLanes;

/// output[r][n] = bias[n] + sum over taps and i of input[r][tap][i] * weights[n][tap][i], added to
/// what is there where `accumulate`. Rows of input may overlap: those of a convolution do.
struct FloatProduct {
  const float* input = nullptr;  ///< Tap k of row r: input + r * row_stride + k * tap_stride
  std::int64_t row_stride = 0;
  std::int64_t taps = 1;
  std::int64_t tap_stride = 0;
  std::int64_t tap_width = 0;
  const float* weights = nullptr;  ///< [panels][taps * tap_width][kPanelColumns]
  const float* bias = nullptr;     ///< [columns]
  std::int64_t columns = 0;        ///< A multiple of kLanes; the last panel may have more
  float* output = nullptr;         ///< [rows][columns]
  bool accumulate = false;
};

/// Some of the rows and panels of a FloatProduct.
struct ProductPart {
  std::int64_t first_row = 0;
  std::int64_t last_row = 0;
  std::int64_t first_panel = 0;
  std::int64_t last_panel = 0;
};

/// One time step of a long short-term memory (Hochreiter and Schmidhuber, 1997, with forget gates).
/// Sixteen units lie side by side: their input, forget, cell and output gates.
struct RecurrentStep {
  const float* weights = nullptr;  ///< From the state: [width / 16][width][4][16]
  const float* inputs = nullptr;   ///< What the input gives the gates: [width / 16][4][16]
  const float* state = nullptr;    ///< [width]
  float* cell = nullptr;           ///< [width], from the step before; replaced
  float* new_state = nullptr;      ///< [width]
  std::int64_t width = 0;          ///< A multiple of kLanes
};

/// One instruction set's kernels. Threads: any; they hold no state.
struct CodecKernels {
  const char* name;
  void (*multiply)(const FloatProduct& product, const ProductPart& part);
  /// output = x where x > 0, else e^x - 1 (Clevert et al., 2015); `count` is a multiple of kLanes.
  void (*elu)(const float* input, std::int64_t count, float* output);
  /// The units of blocks first to last, of kLanes units each.
  void (*recur)(const RecurrentStep& step, std::int64_t first, std::int64_t last);
  /// Of `count` floats, a multiple of kLanes.
  float (*dot)(const float* a, const float* b, std::int64_t count);
};

/// All that this processor can run, the fastest first; the last is "scalar".
std::span<const CodecKernels* const> codec_kernels_here();

}  // namespace dgx::musicgen
