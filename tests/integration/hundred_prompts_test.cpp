// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cmath>
#include <iostream>

#include "generator/base/philox.hpp"
#include "tests/integration/judges.hpp"
#include "tests/integration/program.hpp"
#include "tests/support/catch.hpp"

using namespace dgx::test;
using dgx::RandomStream;
using dgx::protocol::Receipt;

namespace {

template <std::size_t N>
std::string one_of(RandomStream& random, const std::array<const char*, N>& words) {
  return words[random.below(N)];
}

std::string random_prompt(RandomStream& random) {
  constexpr std::array kMoods = {"dusty", "warm", "dark", "dreamy", "aggressive", "calm", "purple"};
  constexpr std::array kGenres = {"lo-fi hip hop", "boom bap",  "trap",    "deep house",
                                  "drum and bass", "synthwave", "ambient", "zydeco"};
  constexpr std::array kMore = {"with Rhodes",      "with strings and flute",
                                "without drums",    "808s",
                                "no melody",        "solo piano",
                                "vinyl crackle",    "for a rainy day",
                                "{}%s <b>&amp;</b>"};
  std::string prompt = one_of(random, kMoods) + " " + one_of(random, kGenres);
  for (std::uint64_t i = random.below(3); i > 0; --i) prompt += ", " + one_of(random, kMore);
  return prompt;
}

/// A request and what its length has to come to.
struct RandomRequest {
  std::vector<std::string> arguments{};
  int bits = 24;
  double loudness = 0;
  double ceiling = -1;
  bool stems = false;
};

// Bars, tempo and meter together stay below half a minute, so that a hundred take minutes.
void add_length(RandomRequest& request, RandomStream& random) {
  constexpr std::array kMeters = {"4/4", "3/4", "6/8", "7/8", "5/4", "2/2"};
  auto& arguments = request.arguments;
  if (random.below(4) == 0) {
    arguments.insert(arguments.end(), {"--duration", std::to_string(1 + random.uniform() * 14)});
    return;
  }
  if (random.below(2) == 0)
    arguments.insert(arguments.end(), {"--time-signature", one_of(random, kMeters)});
  const double bpm = 70 + static_cast<double>(random.below(1300)) / 10;
  arguments.insert(arguments.end(), {"--bpm", std::to_string(bpm)});
  arguments.insert(arguments.end(), {"--bars", std::to_string(1 + random.below(7))});
}

RandomRequest random_request(RandomStream& random) {
  constexpr std::array kKeys = {"C", "F#m", "Bb", "Ebm", "A", "G#m", "Dm"};
  constexpr std::array kRates = {"44100", "48000", "88200", "96000", "50001", "192000"};
  constexpr std::array kDepths = {"16", "24", "32f"};
  RandomRequest request;
  request.arguments = {random_prompt(random), "--seed", std::to_string(random.below(1U << 30))};
  auto& arguments = request.arguments;
  add_length(request, random);
  if (random.below(2) == 0) arguments.insert(arguments.end(), {"--key", one_of(random, kKeys)});
  arguments.insert(arguments.end(), {"--sample-rate", one_of(random, kRates)});
  const std::string depth = one_of(random, kDepths);
  request.bits = std::stoi(depth);
  arguments.insert(arguments.end(), {"--bit-depth", depth});
  request.loudness = -30 + static_cast<double>(random.below(200)) / 10;
  arguments.insert(arguments.end(), {"--loudness-lufs", std::to_string(request.loudness)});
  if (random.below(4) == 0) {
    request.ceiling = -static_cast<double>(random.below(60)) / 10;
    arguments.insert(arguments.end(), {"--true-peak-dbtp", std::to_string(request.ceiling)});
  }
  request.stems = random.below(3) == 0;
  if (request.stems) arguments.emplace_back("--stems");
  if (random.below(3) == 0) arguments.emplace_back("--loop");
  if (random.below(4) == 0) {
    arguments.insert(arguments.end(), {"--variations", std::to_string(2 + random.below(2))});
  }
  return request;
}

std::int64_t exact_frames(const Receipt& receipt) {
  const auto rate = static_cast<double>(receipt.request.sample_rate);
  if (receipt.request.duration) return std::llround(*receipt.request.duration * rate);
  const std::string& meter = receipt.tempo.time_signature;
  const double quarters = 4.0 * std::stoi(meter) / std::stoi(meter.substr(meter.find('/') + 1));
  const auto bars = static_cast<double>(*receipt.tempo.bars);
  return std::llround(bars * quarters * 60 / *receipt.tempo.bpm * rate);
}

void judge_stems(const Receipt& receipt, int bits) {
  std::vector<float> sum(static_cast<std::size_t>(receipt.frames * receipt.channels), 0.0F);
  for (const auto& stem : receipt.stems) {
    const std::vector<float> part = decoded_samples(stem.file_path);
    REQUIRE(part.size() == sum.size());
    for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += part[i];
  }
  const std::vector<float> mix = decoded_samples(receipt.file_path);
  REQUIRE(mix.size() == sum.size());
  double worst = 0;
  for (std::size_t i = 0; i < sum.size(); ++i) {
    worst = std::max(worst, std::abs(static_cast<double>(sum[i]) - static_cast<double>(mix[i])));
  }
  // Each file is off by rounding (half a step) and TPDF dither (one step); float by its own
  // rounding, of numbers up to four or so.
  const double files = static_cast<double>(receipt.stems.size()) + 1;
  const double step = bits == 16 ? 0x1p-15 : 0x1p-23;
  CHECK(worst <= files * (bits == 32 ? 4 : 1.5) * step + 0x1p-21);
}

void judge(const Receipt& receipt, const RandomRequest& request) {
  const AudioFacts expected{receipt.request.sample_rate, 2, exact_frames(receipt)};
  CHECK(soxi_facts(receipt.file_path) == expected);
  const LoudnessJudgement judged = ffmpeg_loudness(receipt.file_path);
  CHECK(judged.true_peak_dbtp <= request.ceiling + 0.1);
  const double target = request.loudness - receipt.loudness.short_of_target_lu;
  CHECK(std::abs(judged.integrated_lufs - target) <= 0.1);
  CHECK((receipt.stems.size() > 0) == request.stems);
  if (request.stems) judge_stems(receipt, request.bits);
}

}  // namespace

TEST_CASE("Random requests come out with the asked length, loudness and peak, by other judges",
          "[integration]") {
  const int requests = long_tests() ? 100 : 12;
  RandomStream random(20'261'121, 0);
  int takes = 0;
  int bound = 0;
  for (int number = 0; number < requests; ++number) {
    const RandomRequest request = random_request(random);
    std::string shown;
    for (const std::string& argument : request.arguments) shown += quoted_for_shell(argument) + " ";
    INFO("request " << number << ": " << shown);
    const Program program;
    for (const Receipt& receipt : program.generate(request.arguments)) {
      judge(receipt, request);
      ++takes;
      bound += receipt.loudness.short_of_target_lu > 0 ? 1 : 0;
    }
  }
  std::cout << requests << " requests, " << takes << " takes, the ceiling bound in " << bound
            << "\n";
  CHECK(bound < takes);
}
