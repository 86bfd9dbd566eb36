// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <map>
#include <string>

#include "generator/model/sketch/chord_symbol.hpp"
#include "generator/model/sketch/groove.hpp"
#include "generator/model/sketch/players.hpp"

namespace dgx::model::sketch {
namespace {

class Bassist {
 public:
  explicit Bassist(const Song& song) : song_(song), feel_(song.plan, Stream::kBass) {
    const PartHabit& habit = song.plan.genre->part(Role::kBass);
    const Instrument& instrument = *song.plan.part(Role::kBass)->instrument;
    low_ = std::max(habit.low, instrument.low);
    high_ = std::min(habit.high, instrument.high);
    if (high_ - low_ < 12) high_ = std::min(127, low_ + 12);
  }

  std::vector<Note> play() {
    for (const SectionSpan& section : song_.sections) {
      const Steps& rhythm = rhythm_of(section.name);
      if (!section.plays(Role::kBass)) continue;
      for (int bar = 0; bar < section.bars; ++bar) play_bar(rhythm, section, bar);
    }
    keep_one_voice();
    return std::move(notes_);
  }

 private:
  const Steps& rhythm_of(const std::string& section) {
    const auto& rhythms = song_.plan.genre->part(Role::kBass).rhythms;
    const auto draw = feel_.random().below(static_cast<std::uint32_t>(rhythms.size()));
    // The intro prepares A, the outro remembers it: they share its line.
    const std::string home = section == "b" ? "b" : "a";
    return rhythms[chosen_.try_emplace(home, draw).first->second];
  }

  void play_bar(const Steps& rhythm, const SectionSpan& section, int bar) {
    const std::string steps = steps_in_meter(rhythm, bar, feel_.grid());
    const int song_bar = section.first_bar + bar;
    for (std::size_t i = 0; i < steps.size(); ++i) {
      // A hold over the bar line strikes the new root.
      const bool held_over = i == 0 && steps[i] == '_';
      if (steps[i] == '.' || (steps[i] == '_' && !held_over)) continue;
      std::size_t end = i + 1;
      while (end < steps.size() && steps[end] == '_') ++end;
      const auto step = static_cast<int>(i);
      Note note;
      note.start = i == 0 ? feel_.at(song_bar, step) : feel_.played(song_bar, step);
      const bool held = end > i + 1;
      const double until = feel_.at(song_bar, static_cast<double>(end));
      note.length = (until - feel_.at(song_bar, step)) * (held ? 0.97 : 0.8);
      note.pitch = pitch_of(held_over ? '1' : steps[i], feel_.at(song_bar, step));
      note.velocity = feel_.force((i == 0 ? 104.0 : 94.0) * (0.8 + 0.25 * section.energy));
      notes_.push_back(note);
    }
  }

  int pitch_of(char letter, double quarter) {
    const ChordSpan& chord = chord_at(song_.chords, quarter);
    if (letter == 'a') return approach(chord);
    const int root = placed(chord.root);
    switch (letter) {
      case '3':
        return fitted(root + third_of(chord));
      case '5':
        return fitted(root + (contains(chord, 7) ? 7 : 6));
      case '7':
        return fitted(root + (contains(chord, 11) ? 11 : 10));
      case '8':
        return root + 12 <= high_ ? root + 12 : root;
      default:
        return root;
    }
  }

  static bool contains(const ChordSpan& chord, int interval) {
    return std::find(chord.intervals.begin(), chord.intervals.end(), interval) !=
           chord.intervals.end();
  }

  static int third_of(const ChordSpan& chord) {
    if (contains(chord, 3)) return 3;
    return contains(chord, 4) ? 4 : 7;
  }

  /// The step below or above the next root, out of the key where it has one.
  int approach(const ChordSpan& chord) {
    const double next_start = chord.start + chord.length;
    const bool last = next_start >= song_.plan.quarters() - 1e-6;
    const ChordSpan& next = last ? song_.chords.front() : chord_at(song_.chords, next_start);
    const int target = placed(next.root);
    const int direction = target > low_ + 2 && feel_.random().chance(0.5) ? -1 : 1;
    const std::array<int, 7> scale = scale_of(song_.plan.key.minor);
    for (int away = 1; away <= 2; ++away) {
      const int pitch = target + direction * away;
      const int degree = (pitch - song_.plan.key.tonic + 120) % 12;
      if (std::find(scale.begin(), scale.end(), degree) != scale.end()) return fitted(pitch);
    }
    return fitted(target + direction);
  }

  /// The pitch class in the lower octave of the range.
  [[nodiscard]] int placed(int pitch_class) const {
    return low_ + (pitch_class - low_ % 12 + 12) % 12;
  }
  [[nodiscard]] int fitted(int pitch) const {
    while (pitch > high_) pitch -= 12;
    while (pitch < low_) pitch += 12;
    return pitch;
  }

  /// A bass plays one note at a time: each ends where the next begins.
  void keep_one_voice() {
    std::stable_sort(notes_.begin(), notes_.end(),
                     [](const Note& a, const Note& b) { return a.start < b.start; });
    std::vector<Note> kept;
    for (const Note& note : notes_) {
      if (!kept.empty()) {
        Note& before = kept.back();
        before.length = std::min(before.length, note.start - before.start);
        if (before.length <= 0.01) kept.pop_back();
      }
      kept.push_back(note);
    }
    notes_ = std::move(kept);
  }

  const Song& song_;
  Feel feel_;
  int low_ = 0;
  int high_ = 127;
  std::map<std::string, std::uint32_t> chosen_{};
  std::vector<Note> notes_{};
};

}  // namespace

std::vector<Note> play_bass(const Song& song) {
  return Bassist(song).play();
}

}  // namespace dgx::model::sketch
