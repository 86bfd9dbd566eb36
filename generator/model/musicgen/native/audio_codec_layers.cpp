// SPDX-License-Identifier: Apache-2.0
// The layers that EnCodec is built of.
#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/constant_pad_nd.h>
#include <ATen/ops/conv1d.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/reflection_pad1d.h>
#include <ATen/ops/replication_pad1d.h>
#include <ATen/ops/sigmoid.h>
#include <ATen/ops/tanh.h>
#include <ATen/ops/zeros.h>

#include <algorithm>

#include "generator/model/musicgen/native/audio_codec.hpp"
#include "generator/model/musicgen/native/failure.hpp"

namespace dgx::musicgen {
namespace {

// A reflection needs more samples than it makes: what is shorter is first lengthened by zeros,
// which are cut off again (EncodecConv1d._pad1d).
at::Tensor reflected(const at::Tensor& input, std::int64_t left, std::int64_t right) {
  const std::int64_t missing = std::max(left, right) - input.size(2) + 1;
  if (missing <= 0) return at::reflection_pad1d(input, {left, right});
  const at::Tensor padded =
      at::reflection_pad1d(at::constant_pad_nd(input, {0, missing}), {left, right});
  return padded.narrow(2, 0, padded.size(2) - missing);
}

at::Tensor padded(const at::Tensor& input, std::int64_t left, std::int64_t right, PadMode mode) {
  switch (mode) {
    case PadMode::kConstant:
      return at::constant_pad_nd(input, {left, right});
    case PadMode::kReplicate:
      return at::replication_pad1d(input, {left, right});
    case PadMode::kReflect:
      break;
  }
  return reflected(input, left, right);
}

struct GateValues {
  at::Tensor input;
  at::Tensor forget;
  at::Tensor cell;
  at::Tensor output;
};

GateValues split_gates(const at::Tensor& gates) {
  const std::vector<at::Tensor> parts = gates.chunk(4, 1);
  return {at::sigmoid(parts[0]), at::sigmoid(parts[1]), at::tanh(parts[2]), at::sigmoid(parts[3])};
}

// [length, width] to the same.
at::Tensor run(const RecurrentLayers::Layer& layer, const at::Tensor& input,
               const std::stop_token& stop) {
  constexpr std::int64_t kStepsPerLook = 16;
  const at::Tensor from_input = layer.from_input(input);
  const std::int64_t width = layer.from_state.weight.size(1);
  at::Tensor state = at::zeros({1, width}, input.options());
  at::Tensor cell = at::zeros({1, width}, input.options());
  at::Tensor states = at::empty({input.size(0), width}, input.options());
  for (std::int64_t t = 0; t < input.size(0); ++t) {
    if (t % kStepsPerLook == 0) throw_if_stopped(stop);
    const GateValues gates = split_gates(layer.from_state(state).add_(from_input.narrow(0, t, 1)));
    cell = gates.forget * cell + gates.input * gates.cell;
    state = gates.output * at::tanh(cell);
    states.narrow(0, t, 1).copy_(state);
  }
  return states;
}

}  // namespace

at::Tensor Convolution::operator()(const at::Tensor& input) const {
  const std::int64_t reach = (weight.size(2) - 1) * dilation + 1;
  const std::int64_t total = reach - stride;
  const std::int64_t right = total / 2;
  const std::int64_t steps = (input.size(2) + stride - 1) / stride;
  const std::int64_t extra = steps * stride - input.size(2);
  return at::conv1d(padded(input, total - right, right + extra, pad_mode), weight, bias,
                    at::IntArrayRef(stride), /*padding=*/at::IntArrayRef{0},
                    at::IntArrayRef(dilation));
}

// Output sample t * stride + p - left of the whole transposed convolution is W[p] x[t] +
// W[p + stride] x[t - 1]; `left` and the rest of stride are then cut off.
at::Tensor Upsampling::operator()(const at::Tensor& input) const {
  const std::int64_t length = input.size(2);
  const at::Tensor framed = at::constant_pad_nd(input, {1, 1}).squeeze(0).t();
  const at::Tensor pairs =
      at::cat({framed.narrow(0, 1, length + 1), framed.narrow(0, 0, length + 1)}, 1);
  const std::int64_t channels = bias.size(0);
  const at::Tensor whole = taps(pairs)
                               .view({length + 1, stride, channels})
                               .permute({2, 0, 1})
                               .reshape({1, channels, (length + 1) * stride});
  const std::int64_t left = stride - stride / 2;
  return whole.narrow(2, left, length * stride) + bias.unsqueeze(1);
}

at::Tensor RecurrentLayers::operator()(const at::Tensor& input, const std::stop_token& stop) const {
  at::Tensor states = input.squeeze(0).t().contiguous();
  for (const Layer& layer : layers) states = run(layer, states, stop);
  return states.t().unsqueeze(0) + input;
}

}  // namespace dgx::musicgen
