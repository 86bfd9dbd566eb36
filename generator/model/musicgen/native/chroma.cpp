// SPDX-License-Identifier: Apache-2.0
#include "generator/model/musicgen/native/chroma.hpp"

#include <ATen/TensorOperators.h>
#include <ATen/ops/abs.h>
#include <ATen/ops/amax.h>
#include <ATen/ops/argmax.h>
#include <ATen/ops/constant_pad_nd.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/fft_rfft.h>
#include <ATen/ops/hann_window.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/reflection_pad1d.h>

#include <algorithm>
#include <cmath>

namespace dgx::musicgen {
namespace {

// librosa's chroma filter bank without tuning, as in transformers.audio_utils.chroma_filter_bank.

/// Fractional bins above A0 of every frequency of the transform. The one at 0 Hz is made up: one
/// and a half octaves below the next.
std::vector<double> bin_positions(const MelodyConfig& config) {
  const auto chroma = static_cast<double>(config.num_chroma);
  constexpr double kLowestA = 440.0 / 16.0;
  std::vector<double> positions = {0.0};
  for (std::int64_t i = 1; i < config.n_fft; ++i) {
    const double hertz = static_cast<double>(config.sampling_rate) * static_cast<double>(i) /
                         static_cast<double>(config.n_fft);
    positions.push_back(chroma * std::log2(hertz / kLowestA));
  }
  positions[0] = positions[1] - 1.5 * chroma;
  return positions;
}

/// How far a position is from a pitch class, at most half an octave to either side.
double class_distance(double position, std::int64_t pitch_class, double chroma) {
  const double half = std::nearbyint(chroma / 2.0);
  const double shifted = position - static_cast<double>(pitch_class) + half + 10.0 * chroma;
  return shifted - chroma * std::floor(shifted / chroma) - half;
}

/// One frequency's weight in each pitch class, counted from A: a bump of unit length, then
/// weighted by a bump around the fifth octave.
std::vector<double> filter_column(double position, double width, double chroma) {
  std::vector<double> column;
  double power = 0.0;
  for (std::int64_t c = 0; c < static_cast<std::int64_t>(chroma); ++c) {
    const double distance = 2.0 * class_distance(position, c, chroma) / width;
    column.push_back(std::exp(-0.5 * distance * distance));
    power += column.back() * column.back();
  }
  const double octaves = (position / chroma - 5.0) / 2.0;
  const double weight = std::exp(-0.5 * octaves * octaves) / std::sqrt(power);
  for (double& value : column) value *= weight;
  return column;
}

at::Tensor filter_bank(const MelodyConfig& config) {
  const std::vector<double> positions = bin_positions(config);
  const std::int64_t chroma = config.num_chroma;
  const std::int64_t bins = config.n_fft / 2 + 1;
  const std::int64_t from_a_to_c = 3 * (chroma / 12);
  at::Tensor filters = at::empty({chroma, bins}, at::kFloat);
  float* values = filters.data_ptr<float>();
  for (std::int64_t bin = 0; bin < bins; ++bin) {
    const auto i = static_cast<std::size_t>(bin);
    const double width = std::max(positions[i + 1] - positions[i], 1.0);
    const auto column = filter_column(positions[i], width, static_cast<double>(chroma));
    for (std::int64_t c = 0; c < chroma; ++c) {
      const std::int64_t from = (c + from_a_to_c) % chroma;
      values[c * bins + bin] = static_cast<float>(column[static_cast<std::size_t>(from)]);
    }
  }
  return filters;
}

// What is shorter than one transform is set in the middle of silence.
at::Tensor at_least_one_window(const at::Tensor& samples, std::int64_t window) {
  const std::int64_t missing = window - samples.size(0);
  if (missing <= 0) return samples;
  return at::constant_pad_nd(samples, {missing / 2, missing - missing / 2});
}

}  // namespace

ChromaExtractor::ChromaExtractor(const MelodyConfig& config)
    : config_(config), filters_(filter_bank(config)) {}

std::vector<std::int64_t> ChromaExtractor::pitch_classes(std::span<const float> samples) const {
  const auto longest = static_cast<std::size_t>(config_.chunk_length * config_.sampling_rate);
  samples = samples.first(std::min(samples.size(), longest));
  at::Tensor wave = at::empty({static_cast<std::int64_t>(samples.size())}, at::kFloat);
  std::copy(samples.begin(), samples.end(), wave.data_ptr<float>());
  wave = at_least_one_window(wave, config_.n_fft);
  const std::int64_t half = config_.n_fft / 2;
  const at::Tensor framed = at::reflection_pad1d(wave.view({1, 1, -1}), {half, half})
                                .view({-1})
                                .unfold(0, config_.n_fft, config_.hop_length);
  const at::Tensor window = at::hann_window(config_.n_fft, at::kFloat);
  const at::Tensor spectrum = at::fft_rfft(framed * window);
  const at::Tensor power = at::abs(spectrum).square() / window.square().sum();
  const at::Tensor chroma = at::matmul(power, filters_.t());
  // Divided by the largest as the reference does: what is all but silent is then told apart.
  const at::Tensor normed = chroma / at::amax(at::abs(chroma), 1, true).clamp_min(1e-6);
  const at::Tensor strongest = at::argmax(normed, 1).contiguous();
  const auto* data = strongest.data_ptr<std::int64_t>();
  return {data, data + strongest.numel()};
}

}  // namespace dgx::musicgen
