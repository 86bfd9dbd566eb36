// SPDX-License-Identifier: Apache-2.0
// The project's own decoder of audio against libtorch's.
#include "generator/model/musicgen/native/audio_codec.hpp"

#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "generator/base/philox.hpp"
#include "tests/model/musicgen/native/golden_model.hpp"

using namespace dgx;
using namespace dgx::musicgen;
using namespace dgx::test;

namespace {

Codes random_codes(std::size_t codebooks, std::size_t frames, std::int64_t size) {
  Codes codes(codebooks, std::vector<std::int32_t>(frames));
  RandomStream random(7, static_cast<std::uint32_t>(frames));
  for (auto& codebook : codes) {
    for (std::int32_t& code : codebook) {
      code = static_cast<std::int32_t>(random.below(static_cast<std::uint32_t>(size)));
    }
  }
  return codes;
}

}  // namespace

TEST_CASE("Audio is what libtorch makes of the same codes, however short it is", "[codec]") {
  const at::NoGradGuard no_gradients;
  const std::string name = GENERATE(as<std::string>{}, "mono", "melody");
  const std::size_t frames = GENERATE(as<std::size_t>{}, 1, 2, 3, 4, 15, 16, 17, 33, 120);
  auto checkpoint = Checkpoint::open(golden_model(name));
  REQUIRE_OK(checkpoint);
  const auto config = read_model_config(golden_model(name));
  REQUIRE_OK(config);
  const Weights weights(*checkpoint, at::kCPU, at::kFloat, {});
  const std::int64_t codebooks = config->decoder.codebooks_per_channel();
  const AudioCodec by_libtorch(weights, config->audio_encoder, codebooks);
  const AudioCodec own(weights, config->audio_encoder, codebooks, 2);
  const Codes codes = random_codes(static_cast<std::size_t>(codebooks), frames,
                                   config->audio_encoder.codebook_size);
  const auto decode = [&](const AudioCodec& codec) {
    return codec.decode(codes, [](std::int64_t) {}, {});
  };
  const std::vector<float> expected = decode(by_libtorch);
  const std::vector<float> samples = decode(own);
  REQUIRE(samples.size() == frames * static_cast<std::size_t>(config->audio_encoder.hop_length()));
  REQUIRE(samples.size() == expected.size());
  float largest = 0;
  float distance = 0;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    largest = std::max(largest, std::abs(expected[i]));
    distance = std::max(distance, std::abs(samples[i] - expected[i]));
  }
  INFO(name << ", " << frames << " frames: " << distance << " of " << largest);
  CHECK(largest > 0);
  CHECK(distance <= 2e-6F * largest);
}
