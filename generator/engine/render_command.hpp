// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "generator/base/result.hpp"
#include "generator/model/musicgen/generator.hpp"

namespace dgx::engine {

/// `dgx-music-engine render`: one batch of a MusicGen folder without a service, for tests and
/// measurements.
struct RenderOptions {
  std::filesystem::path model_folder{};
  std::vector<std::string> prompts{};  ///< Each makes `takes` takes
  std::int64_t frames = 0;             ///< Of the codec, those of continue_from included
  std::int64_t takes = 1;
  std::int64_t seed = 0;  ///< Take k uses (seed + k) mod 2^53
  musicgen::Sampling sampling{};
  std::filesystem::path continue_from{};  ///< A WAV; empty without
  std::filesystem::path melody{};         ///< A WAV; empty without
  musicgen::ComputeOptions compute{};
  std::filesystem::path tokens{};  ///< Gets {"tokens": [take][codebook][frame]}
  /// Gets the first take as the model gives it, in float32; take k, from 2, goes to NAME-k.wav.
  std::filesystem::path audio{};
};

/// Says on stderr what it is doing. Failure: what loading, rendering or writing failed with.
Status render(const RenderOptions& options);

}  // namespace dgx::engine
