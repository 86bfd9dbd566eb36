// SPDX-License-Identifier: Apache-2.0
#include "generator/model/musicgen/sampler.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <set>
#include <vector>

#include "tests/support/catch.hpp"

using namespace dgx::musicgen;

namespace {

const std::vector<float> kLogits = {1.5F, -0.25F, 0.75F, 2.0F,  -3.0F, 0.5F,
                                    1.0F, 0.0F,   1.75F, 0.25F, -1.0F, 1.25F};
constexpr int kDraws = 40'000;

// The definitions, written out plainly: each gives weights that need not sum to 1.
std::vector<double> tempered(const std::vector<float>& logits, double temperature) {
  std::vector<double> weights;
  for (const float logit : logits) weights.push_back(std::exp(double{logit} / temperature));
  return weights;
}

std::vector<double> k_likeliest(const std::vector<double>& weights, std::size_t k) {
  std::vector<double> kept;
  for (const double weight : weights) {
    const auto larger =
        std::count_if(weights.begin(), weights.end(), [&](double other) { return other > weight; });
    kept.push_back(static_cast<std::size_t>(larger) < k ? weight : 0.0);
  }
  return kept;
}

std::vector<double> nucleus(const std::vector<double>& weights, double p) {
  const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
  std::vector<double> kept(weights.size(), 0.0);
  double before = 0.0;
  while (before <= p * sum) {
    std::size_t best = weights.size();
    for (std::size_t i = 0; i < weights.size(); ++i) {
      if (kept[i] == 0.0 && (best == weights.size() || weights[i] > weights[best])) best = i;
    }
    if (best == weights.size()) break;
    kept[best] = weights[best];
    before += weights[best];
  }
  return kept;
}

/// Pearson's statistic of what sample() draws against the weights. A code of weight 0 that is
/// drawn fails at once.
double chi_square(const std::vector<float>& logits, const Sampling& sampling,
                  const std::vector<double>& weights) {
  std::vector<int> counts(logits.size());
  for (int frame = 0; frame < kDraws; ++frame) {
    ++counts[static_cast<std::size_t>(sample(logits, sampling, {2026, frame, frame % 4}))];
  }
  const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
  double statistic = 0.0;
  for (std::size_t code = 0; code < weights.size(); ++code) {
    if (weights[code] == 0.0) {
      REQUIRE(counts[code] == 0);
      continue;
    }
    const double expected = kDraws * weights[code] / sum;
    statistic += (counts[code] - expected) * (counts[code] - expected) / expected;
  }
  return statistic;
}

// The 0.9999 quantiles of chi-square with that many degrees of freedom. The numbers drawn are
// fixed by the seed, so the test is not a matter of luck.
const std::map<int, double> kCritical = {{3, 21.11}, {4, 23.51}, {5, 25.74}, {11, 37.37}};

int degrees(const std::vector<double>& weights) {
  return static_cast<int>(
             std::count_if(weights.begin(), weights.end(), [](double w) { return w > 0; })) -
         1;
}

}  // namespace

TEST_CASE("Codes are drawn with the probabilities of the temperature", "[sampler]") {
  const double temperature = GENERATE(0.5, 1.0, 1.7);
  Sampling sampling;
  sampling.temperature = temperature;
  sampling.top_k = 0;
  const auto weights = tempered(kLogits, temperature);
  CHECK(chi_square(kLogits, sampling, weights) < kCritical.at(degrees(weights)));
}

TEST_CASE("Top-k draws among the k likeliest alone", "[sampler]") {
  Sampling sampling;
  sampling.top_k = 5;
  const auto weights = k_likeliest(tempered(kLogits, 1.0), 5);
  REQUIRE(degrees(weights) == 4);
  CHECK(chi_square(kLogits, sampling, weights) < kCritical.at(4));
}

TEST_CASE("Top-k keeps codes that tie with the k-th", "[sampler]") {
  const std::vector<float> logits = {0.0F, 1.0F, 1.0F, 2.0F, 1.0F, -4.0F};
  Sampling sampling;
  sampling.top_k = 2;
  const auto chances = probabilities(logits, sampling);
  CHECK(chances[0] == 0.0);
  CHECK(chances[5] == 0.0);
  CHECK(chances[1] > 0.0);
  CHECK(chances[1] == chances[2]);
  CHECK(chances[1] == chances[4]);
}

TEST_CASE("Top-k of at least all codes leaves all of them", "[sampler]") {
  Sampling sampling;
  sampling.top_k = 12;
  const auto weights = tempered(kLogits, 1.0);
  CHECK(chi_square(kLogits, sampling, weights) < kCritical.at(11));
}

TEST_CASE("Top-p draws among the likeliest that reach p, the crossing one included", "[sampler]") {
  Sampling sampling;
  sampling.top_p = 0.6;
  const auto weights = nucleus(tempered(kLogits, 1.0), 0.6);
  REQUIRE(degrees(weights) == 3);
  CHECK(chi_square(kLogits, sampling, weights) < kCritical.at(3));
}

TEST_CASE("Top-p stands in place of top-k", "[sampler]") {
  Sampling both;
  both.top_p = 0.8;
  both.top_k = 1;
  Sampling alone;
  alone.top_p = 0.8;
  alone.top_k = 0;
  CHECK(probabilities(kLogits, both) == probabilities(kLogits, alone));
}

TEST_CASE("Guidance moves the logits away from those without the prompt", "[sampler]") {
  std::vector<float> without(kLogits.rbegin(), kLogits.rend());
  std::vector<float> guided = kLogits;
  guide(guided, without, 3.0);
  std::vector<float> expected;
  for (std::size_t i = 0; i < kLogits.size(); ++i) {
    expected.push_back(without[i] + 3.0F * (kLogits[i] - without[i]));
    CHECK(guided[i] == Approx(expected[i]).margin(1e-6));
  }
  Sampling sampling;
  sampling.top_k = 5;
  const auto weights = k_likeliest(tempered(expected, 1.0), 5);
  REQUIRE(degrees(weights) == 4);
  CHECK(chi_square(guided, sampling, weights) < kCritical.at(4));
}

TEST_CASE("At temperature 0 the likeliest code is taken, the first of equals", "[sampler]") {
  Sampling sampling;
  sampling.temperature = 0.0;
  CHECK(sample(kLogits, sampling, {1, 2, 3}) == 3);
  const std::vector<float> tie = {0.5F, 1.0F, 1.0F, 0.0F};
  CHECK(sample(tie, sampling, {1, 2, 3}) == 1);
}

TEST_CASE("A draw depends on seed, frame and codebook, and on nothing else", "[sampler]") {
  const std::vector<float> flat(2048, 0.0F);
  Sampling sampling;
  sampling.top_k = 0;
  const auto draw = [&](CodePosition position) { return sample(flat, sampling, position); };
  const auto first = draw({7, 11, 2});
  draw({8, 11, 2});
  CHECK(draw({7, 11, 2}) == first);
  std::set<std::int32_t> others = {first, draw({8, 11, 2}), draw({7, 12, 2}), draw({7, 11, 3}),
                                   draw({7, 11 + (std::int64_t{1} << 32), 2})};
  CHECK(others.size() == 5);
}

TEST_CASE("Codes without a finite chance are never drawn", "[sampler]") {
  std::vector<float> logits(64, -1e30F);
  logits[40] = 5.0F;
  Sampling sampling;
  for (int frame = 0; frame < 200; ++frame) CHECK(sample(logits, sampling, {1, frame, 0}) == 40);
}
