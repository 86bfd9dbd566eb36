// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "generator/model/musicgen/kernels/codec_layers.hpp"

namespace dgx::musicgen {

/// EnCodec's decoder (Défossez et al., "High Fidelity Neural Audio Compression", 2022), fed with
/// frames of codes as they come. Samples follow their frames by the few that the convolutions look
/// ahead; however the frames are cut, the samples are the same to the bit.
///
/// Threads: one caller at a time, with the threads of its team. `decoder` and `team` have to
/// outlive it.
class CodecStream {
 public:
  CodecStream(const CodecDecoder& decoder, const CodecKernels& kernels, ThreadTeam& team);

  /// `codes`: [codebook][frame], each below the size of its codebook, every codebook with as many.
  /// Appends what samples are final now. `last`: no more frames follow; then all are.
  void feed(std::span<const std::span<const std::int32_t>> codes, bool last,
            std::vector<float>& samples);

 private:
  struct Stage {
    UpsamplingStream up;
    std::vector<ResidualStream> residuals;
  };

  void look_up(std::span<const std::span<const std::int32_t>> codes);
  void mix_down(bool last, std::vector<float>& samples);

  const CodecDecoder& decoder_;
  CodecWorkers workers_;
  ConvolutionStream first_;
  RecurrentStream recurrent_;
  std::vector<Stage> stages_{};
  PaddedSignal last_;
  SignalRows rows_{};
  SignalRows next_{};
};

}  // namespace dgx::musicgen
