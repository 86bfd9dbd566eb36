// SPDX-License-Identifier: Apache-2.0
#include "generator/model/musicgen/native/codec_packing.hpp"

#include <ATen/core/TensorAccessor.h>

namespace dgx::musicgen {

CodecConvolution pack(const Convolution& convolution) {
  const at::Tensor weight = convolution.weight.contiguous();
  const auto values = weight.accessor<float, 3>();  // [out][in][kernel]
  const auto bias = convolution.bias.accessor<float, 1>();
  CodecConvolution packed;
  packed.in = lanes_for(values.size(1));
  packed.kernel = values.size(2);
  packed.dilation = convolution.dilation;
  packed.weights = FloatPanels(lanes_for(values.size(0)), packed.kernel * packed.in);
  for (std::int64_t out = 0; out < values.size(0); ++out) {
    packed.weights.add_bias(out, bias[out]);
    for (std::int64_t in = 0; in < values.size(1); ++in) {
      for (std::int64_t k = 0; k < packed.kernel; ++k) {
        packed.weights.set(out, k * packed.in + in, values[out][in][k]);
      }
    }
  }
  return packed;
}

CodecMix pack_mix(const Convolution& convolution) {
  const auto values = convolution.weight.accessor<float, 3>();  // [1][in][kernel]
  CodecMix packed;
  packed.in = lanes_for(values.size(1));
  packed.bias = convolution.bias.item<float>();
  packed.weights.resize(static_cast<std::size_t>(values.size(2) * packed.in));
  for (std::int64_t in = 0; in < values.size(1); ++in) {
    for (std::int64_t k = 0; k < values.size(2); ++k) {
      packed.weights[static_cast<std::size_t>(k * packed.in + in)] = values[0][in][k];
    }
  }
  return packed;
}

CodecUpsampling pack(const Upsampling& upsampling) {
  const auto values = upsampling.taps.weight.accessor<float, 2>();  // [step, out][tap, in]
  const auto bias = upsampling.bias.accessor<float, 1>();
  const std::int64_t in_channels = values.size(1) / 2;
  CodecUpsampling packed;
  packed.in = lanes_for(in_channels);
  packed.out = lanes_for(bias.size(0));
  packed.stride = upsampling.stride;
  packed.weights = FloatPanels(packed.stride * packed.out, 2 * packed.in);
  for (std::int64_t step = 0; step < packed.stride; ++step) {
    for (std::int64_t out = 0; out < bias.size(0); ++out) {
      const std::int64_t column = step * packed.out + out;
      const auto row = values[step * bias.size(0) + out];
      packed.weights.add_bias(column, bias[out]);
      for (std::int64_t in = 0; in < in_channels; ++in) {
        packed.weights.set(column, in, row[in_channels + in]);  // The sample before
        packed.weights.set(column, packed.in + in, row[in]);
      }
    }
  }
  return packed;
}

CodecRecurrence pack(const RecurrentLayers::Layer& layer) {
  constexpr std::int64_t kGates = 4;
  const auto from_input = layer.from_input.weight.accessor<float, 2>();  // [gate, unit][in]
  const auto from_state = layer.from_state.weight.accessor<float, 2>();
  const auto input_bias = layer.from_input.bias.accessor<float, 1>();
  const auto state_bias = layer.from_state.bias.accessor<float, 1>();
  const std::int64_t units = from_state.size(1);
  CodecRecurrence packed;
  packed.width = lanes_for(units);
  packed.from_input = FloatPanels(kGates * packed.width, packed.width);
  packed.from_state.resize(static_cast<std::size_t>(kGates * packed.width * packed.width));
  for (std::int64_t gate = 0; gate < kGates; ++gate) {
    for (std::int64_t unit = 0; unit < units; ++unit) {
      const std::int64_t row = gate * units + unit;
      const std::int64_t block = unit / kLanes;
      const std::int64_t place = gate * kLanes + unit % kLanes;
      const std::int64_t column = block * kGates * kLanes + place;
      packed.from_input.add_bias(column, input_bias[row] + state_bias[row]);
      for (std::int64_t k = 0; k < units; ++k) {
        packed.from_input.set(column, k, from_input[row][k]);
        packed.from_state[static_cast<std::size_t>((block * packed.width + k) * kGates * kLanes +
                                                   place)] = from_state[row][k];
      }
    }
  }
  return packed;
}

std::vector<float> pack_codebook(const at::Tensor& entries) {
  const auto values = entries.accessor<float, 2>();
  const std::int64_t width = lanes_for(values.size(1));
  std::vector<float> packed(static_cast<std::size_t>(values.size(0) * width));
  for (std::int64_t entry = 0; entry < values.size(0); ++entry) {
    for (std::int64_t i = 0; i < values.size(1); ++i) {
      packed[static_cast<std::size_t>(entry * width + i)] = values[entry][i];
    }
  }
  return packed;
}

}  // namespace dgx::musicgen
