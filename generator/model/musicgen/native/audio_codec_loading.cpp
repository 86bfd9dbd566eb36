// SPDX-License-Identifier: Apache-2.0
// How EnCodec's layers are numbered in the file, and weight normalisation.
#include <ATen/TensorOperators.h>
#include <ATen/ops/linalg_vector_norm.h>

#include <string>

#include "generator/model/musicgen/native/audio_codec.hpp"
#include "generator/model/musicgen/native/failure.hpp"

namespace dgx::musicgen {

class AudioCodec::Loader {
 public:
  /// `half`: "encoder" or "decoder".
  Loader(const Weights& weights, const CodecConfig& config, const std::string& half)
      : weights_(weights), config_(config), prefix_("audio_encoder." + half + ".layers.") {}

  Convolution convolution(std::int64_t layer, std::int64_t in, std::int64_t out,
                          std::int64_t kernel, std::int64_t stride = 1) const {
    return convolution(prefix_ + std::to_string(layer) + ".conv", in, out, kernel, stride, 1);
  }

  Residual residual(std::int64_t layer, std::int64_t channels, std::int64_t dilation) const {
    const std::string block = prefix_ + std::to_string(layer) + ".block.";
    const std::int64_t inner = channels / config_.compress;
    return {
        convolution(block + "1.conv", channels, inner, config_.residual_kernel_size, 1, dilation),
        convolution(block + "3.conv", inner, channels, 1, 1, 1)};
  }

  Upsampling upsampling(std::int64_t layer, std::int64_t in, std::int64_t out,
                        std::int64_t stride) const {
    const std::string name = prefix_ + std::to_string(layer) + ".conv";
    // [in, out, 2 * stride] to rows of (step, out) and columns of (this sample, the one before).
    const at::Tensor weight = folded(name, {in, out, 2 * stride});
    Upsampling up;
    up.taps.weight = weight.view({in, out, 2, stride})
                         .permute({3, 1, 2, 0})
                         .reshape({stride * out, 2 * in})
                         .contiguous();
    up.bias = weights_.get(name + ".bias", {out});
    up.stride = stride;
    return up;
  }

  RecurrentLayers recurrent(std::int64_t layer, std::int64_t width) const {
    const std::string name = prefix_ + std::to_string(layer) + ".lstm.";
    RecurrentLayers recurrent;
    for (std::int64_t i = 0; i < config_.num_lstm_layers; ++i) {
      const std::string suffix = "_l" + std::to_string(i);
      RecurrentLayers::Layer& one = recurrent.layers.emplace_back();
      one.from_input.weight = weights_.get(name + "weight_ih" + suffix, {4 * width, width});
      one.from_state.weight = weights_.get(name + "weight_hh" + suffix, {4 * width, width});
      one.from_input.bias = weights_.get(name + "bias_ih" + suffix, {4 * width});
      one.from_state.bias = weights_.get(name + "bias_hh" + suffix, {4 * width});
    }
    return recurrent;
  }

 private:
  Convolution convolution(const std::string& name, std::int64_t in, std::int64_t out,
                          std::int64_t kernel, std::int64_t stride, std::int64_t dilation) const {
    return {folded(name, {out, in, kernel}), weights_.get(name + ".bias", {out}), stride, dilation,
            config_.pad_mode};
  }

  // Weight normalisation (Salimans and Kingma, 2016): g * v / |v|, the norm over all axes but the
  // first, for transposed convolutions too, whose first axis is the input. Files carry it under
  // the names of older or newer torch, or folded already.
  at::Tensor folded(const std::string& name, at::IntArrayRef shape) const {
    const std::string older = name + ".weight_";
    const std::string newer = name + ".parametrizations.weight.original";
    if (weights_.has(older + "g")) return folded(older + "g", older + "v", shape);
    if (weights_.has(newer + "0")) return folded(newer + "0", newer + "1", shape);
    if (weights_.has(name + ".weight")) return weights_.get(name + ".weight", shape);
    return folded(older + "g", older + "v", shape);  // Fails, and names what is missing.
  }
  at::Tensor folded(const std::string& scale, const std::string& direction,
                    at::IntArrayRef shape) const {
    const at::Tensor g = weights_.get(scale, {shape[0], 1, 1});
    const at::Tensor v = weights_.get(direction, shape);
    return v * (g / at::linalg_vector_norm(v, 2, at::IntArrayRef{1, 2}, /*keepdim=*/true));
  }

