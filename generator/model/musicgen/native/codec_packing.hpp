// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "generator/model/musicgen/kernels/codec_decoder.hpp"
#include "generator/model/musicgen/native/audio_codec.hpp"

// From tensors to the order in which the kernels read. All tensors are float32 on the CPU.
namespace dgx::musicgen {

[[nodiscard]] CodecConvolution pack(const Convolution& convolution);
/// Of a convolution to one channel.
[[nodiscard]] CodecMix pack_mix(const Convolution& convolution);
[[nodiscard]] CodecUpsampling pack(const Upsampling& upsampling);
[[nodiscard]] CodecRecurrence pack(const RecurrentLayers::Layer& layer);
/// [entries][lanes_for(dim)].
[[nodiscard]] std::vector<float> pack_codebook(const at::Tensor& entries);

}  // namespace dgx::musicgen
