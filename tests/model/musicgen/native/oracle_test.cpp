// SPDX-License-Identifier: Apache-2.0
// What transformers made of the golden models, to the code and to 1e-4 of the audio. scripts/parity
// compares far more, on models drawn afresh.
#include <algorithm>
#include <cmath>
#include <vector>

#include "generator/model/musicgen/native/chroma.hpp"
#include "tests/model/musicgen/native/golden_model.hpp"

using namespace dgx;
using namespace dgx::test;

namespace {

constexpr std::int64_t kFrames = 40;

musicgen::RenderOrder greedy(const std::string& name) {
  musicgen::RenderOrder order = order_of(name, kFrames, {1});
  order.sampling.temperature = 0.0;
  return order;
}

void check_against_oracle(const std::string& name, const musicgen::RenderOrder& order) {
  const auto generator = load_golden(name);
  const auto takes = render(*generator, order);
  REQUIRE(takes.size() == 1);
  std::vector<std::int32_t> codes;
  for (const auto& row : takes[0].codes) codes.insert(codes.end(), row.begin(), row.end());
  CHECK(codes == oracle<std::int32_t>(name, "oracle-codes.i32"));

  const auto audio = oracle<float>(name, "oracle-audio.f32");
  REQUIRE(takes[0].audio.size() == 1);
  REQUIRE(takes[0].audio[0].size() == audio.size());
  float largest = 0;
  float difference = 0;
  for (std::size_t i = 0; i < audio.size(); ++i) {
    largest = std::max(largest, std::abs(audio[i]));
    difference = std::max(difference, std::abs(audio[i] - takes[0].audio[0][i]));
  }
  CHECK(difference <= 1e-4F * largest);
}

}  // namespace

TEST_CASE("A mono model gives the oracle's codes and audio", "[oracle]") {
  check_against_oracle("mono", greedy("mono"));
}

TEST_CASE("A melody model gives the oracle's codes and audio", "[oracle]") {
  musicgen::RenderOrder order = greedy("melody");
  order.melody = golden_melody();
  check_against_oracle("melody", order);
}

TEST_CASE("The pitch classes of a melody are the oracle's", "[oracle]") {
  const musicgen::ChromaExtractor chroma(musicgen::MelodyConfig{});
  CHECK(chroma.pitch_classes(golden_melody()) ==
        oracle<std::int64_t>("melody", "oracle-chroma.i64"));
}
