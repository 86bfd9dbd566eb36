// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "generator/model/musicgen/delay_pattern.hpp"
#include "generator/model/musicgen/kernels/codec_decoder.hpp"
#include "generator/model/musicgen/kernels/thread_team.hpp"
#include "generator/model/musicgen/model_config.hpp"
#include "generator/model/musicgen/native/linear.hpp"
#include "generator/model/musicgen/native/weights.hpp"

namespace dgx::musicgen {

/// A convolution whose output has ceil(length / stride) samples: padded by (kernel - 1) * dilation
/// + 1 - stride in all, the larger half on the left, and on the right by what fills the last step.
struct Convolution {
  at::Tensor weight{};  ///< [out, in, kernel]
  at::Tensor bias{};    ///< [out]
  std::int64_t stride = 1;
  std::int64_t dilation = 1;
  PadMode pad_mode = PadMode::kReflect;

  [[nodiscard]] at::Tensor operator()(const at::Tensor& input) const;
};

/// Its counterpart, with kernel 2 * stride: every input sample becomes `stride` output samples,
/// made from it and from its neighbour on the nearer side. Computed as one product with the
/// weights of both: Linear [2 * in] to [stride * out].
struct Upsampling {
  Linear taps{};
  at::Tensor bias{};  ///< [out]
  std::int64_t stride = 1;

  [[nodiscard]] at::Tensor operator()(const at::Tensor& input) const;
};

/// Long short-term memory with the input added to the output (EncodecLSTM).
struct RecurrentLayers {
  struct Layer {
    Linear from_input{};  ///< To [4 * width]: input, forget, cell and output gate
    Linear from_state{};
  };
  std::vector<Layer> layers{};

  /// [1, width, length] to the same.
  [[nodiscard]] at::Tensor operator()(const at::Tensor& input, const std::stop_token& stop) const;
};

/// EnCodec's codec of one channel (Défossez et al., "High Fidelity Neural Audio Compression",
/// 2022) as MusicGen uses it: SEANet encoder and decoder around a residual vector quantizer. In
/// float32. A stereo model passes its channels one by one.
///
/// Threads: const calls may come from several threads; decode() one at a time where it has a team.
class AudioCodec {
 public:
  /// Called with the frames decoded so far.
  using Progress = std::function<void(std::int64_t frames)>;

  /// `threads`: of the project's own kernels, which then decode (kernels/codec_stream.hpp; weights
  /// on the CPU). 0: libtorch decodes.
  AudioCodec(const Weights& weights, const CodecConfig& config, std::int64_t codebooks,
             int threads = 0);

  /// Codes [codebook][frame] to frames * hop_length samples, in pieces, so that memory does not
  /// grow with the length.
  [[nodiscard]] std::vector<float> decode(const Codes& codes, const Progress& progress,
                                          const std::stop_token& stop) const;

  /// Samples of one channel to ceil(samples / hop_length) frames. Works in such blocks, too.
  [[nodiscard]] Codes encode(const std::vector<float>& samples, const std::stop_token& stop) const;

  /// The continuous signal that encode() quantizes, [1, hidden_size, frames]; for tests.
  [[nodiscard]] at::Tensor embed(const std::vector<float>& samples,
                                 const std::stop_token& stop) const;

 private:
  struct Residual {
    Convolution first{};
    Convolution second{};
    [[nodiscard]] at::Tensor operator()(const at::Tensor& input) const;
  };
  struct UpStage {
    Upsampling up{};
    std::vector<Residual> residuals{};
  };
  struct DownStage {
    std::vector<Residual> residuals{};
    Convolution down{};
  };
  class Loader;
  /// The decoder's weights as the kernels read them.
  struct PackedHalf {
    CodecDecoder decoder{};
    std::unique_ptr<ThreadTeam> team{};
  };

  void load_decoder(const Weights& weights);
  void load_encoder(const Weights& weights);
  void pack_decoder(int threads);
  [[nodiscard]] std::vector<float> decode_packed(const Codes& codes, const Progress& progress,
                                                 const std::stop_token& stop) const;
  [[nodiscard]] at::Tensor quantized(const Codes& codes) const;
  [[nodiscard]] at::Tensor upsampled(at::Tensor states, const std::stop_token& stop) const;
  [[nodiscard]] at::Tensor downsampled(const at::Tensor& samples,
                                       const std::stop_token& stop) const;
  [[nodiscard]] std::int64_t context_frames() const;

  CodecConfig config_;
  std::vector<at::Tensor> codebooks_{};  ///< [codebook_size, codebook_dim] each

  std::unique_ptr<PackedHalf>
      packed_{};  ///< Where there is one, decoder_* and up_stages_ are empty
  Convolution decoder_first_{};
  RecurrentLayers decoder_recurrent_{};
  std::vector<UpStage> up_stages_{};
  Convolution decoder_last_{};

  Convolution encoder_first_{};
  std::vector<DownStage> down_stages_{};
  RecurrentLayers encoder_recurrent_{};
  Convolution encoder_last_{};
};

}  // namespace dgx::musicgen
