// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "plugin/engine/audition.hpp"
#include "plugin/engine/bar_grid.hpp"
#include "plugin/engine/clip_player.hpp"
#include "plugin/engine/gain_ramp.hpp"
#include "plugin/engine/pad.hpp"
#include "plugin/engine/transport_clock.hpp"
#include "plugin/engine/transport_player.hpp"

namespace dgx::plugin {

/// What the host says of its transport, `offset` frames into the block.
struct PositionEvent {
  std::uint32_t offset = 0;
  Transport transport{};
};

/// How the selected pad follows the transport.
struct FollowSettings {
  bool follows = false;
  std::int64_t from_bar = 0;  ///< Counted from 0
  TempoMatch match = TempoMatch::kVarispeed;

  bool operator==(const FollowSettings&) const = default;
};

/// All that sounds: pads and chromatic zone played by MIDI, and the selected pad's take in step
/// with the transport; and beside them a take that is listened to, which no setting here changes.
///
/// A locate that the transport rolls from ends what sounds in 5 ms and puts pedal and wheel at
/// rest, so that what is heard from there on does not depend on what was before.
///
/// Threads: made and destroyed off the audio thread; then every call comes from the audio thread,
/// allocates nothing, locks nothing and cannot fail. Owns no sample, as ClipPlayer.
class InstrumentPlayer {
 public:
  /// `sample_rate` of the output in Hz.
  explicit InstrumentPlayer(double sample_rate);

  /// As ClipPlayer::set_sample() and take_retired(); kAuditionPad is listened to beside the pads.
  [[nodiscard]] bool set_sample(int pad, const Sample* sample) noexcept;
  [[nodiscard]] const Sample* take_retired() noexcept;

  void set_pad(int pad, const PadSettings& settings) noexcept;
  /// The pad (0 to 11) that the chromatic zone plays and that follows the transport, and the note
  /// at which it has its own pitch.
  void select(int pad, int root_note) noexcept;
  void set_follow(const FollowSettings& settings) noexcept;
  /// Pads wait for the next bar line while the transport rolls.
  void set_quantise(bool quantise) noexcept { quantise_ = quantise; }
  void set_gain(double gain_db) noexcept;

  /// What is listened to is for a person, and not for an export.
  void allow_audition(bool allowed) noexcept { audition_.allow(allowed); }
  /// How much of it was heard, 0 to 1; negative while nothing is.
  [[nodiscard]] double audition_share() const noexcept { return audition_.share(); }

  /// Silent at once and at rest: two runs after it give the same samples.
  void reset() noexcept;

  /// Fills `left` and `right`. Both kinds of events are in order of their frames.
  void process(std::span<const MidiEvent> events, std::span<const PositionEvent> positions,
               float* left, float* right, std::uint32_t frames) noexcept;

  /// Frame of the take where the newest voice of a pad reads, negative if none sounds.
  [[nodiscard]] double playhead(int pad) const noexcept { return pads_.playhead(pad); }
  /// The keys whose voices sound; what follows the transport has none.
  [[nodiscard]] KeySet sounding_keys() const noexcept { return pads_.sounding_keys(); }
  [[nodiscard]] const Sample* sample(int pad) const noexcept {
    return samples_[static_cast<std::size_t>(pad)];
  }

 private:
  struct Output {
    float* left;
    float* right;
  };

  void locate(const Transport& transport) noexcept;
  void roll(std::span<const MidiEvent>& events, Output out, std::uint32_t from,
            std::uint32_t to) noexcept;
  void play_pads(std::span<const MidiEvent>& events, Output out, std::uint32_t from,
                 std::uint32_t to) noexcept;
  void handle(const MidiEvent& event) noexcept;
  void take(const MidiEvent& event) noexcept;
  [[nodiscard]] bool waits_for_bar(const MidiEvent& event) noexcept;
  void start_waiting() noexcept;
  void follow_selected() noexcept;

  double sample_rate_;
  ClipPlayer pads_;
  TransportPlayer follower_;
  Audition audition_;
  TransportClock clock_;
  BarGrid bars_;
  GainRamp gain_{};
  std::array<const Sample*, kPads> samples_{};
  std::array<PadSettings, kPads> settings_{};
  // Taken back from the pads while the follower still reads them: at most its voices and its take.
  std::array<const Sample*, 16> retiring_{};
  FollowSettings follow_{};
  const Sample* followed_ = nullptr;
  int selected_ = 0;
  bool quantise_ = false;
  std::int64_t since_bar_ = 0;  ///< Frames from the last bar line to the event that is handled
  bool moved_while_stopped_ = false;
  std::array<MidiEvent, kPads> waiting_{};  ///< Notes that wait for the bar; velocity 0: none
};

}  // namespace dgx::plugin
