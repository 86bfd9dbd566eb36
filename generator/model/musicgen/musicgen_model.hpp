// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>

#include "generator/base/result.hpp"
#include "generator/model/music_model.hpp"
#include "generator/model/musicgen/generator.hpp"
#include "generator/protocol/messages.hpp"

namespace dgx::model {

struct MusicGenOptions {
  protocol::ModelIdentity identity{};  ///< As the store has it
  std::filesystem::path folder{};
  musicgen::ComputeOptions compute{};
  bool on_card =
      false;  ///< Where it is going to compute, as far as can be told before it is loaded
};

/// A MusicGen folder as a MusicModel. Reads its configuration at once, its weights and the library
/// that computes with them (musicgen/library.hpp) at the first load().
///
/// MusicGen keeps no time by itself: a tempo, a metre and a key are asked for in words, added to
/// the prompt, and a length in bars is cut to the sample. Stems and loops are refused.
///
/// Fails as read_model_config() does.
Result<std::unique_ptr<MusicModel>> make_musicgen_model(MusicGenOptions options);

}  // namespace dgx::model
