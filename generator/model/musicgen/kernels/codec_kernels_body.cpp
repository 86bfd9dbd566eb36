// SPDX-License-Identifier: Apache-2.0
// Compiled once for each instruction set, like kernels_body.cpp and under its rules.
#include <cstddef>

// multiply_add, and how large a tile is, of one instruction set.
#include DGX_INSTRUCTIONS

#include "generator/model/musicgen/kernels/codec_kernels.hpp"
#include "generator/model/musicgen/kernels/exponential.hpp"
#include "generator/model/musicgen/kernels/kernel_names.hpp"

namespace dgx::musicgen {
namespace {

constexpr std::int64_t kRegister = sizeof(Register) / sizeof(float);

template <std::size_t kRows>
inline void keep_tile(const FloatProduct& p, const Register (&sums)[kRows][kTileRegisters],
                      std::int64_t row, std::int64_t column) {
  for (std::size_t v = 0; v < kTileRegisters; ++v) {
    const std::int64_t place = column + static_cast<std::int64_t>(v) * kRegister;
    if (place >= p.columns) break;
    const Register bias = load_register(p.bias + place);
    for (std::size_t r = 0; r < kRows; ++r) {
      float* output = p.output + (row + static_cast<std::int64_t>(r)) * p.columns + place;
      const Register sum = sums[r][v] + bias;
      store_register(output, p.accumulate ? load_register(output) + sum : sum);
    }
  }
}

/// The sums of kRows rows and kTileRegisters * kRegister columns from `column` on.
template <std::size_t kRows>
inline void make_tile(const FloatProduct& p, std::int64_t row, const float* weights,
                      std::int64_t column) {
  Register sums[kRows][kTileRegisters];
  for (auto& row_sums : sums) {
    for (Register& sum : row_sums) sum = broadcast(0.0F);
  }
  for (std::int64_t tap = 0; tap < p.taps; ++tap) {
    const float* input = p.input + row * p.row_stride + tap * p.tap_stride;
    for (std::int64_t i = 0; i < p.tap_width; ++i, weights += kPanelColumns) {
      Register weight[kTileRegisters];
      for (std::size_t v = 0; v < kTileRegisters; ++v) {
        weight[v] = load_register(weights + static_cast<std::int64_t>(v) * kRegister);
      }
      for (std::size_t r = 0; r < kRows; ++r) {
        const Register value = broadcast(input[static_cast<std::int64_t>(r) * p.row_stride + i]);
        for (std::size_t v = 0; v < kTileRegisters; ++v) {
          sums[r][v] = fused(value, weight[v], sums[r][v]);
        }
      }
    }
  }
  keep_tile<kRows>(p, sums, row, column);
}

/// One panel's columns from `column` on, kTileRegisters * kRegister of them.
inline void multiply_columns(const FloatProduct& p, const ProductPart& part, const float* weights,
                             std::int64_t column) {
  constexpr auto kRows = static_cast<std::int64_t>(kTileRows);
  std::int64_t row = part.first_row;
  for (; row + kRows <= part.last_row; row += kRows) make_tile<kTileRows>(p, row, weights, column);
  for (; row + 2 <= part.last_row; row += 2) make_tile<2>(p, row, weights, column);
  if (row < part.last_row) make_tile<1>(p, row, weights, column);
}

void multiply(const FloatProduct& p, const ProductPart& part) {
  constexpr std::int64_t kColumns = static_cast<std::int64_t>(kTileRegisters) * kRegister;
  const std::int64_t depth = p.taps * p.tap_width;
  for (std::int64_t panel = part.first_panel; panel < part.last_panel; ++panel) {
    const float* weights = p.weights + panel * depth * kPanelColumns;
    for (std::int64_t i = 0; i < kPanelColumns; i += kColumns) {
      multiply_columns(p, part, weights + i, panel * kPanelColumns + i);
    }
  }
}

void elu(const float* input, std::int64_t count, float* output) {
  for (std::int64_t i = 0; i < count; i += kLanes) {
    const Floats x = load(input + i);
    store(output + i, x > 0.0F ? x : exponential(-magnitude(x)) - 1.0F);
  }
}

inline Floats sigmoid(Floats x) {
  const Floats e = exponential(-magnitude(x));
  const Floats upper = 1.0F / (1.0F + e);
  return x < 0.0F ? e * upper : upper;
}

inline Floats hyperbolic_tangent(Floats x) {
  const Floats e = exponential(magnitude(x) * -2.0F);
  const Floats size = (1.0F - e) / (1.0F + e);
  return x < 0.0F ? -size : size;
}

/// The four gates of one block. Even and odd numbers of the state are summed apart, so that no sum
/// waits for the one before.
inline void gates_of(const RecurrentStep& step, std::int64_t block, Floats (&gates)[4]) {
  constexpr std::int64_t kGates = 4;
  Floats odd[kGates] = {};
  for (std::int64_t g = 0; g < kGates; ++g) {
    gates[g] = load(step.inputs + (block * kGates + g) * kLanes);
  }
  const float* weights = step.weights + block * step.width * kGates * kLanes;
  for (std::int64_t k = 0; k < step.width; k += 2, weights += 2 * kGates * kLanes) {
    const Floats first = all_of(step.state[k]);
    const Floats second = all_of(step.state[k + 1]);
    for (std::int64_t g = 0; g < kGates; ++g) {
      gates[g] = multiply_add(first, load(weights + g * kLanes), gates[g]);
      odd[g] = multiply_add(second, load(weights + (kGates + g) * kLanes), odd[g]);
    }
  }
  for (std::int64_t g = 0; g < kGates; ++g) gates[g] += odd[g];
}

void recur(const RecurrentStep& step, std::int64_t first, std::int64_t last) {
  for (std::int64_t block = first; block < last; ++block) {
    Floats gates[4];
    gates_of(step, block, gates);
    const std::int64_t unit = block * kLanes;
    const Floats cell = multiply_add(sigmoid(gates[1]), load(step.cell + unit),
                                     sigmoid(gates[0]) * hyperbolic_tangent(gates[2]));
    store(step.cell + unit, cell);
    store(step.new_state + unit, sigmoid(gates[3]) * hyperbolic_tangent(cell));
  }
}

float dot(const float* a, const float* b, std::int64_t count) {
  Floats sums[4] = {};
  std::int64_t i = 0;
  for (; i + 4 * kLanes <= count; i += 4 * kLanes) {
    for (std::int64_t k = 0; k < 4; ++k) {
      sums[k] = multiply_add(load(a + i + k * kLanes), load(b + i + k * kLanes), sums[k]);
    }
  }
  for (; i < count; i += kLanes) sums[0] = multiply_add(load(a + i), load(b + i), sums[0]);
  return sum_of((sums[0] + sums[1]) + (sums[2] + sums[3]));
}

}  // namespace

extern const CodecKernels DGX_NAMED(kCodecKernels_, DGX_KERNELS);
const CodecKernels DGX_NAMED(kCodecKernels_, DGX_KERNELS) = {DGX_TEXT_OF(DGX_KERNELS), multiply,
                                                             elu, recur, dot};

}  // namespace dgx::musicgen
