// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>

#include "generator/base/result.hpp"

namespace dgx::model::sketch {

/// FluidSynth with one soundfont, offline, in stereo 32-bit float.
///
/// Threads: an object belongs to one thread at a time; several objects may run side by side once
/// the first of the process has been opened. What an object renders depends only on its calls.
class FluidSynth {
 public:
  struct Options {
    double sample_rate = 48000.0;
    double room = 0.4;  ///< Size of the reverb, 0 to 1
    bool reverb = true;
    bool chorus = true;
  };

  static Result<FluidSynth> open(const std::filesystem::path& soundfont, const Options& options);
  FluidSynth(FluidSynth&&) noexcept;
  FluidSynth& operator=(FluidSynth&&) noexcept;
  ~FluidSynth();

  /// FluidSynth computes in blocks of this many frames: events take effect at their borders.
  static constexpr std::size_t kBlockFrames = 64;

  struct Sound {
    int bank = 0;
    int program = 0;
    int pan = 64;         ///< MIDI pan
    double reverb = 0.0;  ///< Sends, 0 to 1
    double chorus = 0.0;
  };
  Status set_channel(int channel, const Sound& sound);
  void note_on(int channel, int pitch, int velocity);
  void note_off(int channel, int pitch);
  /// Writes `frames` stereo frames, interleaved; a multiple of kBlockFrames keeps events exact.
  Status render(float* interleaved, std::size_t frames);
  /// Whether any note, released ones included, still sounds. Effects may ring on.
  [[nodiscard]] bool sounds() const;

  /// The version of the library in use: "2.3.1".
  static std::string version();

 private:
  struct Handles;
  explicit FluidSynth(std::unique_ptr<Handles> handles);
  std::unique_ptr<Handles> handles_;
};

}  // namespace dgx::model::sketch
