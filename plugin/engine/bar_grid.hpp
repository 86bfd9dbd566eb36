// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "plugin/engine/transport.hpp"

namespace dgx::plugin {

/// What a take at another tempo than the host's does.
enum class TempoMatch : std::uint8_t {
  kVarispeed,  ///< Up to six percent: played faster or slower
  kOwnSpeed    ///< Its own speed, begun anew on every bar
};

/// A stretch of the timeline over which a take runs on by itself.
struct Segment {
  std::int64_t begin = 0;   ///< Timeline frame of its first sample
  std::int64_t end = 0;     ///< One past its last
  double take_frame = 0.0;  ///< Where in the take it begins
  double speed = 1.0;       ///< Frames of the take for each frame of the timeline

  [[nodiscard]] double place(std::int64_t frame) const noexcept {
    return take_frame + static_cast<double>(frame - begin) * speed;
  }
};

/// Maps the timeline to a take that repeats by its own bars from an anchor on: a pure function of
/// the transport's position, so that it does not matter how the playhead came there.
///
/// Bar lines are held to the frame while tempo and meter stay: a host's beat is rounded (to 1/1920
/// in Ardour), its frame is not. Where they change, the grid moves with what the host says.
/// Threads: the audio thread; no call allocates.
class BarGrid {
 public:
  /// `output_rate` in Hz, `anchor_bar` from 0.
  BarGrid(double output_rate, std::int64_t anchor_bar) noexcept;

  void set_take(const TakeTiming& timing, int take_rate, TempoMatch match) noexcept;

  void set_anchor(std::int64_t anchor_bar) noexcept;

  /// Takes in where the transport stands at the beginning of a block.
  void follow(const Transport& transport) noexcept;

  /// Timeline frame of the anchor, after the first follow().
  [[nodiscard]] std::int64_t first_frame() const noexcept;

  /// The segment at a frame of the timeline; nothing before the anchor.
  [[nodiscard]] std::optional<Segment> segment_at(std::int64_t frame) const noexcept;

  /// Frames of the take that a host in a tempo ramp may be wrong by: 0.005 beat.
  [[nodiscard]] double tolerance() const noexcept {
    return 0.005 * take_rate_ * 60.0 / timing_.bpm;
  }

  /// Whether the take is played as it is, faster or slower, or bar by bar.
  [[nodiscard]] bool restarts_on_bars() const noexcept { return restarts_on_bars_; }

 private:
  void lay_out(const Transport& transport) noexcept;

  double output_rate_;
  std::int64_t anchor_bar_;
  TakeTiming timing_{};
  double take_rate_ = 48000.0;
  TempoMatch match_ = TempoMatch::kVarispeed;

  bool laid_out_ = false;
  double bpm_ = 0.0;
  double quarters_per_bar_ = 0.0;
  double origin_ = 0.0;  ///< Timeline frame of the anchor
  double period_ = 0.0;  ///< Timeline frames of a segment
  double speed_ = 1.0;
  bool restarts_on_bars_ = false;
};

}  // namespace dgx::plugin
