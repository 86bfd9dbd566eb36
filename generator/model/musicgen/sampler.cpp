// SPDX-License-Identifier: Apache-2.0
#include "generator/model/musicgen/sampler.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

#include "generator/base/philox.hpp"

namespace dgx::musicgen {
namespace {

// The words of the counter: frame (low, high), codebook, and what the number is for.
constexpr std::uint32_t kCodeDraw = 0x6D75'7369;

double uniform_at(const CodePosition& position) {
  const auto frame = static_cast<std::uint64_t>(position.frame);
  const auto bits = philox4x32(
      position.seed, {static_cast<std::uint32_t>(frame), static_cast<std::uint32_t>(frame >> 32),
                      static_cast<std::uint32_t>(position.codebook), kCodeDraw});
  const std::uint64_t wide = (std::uint64_t{bits[0]} << 32) | bits[1];
  return static_cast<double>(wide >> 11) * 0x1p-53;
}

std::size_t likeliest(std::span<const float> logits) {
  return static_cast<std::size_t>(std::max_element(logits.begin(), logits.end()) - logits.begin());
}

std::vector<double> softmax(std::span<const float> logits, double temperature) {
  const double highest = logits[likeliest(logits)];
  std::vector<double> weights(logits.size());
  std::transform(logits.begin(), logits.end(), weights.begin(),
                 [&](float logit) { return std::exp((logit - highest) / temperature); });
  return weights;
}

// Keeps every weight that is at least the k-th largest.
void keep_top_k(std::vector<double>& weights, std::int64_t k) {
  if (k >= static_cast<std::int64_t>(weights.size())) return;
  std::vector<double> sorted = weights;
  const auto kth = sorted.begin() + (k - 1);
  std::nth_element(sorted.begin(), kth, sorted.end(), std::greater<>());
  for (double& weight : weights) {
    if (weight < *kth) weight = 0.0;
  }
}

// Keeps the likeliest codes until the ones before reach more than p of the sum.
void keep_top_p(std::vector<double>& weights, double p) {
  std::vector<std::size_t> order(weights.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return weights[a] > weights[b]; });
  const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
  double before = 0.0;
  for (const std::size_t index : order) {
    const double weight = weights[index];
    if (before > p * sum) weights[index] = 0.0;
    before += weight;
  }
}

}  // namespace

void guide(std::span<float> with_prompt, std::span<const float> without_prompt, double scale) {
  const auto factor = static_cast<float>(scale);
  for (std::size_t i = 0; i < with_prompt.size(); ++i) {
    with_prompt[i] = without_prompt[i] + factor * (with_prompt[i] - without_prompt[i]);
  }
}

std::vector<double> probabilities(std::span<const float> logits, const Sampling& sampling) {
  if (sampling.temperature <= 0.0) {
    std::vector<double> certain(logits.size(), 0.0);
    certain[likeliest(logits)] = 1.0;
    return certain;
  }
  std::vector<double> weights = softmax(logits, sampling.temperature);
  if (sampling.top_p > 0.0) {
    keep_top_p(weights, sampling.top_p);
  } else if (sampling.top_k > 0) {
    keep_top_k(weights, sampling.top_k);
  }
  const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
  for (double& weight : weights) weight /= sum;
  return weights;
}

std::int32_t sample(std::span<const float> logits, const Sampling& sampling,
                    const CodePosition& position) {
  if (sampling.temperature <= 0.0) return static_cast<std::int32_t>(likeliest(logits));
  const std::vector<double> chances = probabilities(logits, sampling);
  const double point = uniform_at(position);
  double below = 0.0;
  std::size_t drawn = 0;
  for (std::size_t code = 0; code < chances.size(); ++code) {
    if (chances[code] == 0.0) continue;
    drawn = code;  // Where rounding leaves the sum short of 1, the last possible code stands.
    below += chances[code];
    if (point < below) break;
  }
  return static_cast<std::int32_t>(drawn);
}

}  // namespace dgx::musicgen
