// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>

#include "plugin/engine/sample.hpp"
#include "plugin/engine/sinc_tables.hpp"
#include "plugin/engine/voice.hpp"

namespace dgx::plugin {

/// One take that is listened to beside all that the instrument plays, once from its beginning to
/// its end. Another one takes its place at the same time from the beginning, so that two takes are
/// compared at one place: they are cross-faded in 10 ms.
///
/// Threads: made and destroyed off the audio thread; then every call comes from the audio thread,
/// allocates nothing, locks nothing and cannot fail. Owns no sample, as ClipPlayer.
class Audition {
 public:
  /// `sample_rate` of the output in Hz; `tables` outlive it.
  Audition(double sample_rate, const SincTables& tables)
      : sample_rate_(sample_rate), tables_(tables) {}

  /// The take to be heard from now on; nullptr fades out. False, and nothing changes, while the one
  /// before the last still fades: call again in the next block.
  [[nodiscard]] bool set_sample(const Sample* sample) noexcept;
  /// A replaced sample that is read no longer; nullptr if there is none.
  [[nodiscard]] const Sample* take_retired() noexcept;

  /// Not allowed: silent at once, and what is set meanwhile is not heard, then or later.
  void allow(bool allowed) noexcept;
  void reset() noexcept { voices_ = {}; }

  /// Adds what sounds to `left` and `right`.
  void process(float* left, float* right, std::uint32_t frames) noexcept;

  /// How much of the take was heard, 0 to 1; negative while none sounds.
  [[nodiscard]] double share() const noexcept;

 private:
  [[nodiscard]] Voice& current() noexcept { return voices_[current_]; }
  void start(const Sample& sample, double seconds) noexcept;

  double sample_rate_;
  const SincTables& tables_;
  std::array<Voice, 2> voices_{};  ///< The one that is heard, and the one that fades out
  std::size_t current_ = 0;
  const Sample* sample_ = nullptr;
  std::array<const Sample*, 3> retiring_{};
  bool allowed_ = true;
};

}  // namespace dgx::plugin
