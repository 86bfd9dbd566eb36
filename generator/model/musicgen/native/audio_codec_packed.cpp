// SPDX-License-Identifier: Apache-2.0
// Decoding by the project's own kernels.
#include <algorithm>
#include <span>
#include <string>

#include "generator/model/musicgen/kernels/codec_stream.hpp"
#include "generator/model/musicgen/native/audio_codec.hpp"
#include "generator/model/musicgen/native/codec_packing.hpp"
#include "generator/model/musicgen/native/failure.hpp"

namespace dgx::musicgen {
namespace {

// A third of a second: so little that a piece stays near the processor in all its layers.
constexpr std::size_t kFramesOfPiece = 16;

void check_codes(const Codes& codes, std::int64_t codebook_size) {
  for (const std::vector<std::int32_t>& codebook : codes) {
    for (const std::int32_t code : codebook) {
      if (code >= 0 && code < codebook_size) continue;
      throw Failure(ErrorCode::kInternal, "a code must be below the codebook's " +
                                              std::to_string(codebook_size) + ", got " +
                                              std::to_string(code));
    }
  }
}

}  // namespace

void AudioCodec::pack_decoder(int threads) {
  packed_ = std::make_unique<PackedHalf>();
  packed_->team = std::make_unique<ThreadTeam>(threads);
  CodecDecoder& decoder = packed_->decoder;
  decoder.pad_mode = config_.pad_mode;
  for (const at::Tensor& entries : codebooks_) decoder.codebooks.push_back(pack_codebook(entries));
  decoder.first = pack(decoder_first_);
  for (const RecurrentLayers::Layer& layer : decoder_recurrent_.layers) {
    decoder.recurrences.push_back(pack(layer));
  }
  for (const UpStage& stage : up_stages_) {
    CodecStage& packed = decoder.stages.emplace_back(CodecStage{pack(stage.up), {}});
    for (const Residual& residual : stage.residuals) {
      packed.residuals.push_back({pack(residual.first), pack(residual.second)});
    }
  }
  decoder.last = pack_mix(decoder_last_);
  decoder_first_ = {};
  decoder_recurrent_ = {};
  up_stages_.clear();
  decoder_last_ = {};
}

std::vector<float> AudioCodec::decode_packed(const Codes& codes, const Progress& progress,
                                             const std::stop_token& stop) const {
  check_codes(codes, config_.codebook_size);
  const std::size_t frames = codes.front().size();
  CodecStream stream(packed_->decoder, *codec_kernels_here().front(), *packed_->team);
  std::vector<float> samples;
  samples.reserve(frames * static_cast<std::size_t>(config_.hop_length()));
  for (std::size_t begin = 0; begin < frames; begin += kFramesOfPiece) {
    throw_if_stopped(stop);
    const std::size_t end = std::min(begin + kFramesOfPiece, frames);
    std::vector<std::span<const std::int32_t>> piece;
    for (const std::vector<std::int32_t>& codebook : codes) {
      piece.push_back(std::span(codebook).subspan(begin, end - begin));
    }
    stream.feed(piece, end == frames, samples);
    progress(static_cast<std::int64_t>(end));
  }
  return samples;
}

}  // namespace dgx::musicgen
