// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "plugin/engine/envelope.hpp"
#include "plugin/engine/ramp.hpp"
#include "plugin/engine/sample.hpp"
#include "plugin/engine/sinc_tables.hpp"

namespace dgx::plugin {

/// What a voice plays. Frames and the region are the take's own, times are output frames.
struct VoiceStart {
  const Sample* sample = nullptr;
  double speed = 1.0;      ///< Frames of the take for each output frame, > 0
  std::int64_t first = 0;  ///< Where the region begins
  std::int64_t end = 0;    ///< One past the last frame of the region
  double offset = 0.0;     ///< Frames into the region where it begins, within it
  bool loops = false;      ///< At the end goes back to `first`
  StereoFrame gain{1.0F, 1.0F};
  int attack_frames = 0;
  int fade_frames = 0;  ///< Fade at the region's end, where it does not loop
};

/// One sounding note: reads a region of a sample at any speed and adds it to the output.
///
/// At speed 1 the samples are the take's own, bit for bit, times the gain. Any other speed goes
/// through the band-limited interpolator.
/// Threads: the audio thread; no call allocates, and none of them can fail. Owns nothing: the
/// sample must outlive it, which ClipPlayer sees to.
class Voice {
 public:
  void start(const VoiceStart& what) noexcept;
  /// Fades out over `frames` and is silent then.
  void release(int frames) noexcept { envelope_.release(frames); }
  /// Glides to the new speed over `frames`.
  void set_speed(double speed, int frames) noexcept;
  /// The new gain is reached over `frames`.
  void set_gain(StereoFrame gain, int frames) noexcept;

  void add_to(float* left, float* right, int frames, const SincTables& tables) noexcept;

  [[nodiscard]] bool silent() const noexcept { return envelope_.silent(); }
  [[nodiscard]] bool releasing() const noexcept { return envelope_.releasing(); }
  [[nodiscard]] float level() const noexcept { return envelope_.level(); }
  [[nodiscard]] const Sample* sample() const noexcept { return what_.sample; }
  /// Where it reads, in frames of the take.
  [[nodiscard]] double position() const noexcept;

 private:
  /// Frames of the take with 32 bits behind the point: exact however long it plays.
  using Fixed = std::int64_t;

  [[nodiscard]] StereoFrame read(const SincKernel& kernel) const noexcept;
  [[nodiscard]] StereoFrame read_at_seam(const SincKernel& kernel, std::int64_t first,
                                         std::uint32_t fraction) const noexcept;
  [[nodiscard]] StereoFrame frame_at(std::int64_t index) const noexcept;
  [[nodiscard]] bool is_at_own_speed() const noexcept;
  void advance() noexcept;
  void fade_before_end() noexcept;
  void move_gain() noexcept;
  void move_speed() noexcept;

  VoiceStart what_{};
  Envelope envelope_{};
  Fixed position_ = 0;
  Fixed step_ = 0;
  Fixed step_from_ = 0;
  Fixed step_goal_ = 0;
  Ramp step_ramp_{};
  double fastest_ = 1.0;  ///< The higher end of the glide, which the kernel has to suit
  int level_ = 0;  ///< Of the sample's copies: log2 of the part of the speed that it takes over
  StereoFrame gain_{};
  StereoFrame gain_from_{};
  Ramp gain_ramp_{};
};

}  // namespace dgx::plugin