  const Weights& weights_;
  const CodecConfig& config_;
  std::string prefix_;
};

namespace {

void check_supported(const CodecConfig& config) {
  if (config.use_causal_conv || config.use_conv_shortcut) {
    throw Failure(ErrorCode::kInvalidArgument,
                  "audio_encoder must have use_causal_conv and use_conv_shortcut false, as in "
                  "every MusicGen, got true");
  }
  if (config.codebook_dim != config.hidden_size) {
    throw Failure(ErrorCode::kInvalidArgument, "audio_encoder.codebook_dim must be hidden_size " +
                                                   std::to_string(config.hidden_size) + ", got " +
                                                   std::to_string(config.codebook_dim));
  }
}

std::int64_t power(std::int64_t base, std::int64_t exponent) {
  std::int64_t product = 1;
  for (std::int64_t i = 0; i < exponent; ++i) product *= base;
  return product;
}

}  // namespace

AudioCodec::AudioCodec(const Weights& weights, const CodecConfig& config, std::int64_t codebooks,
                       int threads)
    : config_(config) {
  check_supported(config);
  for (std::int64_t k = 0; k < codebooks; ++k) {
    codebooks_.push_back(
        weights.get("audio_encoder.quantizer.layers." + std::to_string(k) + ".codebook.embed",
                    {config.codebook_size, config.codebook_dim}));
  }
  load_decoder(weights);
  if (threads > 0) pack_decoder(threads);
  load_encoder(weights);
}

// Layers are numbered through, the activations between them included.
void AudioCodec::load_decoder(const Weights& weights) {
  const std::vector<std::int64_t>& ratios = config_.upsampling_ratios;
  const std::int64_t widest = config_.num_filters << ratios.size();
  const Loader decoder(weights, config_, "decoder");
  decoder_first_ = decoder.convolution(0, config_.hidden_size, widest, config_.kernel_size);
  std::int64_t layer = 1;
  if (config_.num_lstm_layers > 0) decoder_recurrent_ = decoder.recurrent(layer, widest);
  ++layer;
  std::int64_t width = widest;
  for (auto ratio = ratios.begin(); ratio != ratios.end(); ++ratio, width /= 2) {
    UpStage& stage = up_stages_.emplace_back();
    ++layer;
    stage.up = decoder.upsampling(layer++, width, width / 2, *ratio);
    for (std::int64_t j = 0; j < config_.num_residual_layers; ++j) {
      stage.residuals.push_back(
          decoder.residual(layer++, width / 2, power(config_.dilation_growth_rate, j)));
    }
  }
  decoder_last_ = decoder.convolution(layer + 1, config_.num_filters, 1, config_.last_kernel_size);
}

void AudioCodec::load_encoder(const Weights& weights) {
  const std::vector<std::int64_t>& ratios = config_.upsampling_ratios;
  const std::int64_t widest = config_.num_filters << ratios.size();
  const Loader encoder(weights, config_, "encoder");
  encoder_first_ = encoder.convolution(0, 1, config_.num_filters, config_.kernel_size);
  std::int64_t layer = 1;
  std::int64_t width = config_.num_filters;
  for (auto ratio = ratios.rbegin(); ratio != ratios.rend(); ++ratio, width *= 2) {
    DownStage& stage = down_stages_.emplace_back();
    for (std::int64_t j = 0; j < config_.num_residual_layers; ++j) {
      stage.residuals.push_back(
          encoder.residual(layer++, width, power(config_.dilation_growth_rate, j)));
    }
    ++layer;
    stage.down = encoder.convolution(layer++, width, 2 * width, 2 * *ratio, *ratio);
  }
  if (config_.num_lstm_layers > 0) encoder_recurrent_ = encoder.recurrent(layer, widest);
  ++layer;
  encoder_last_ =
      encoder.convolution(layer + 1, widest, config_.hidden_size, config_.last_kernel_size);
}

}  // namespace dgx::musicgen
