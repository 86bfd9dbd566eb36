// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "generator/model/musicgen/kernels/float_panels.hpp"
#include "generator/model/musicgen/model_config.hpp"

// The weights of EnCodec's decoder as CodecStream reads them. A signal is rows of channels, one row
// a time step, each filled up with zeros to lanes_for(channels).
namespace dgx::musicgen {

/// A convolution of stride 1. `weights` has the depth [kernel][in] and lanes_for(out) columns.
struct CodecConvolution {
  FloatPanels weights{};
  std::int64_t in = 0;  ///< Filled up
  std::int64_t kernel = 1;
  std::int64_t dilation = 1;
};

/// A transposed convolution with kernel 2 * stride: depth [the sample before, this][in], columns
/// [stride][out].
struct CodecUpsampling {
  FloatPanels weights{};
  std::int64_t in = 0;   ///< Filled up
  std::int64_t out = 0;  ///< Filled up
  std::int64_t stride = 1;
};

/// One layer of long short-term memory. Columns of `from_input` and the numbers of `from_state` are
/// in the blocks of a RecurrentStep; the units are filled up, too.
struct CodecRecurrence {
  FloatPanels from_input{};
  std::vector<float> from_state{};
  std::int64_t width = 0;  ///< Filled up
};

struct CodecResidual {
  CodecConvolution first{};
  CodecConvolution second{};  ///< Of kernel 1
};

struct CodecStage {
  CodecUpsampling up{};
  std::vector<CodecResidual> residuals{};
};

/// The convolution to the one channel of audio.
struct CodecMix {
  std::vector<float> weights{};  ///< [kernel][in]
  float bias = 0;
  std::int64_t in = 0;  ///< Filled up
};

/// All of it.
struct CodecDecoder {
  PadMode pad_mode = PadMode::kReflect;
  std::vector<std::vector<float>> codebooks{};  ///< [codebook_size][lanes_for(codebook_dim)]
  CodecConvolution first{};
  std::vector<CodecRecurrence> recurrences{};
  std::vector<CodecStage> stages{};
  CodecMix last{};
};

}  // namespace dgx::musicgen
