// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "generator/base/result.hpp"
#include "generator/model/music_model.hpp"

namespace dgx::model {

struct SketchOptions {
  std::filesystem::path soundfont{};  ///< Empty: the distribution's
  /// Folders with the user's own genre files (docs/genres.md), added to the built-in genres.
  std::vector<std::filesystem::path> genre_folders{};
  unsigned threads = 0;  ///< That render parts side by side; 0: as many as the machine has
};

/// The built-in model: reads the prompt, writes a score after the rules of a genre and plays it
/// with FluidSynth and a General MIDI soundfont. Needs no weights. Exact in tempo, key and bars;
/// the same request and seed give the same samples and the same MIDI file, whatever `threads` is.
///
/// Fails where a genre file is wrong (kInvalidArgument, with file and line) or the soundfont is
/// missing (kMissingDependency, with the package to install).
///
/// The identity's SHA-256 covers the genres, the vocabulary and the content of the soundfont. The
/// soundfont is hashed by a thread of the model's own from the beginning on; describe() waits for
/// it, about a tenth of a second at most.
Result<std::unique_ptr<MusicModel>> make_sketch_model(SketchOptions options);

}  // namespace dgx::model
