// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "plugin/engine/pad.hpp"
#include "plugin/engine/sample.hpp"
#include "plugin/engine/sinc_tables.hpp"
#include "plugin/engine/voice.hpp"

namespace dgx::plugin {

/// A MIDI message of up to three bytes, `frame` frames into the block.
struct MidiEvent {
  std::uint32_t frame = 0;
  std::array<std::uint8_t, 3> bytes{};
};

/// Plays takes from MIDI: twelve pads, and one of them chromatically over four octaves. All that
/// the audio thread touches is in here.
///
/// Sixteen voices sound at once. A note beyond them fades out the one that has sounded for longest,
/// in a second set of slots, so that no note waits and nothing clicks.
///
/// Threads: made and destroyed off the audio thread; then every call comes from the audio thread,
/// allocates nothing, locks nothing and cannot fail. Owns no sample: what set_sample() replaced is
/// handed back by take_retired() once no voice reads it, to be freed elsewhere.
class ClipPlayer {
 public:
  static constexpr std::size_t kVoices = 16;

  /// `sample_rate` of the output in Hz.
  explicit ClipPlayer(double sample_rate);

  /// Puts a sample on a pad (0 to 11), or nullptr to clear it. Voices that play the old one fade
  /// out. False, and nothing changes, while too many replaced samples still sound: call again in
  /// the next block.
  [[nodiscard]] bool set_sample(int pad, const Sample* sample) noexcept;
  /// A replaced sample that no voice reads any more; nullptr if there is none.
  [[nodiscard]] const Sample* take_retired() noexcept;

  /// Notes that begin from now on have the settings; gain and pan of sounding ones follow.
  void set_pad(int pad, const PadSettings& settings) noexcept;
  /// The pad that the chromatic zone plays, and the note at which it has its own pitch.
  void set_chromatic(int pad, int root_note) noexcept;

  /// For others that read samples at this output rate.
  [[nodiscard]] const SincTables& tables() const noexcept { return tables_; }

  /// Silent at once, with pedals and wheel at rest: two runs after it give the same samples.
  void reset() noexcept;

  /// Adds what sounds to `left` and `right`. `events` are in order of their frames; one beyond the
  /// block counts at its end. `frames` may differ from call to call.
  void process(std::span<const MidiEvent> events, float* left, float* right,
               std::uint32_t frames) noexcept;

  /// Frame of the take where the newest voice of a pad reads, negative if none sounds.
  [[nodiscard]] double playhead(int pad) const noexcept;
  /// The keys whose voices sound, those that a pedal holds or that ring out included.
  [[nodiscard]] KeySet sounding_keys() const noexcept;

 private:
  struct Pad {
    const Sample* sample = nullptr;
    PadSettings settings{};
  };
  /// What a key asks for.
  struct Note {
    int pad = 0;
    int key = 0;
    double semitones = 0.0;  ///< Apart from the wheel and the pad's tuning
    float velocity_gain = 1.0F;
    bool chromatic = false;
  };
  enum class Key : std::uint8_t { kUp, kDown, kHeldByPedal };
  struct Slot {
    Voice voice{};
    Note note{};
    Key key = Key::kUp;
    std::uint64_t started = 0;  ///< Order of starts
    bool is_cut = false;        ///< Fades out fast, and counts no longer
  };

  void handle(const MidiEvent& event) noexcept;
  void note_on(int key, int velocity) noexcept;
  void note_off(int key) noexcept;
  void controller(int number, int value) noexcept;
  void bend(int value) noexcept;
  void start(const Note& note) noexcept;
  void choke(const Note& by) noexcept;
  void key_up(Slot& slot) noexcept;
  void release(Slot& slot) noexcept;
  void cut(Slot& slot) noexcept;
  Slot& slot_for_start() noexcept;
  void render(float* left, float* right, int frames) noexcept;

  Pad& pad_of(const Note& note) noexcept { return pads_[static_cast<std::size_t>(note.pad)]; }
  [[nodiscard]] PlayMode mode_of(const Note& note) noexcept;
  [[nodiscard]] double speed_of(const Note& note, const Sample& sample) noexcept;
  [[nodiscard]] int frames_of(double seconds) const noexcept;
  [[nodiscard]] bool is_read(const Sample* sample) const noexcept;

  double sample_rate_;
  SincTables tables_{};
  std::array<Pad, kPads> pads_{};
  std::array<Slot, 2 * kVoices> slots_{};  // Those that sound, and those that fade out.
  std::array<const Sample*, std::size_t{2} * kPads> retiring_{};
  std::uint64_t starts_ = 0;
  int chromatic_pad_ = 0;
  int root_note_ = 60;
  double bend_semitones_ = 0.0;
  bool sustain_ = false;
};

}  // namespace dgx::plugin
