// SPDX-License-Identifier: Apache-2.0
#include "generator/model/musicgen/kernels/codec_stream.hpp"

#include <algorithm>
#include <functional>
#include <iterator>
#include <utility>

namespace dgx::musicgen {
namespace {

constexpr std::int64_t kSamplesOfTask = 1024;

}  // namespace

CodecStream::CodecStream(const CodecDecoder& decoder, const CodecKernels& kernels, ThreadTeam& team)
    : decoder_(decoder),
      workers_{kernels, team},
      first_(decoder.first, decoder.pad_mode),
      recurrent_(decoder.recurrences),
      last_(decoder.last.in, std::ssize(decoder.last.weights) / decoder.last.in, decoder.pad_mode) {
  for (const CodecStage& stage : decoder.stages) {
    Stage& stream = stages_.emplace_back(Stage{UpsamplingStream(stage.up), {}});
    for (const CodecResidual& residual : stage.residuals) {
      stream.residuals.emplace_back(residual, decoder.pad_mode);
    }
  }
}

// A frame's sum of one entry of each codebook.
void CodecStream::look_up(std::span<const std::span<const std::int32_t>> codes) {
  const std::int64_t width = decoder_.first.in;
  const std::size_t frames = codes.front().size();
  rows_.assign(frames * static_cast<std::size_t>(width), 0.0F);
  for (std::size_t k = 0; k < codes.size(); ++k) {
    for (std::size_t frame = 0; frame < frames; ++frame) {
      const auto entry = decoder_.codebooks[k].begin() + codes[k][frame] * width;
      const auto row = rows_.begin() + static_cast<std::int64_t>(frame) * width;
      std::transform(entry, entry + width, row, row, std::plus<>());
    }
  }
}

// One channel: sums along the row, where other layers have sums side by side.
void CodecStream::mix_down(bool last, std::vector<float>& samples) {
  next_.resize(rows_.size());
  workers_.elu(rows_, next_.data());
  last_.feed(next_, last);
  const std::int64_t count = last_.ready();
  const std::size_t before = samples.size();
  samples.resize(before + static_cast<std::size_t>(count));
  const CodecMix& mix = decoder_.last;
  workers_.team.run((count + kSamplesOfTask - 1) / kSamplesOfTask, [&](int, std::int64_t task) {
    const std::int64_t end = std::min((task + 1) * kSamplesOfTask, count);
    for (std::int64_t i = task * kSamplesOfTask; i < end; ++i) {
      const float sum = workers_.kernels.dot(last_.data() + i * mix.in, mix.weights.data(),
                                             std::ssize(mix.weights));
      samples[before + static_cast<std::size_t>(i)] = mix.bias + sum;
    }
  });
  last_.drop(count);
}

void CodecStream::feed(std::span<const std::span<const std::int32_t>> codes, bool last,
                       std::vector<float>& samples) {
  look_up(codes);
  first_.feed(workers_, rows_, last, next_);
  recurrent_.feed(workers_, next_, rows_);
  for (Stage& stage : stages_) {
    stage.up.feed(workers_, rows_, last, next_);
    std::swap(rows_, next_);
    for (ResidualStream& residual : stage.residuals) {
      residual.feed(workers_, rows_, last, next_);
      std::swap(rows_, next_);
    }
  }
  mix_down(last, samples);
}

}  // namespace dgx::musicgen
