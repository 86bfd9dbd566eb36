// SPDX-License-Identifier: Apache-2.0
#include "generator/model/musicgen/native/audio_codec.hpp"

#include <ATen/TensorOperators.h>
#include <ATen/ops/argmin.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/elu.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/index_select.h>

#include <algorithm>
#include <utility>

#include "generator/model/musicgen/native/failure.hpp"

namespace dgx::musicgen {
namespace {

constexpr std::int64_t kFramesPerBlock = 100;

at::Tensor column_of(const std::vector<std::int32_t>& codes, at::Device device) {
  std::vector<std::int64_t> places(codes.begin(), codes.end());
  const auto count = static_cast<std::int64_t>(places.size());
  return at::from_blob(places.data(), {count}, at::kLong).clone().to(device);
}

}  // namespace

at::Tensor AudioCodec::Residual::operator()(const at::Tensor& input) const {
  return input + second(at::elu(first(at::elu(input))));
}

at::Tensor AudioCodec::quantized(const Codes& codes) const {
  at::Tensor sum;
  for (std::size_t k = 0; k < codes.size(); ++k) {
    const at::Tensor rows =
        at::index_select(codebooks_[k], 0, column_of(codes[k], codebooks_[k].device()));
    sum = sum.defined() ? sum + rows : rows;
  }
  return sum.t().unsqueeze(0);
}

at::Tensor AudioCodec::upsampled(at::Tensor states, const std::stop_token& stop) const {
  for (const UpStage& stage : up_stages_) {
    throw_if_stopped(stop);
    states = stage.up(at::elu(states));
    for (const Residual& residual : stage.residuals) states = residual(states);
  }
  return decoder_last_(at::elu(states));
}

// How many frames to each side the layers after the recurrent ones reach, rounded up.
std::int64_t AudioCodec::context_frames() const {
  const std::int64_t hop = config_.hop_length();
  std::int64_t samples_per_step = hop;
  std::int64_t reach = config_.last_kernel_size;
  for (const UpStage& stage : up_stages_) {
    reach += samples_per_step;
    samples_per_step /= stage.up.stride;
    for (const Residual& residual : stage.residuals) {
      reach += config_.residual_kernel_size * residual.first.dilation * samples_per_step;
    }
  }
  return (reach + hop - 1) / hop;
}

std::vector<float> AudioCodec::decode(const Codes& codes, const Progress& progress,
                                      const std::stop_token& stop) const {
  if (packed_) return decode_packed(codes, progress, stop);
  const auto frames = static_cast<std::int64_t>(codes.front().size());
  const at::Tensor states = decoder_recurrent_(decoder_first_(quantized(codes)), stop);
  const std::int64_t hop = config_.hop_length();
  const std::int64_t context = context_frames();
  std::vector<float> samples;
  samples.reserve(static_cast<std::size_t>(frames * hop));
  for (std::int64_t begin = 0; begin < frames; begin += kFramesPerBlock) {
    const std::int64_t end = std::min(begin + kFramesPerBlock, frames);
    const std::int64_t first = std::max<std::int64_t>(begin - context, 0);
    const std::int64_t last = std::min(end + context, frames);
    const at::Tensor block = upsampled(states.narrow(2, first, last - first), stop)
                                 .narrow(2, (begin - first) * hop, (end - begin) * hop)
                                 .to(at::kCPU)
                                 .contiguous();
    const float* data = block.data_ptr<float>();
    samples.insert(samples.end(), data, data + block.numel());
    progress(end);
  }
  return samples;
}

at::Tensor AudioCodec::downsampled(const at::Tensor& samples, const std::stop_token& stop) const {
  at::Tensor states = encoder_first_(samples);
  for (const DownStage& stage : down_stages_) {
    throw_if_stopped(stop);
    for (const Residual& residual : stage.residuals) states = residual(states);
    states = stage.down(at::elu(states));
  }
  return states;
}

// The layers before the recurrent ones mirror those after them in the decoder, and reach as far.
at::Tensor AudioCodec::embed(const std::vector<float>& samples, const std::stop_token& stop) const {
  const auto count = static_cast<std::int64_t>(samples.size());
  at::Tensor signal = at::empty({1, 1, count}, at::kFloat);
  std::copy(samples.begin(), samples.end(), signal.data_ptr<float>());
  signal = signal.to(encoder_first_.weight.device());
  const std::int64_t hop = config_.hop_length();
  const std::int64_t context = context_frames();
  const std::int64_t frames = (count + hop - 1) / hop;
  std::vector<at::Tensor> blocks;
  for (std::int64_t begin = 0; begin < frames; begin += kFramesPerBlock) {
    const std::int64_t end = std::min(begin + kFramesPerBlock, frames);
    const std::int64_t first = std::max<std::int64_t>(begin - context, 0);
    const std::int64_t last = std::min((end + context) * hop, count);
    blocks.push_back(downsampled(signal.narrow(2, first * hop, last - first * hop), stop)
                         .narrow(2, begin - first, end - begin));
  }
  const at::Tensor states = encoder_recurrent_(at::cat(blocks, 2), stop);
  return encoder_last_(at::elu(states));
}

// Each codebook takes the nearest of its entries to what the ones before left over.
Codes AudioCodec::encode(const std::vector<float>& samples, const std::stop_token& stop) const {
  at::Tensor rest = embed(samples, stop).squeeze(0).t().contiguous();
  Codes codes;
  for (const at::Tensor& entries : codebooks_) {
    throw_if_stopped(stop);
    const at::Tensor products = Linear{entries, {}}(rest);
    const at::Tensor distances = entries.square().sum(1) - products * 2;
    const at::Tensor nearest = at::argmin(distances, 1);
    rest = rest - at::index_select(entries, 0, nearest);
    const at::Tensor column = nearest.to(at::kCPU).contiguous();
    const auto* data = column.data_ptr<std::int64_t>();
    std::vector<std::int32_t>& codebook = codes.emplace_back();
    for (std::int64_t i = 0; i < column.numel(); ++i) {
      codebook.push_back(static_cast<std::int32_t>(data[i]));
    }
  }
  return codes;
}

}  // namespace dgx::musicgen
