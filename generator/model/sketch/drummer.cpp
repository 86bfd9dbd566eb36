// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>
#include <string>

#include "generator/model/sketch/groove.hpp"
#include "generator/model/sketch/players.hpp"

namespace dgx::model::sketch {
namespace {

constexpr int kSnare = 38;
constexpr int kClap = 39;
constexpr int kRim = 37;
constexpr int kKick = 36;
constexpr int kHat = 42;
constexpr int kCrash = 49;

double force_of(char letter, int drum) {
  const bool loud_drum = drum == kKick || drum == kSnare || drum == kClap;
  switch (letter) {
    case 'X':
      return loud_drum ? 118 : 104;
    case 'o':
      return loud_drum ? 42 : 54;
    default:
      return loud_drum ? 102 : 84;
  }
}

class Drummer {
 public:
  explicit Drummer(const Song& song) : song_(song), feel_(song.plan, Stream::kDrums) {}

  std::vector<Note> play() {
    for (const SectionSpan& section : song_.sections) play_section(section);
    std::stable_sort(notes_.begin(), notes_.end(),
                     [](const Note& a, const Note& b) { return a.start < b.start; });
    return std::move(notes_);
  }

 private:
  void play_section(const SectionSpan& section) {
    const DrumPattern& pattern = pattern_of(section);
    const auto& fills = song_.plan.genre->drum_fills;
    const DrumPattern& fill = fills[feel_.random().below(static_cast<std::uint32_t>(fills.size()))];
    if (!section.plays(Role::kDrums)) return;
    // A cymbal opens what is loud, once the music is under way or where a loop comes round.
    const bool opens = section.energy > 0.55 && (section.first_bar > 0 || song_.plan.loop);
    if (opens) hit(kCrash, section.first_bar, 0.0, 60.0 + 40.0 * section.energy);
    for (int bar = 0; bar < section.bars; ++bar) {
      const bool fills_now =
          section.fill_at_end && bar + 1 == section.bars && section.energy > 0.45;
      play_bar(fills_now ? fill : pattern, section.first_bar + bar, bar, section.energy);
    }
  }

  /// The same pattern each time that a section comes back.
  const DrumPattern& pattern_of(const SectionSpan& section) {
    const auto known = chosen_.find(section.name);
    if (known != chosen_.end()) return *known->second;
    std::vector<const DrumPattern*> fitting;
    for (const DrumPattern& pattern : song_.plan.genre->drum_patterns) {
      const auto& names = pattern.sections;
      if (std::find(names.begin(), names.end(), section.name) != names.end()) {
        fitting.push_back(&pattern);
      }
    }
    if (fitting.empty()) fitting.push_back(&song_.plan.genre->drum_patterns.front());
    const auto draw = feel_.random().below(static_cast<std::uint32_t>(fitting.size()));
    chosen_[section.name] = fitting[draw];
    return *fitting[draw];
  }

  void play_bar(const DrumPattern& pattern, int bar, int pattern_bar, double energy) {
    for (const auto& [drum, text] : pattern.lanes) {
      const std::string steps = steps_in_meter(text, pattern_bar, feel_.grid());
      for (std::size_t i = 0; i < steps.size(); ++i) {
        play_step(drum, steps[i], bar, static_cast<int>(i), energy);
      }
    }
  }

  void play_step(int drum, char letter, int bar, int step, double energy) {
    if (letter == '.') return;
    if (letter == '?' && !feel_.random().chance(energy)) return;
    if (letter == 'r') {
      roll(drum, bar, step, energy);
      return;
    }
    hit(drum, bar, step, force_of(letter, drum) * (0.75 + 0.3 * energy));
  }

  /// Two to four strokes in the time of one, swelling or dying away.
  void roll(int drum, int bar, int step, double energy) {
    const auto strokes = static_cast<int>(2 + feel_.random().below(3));
    const bool swells = feel_.random().chance(0.6);
    for (int i = 0; i < strokes; ++i) {
      const double part = static_cast<double>(i) / strokes;
      const double level = swells ? 0.65 + 0.35 * part : 1.0 - 0.35 * part;
      hit(drum, bar, step + part, 88.0 * level * (0.75 + 0.3 * energy));
    }
  }

  void hit(int drum, int bar, double step, double force) {
    const bool back_beat = drum == kSnare || drum == kClap || drum == kRim;
    const double drag = back_beat ? song_.plan.genre->groove.drag_ms : 0.0;
    Note note;
    // The kick holds the band together: it stays on the grid.
    note.start = drum == kKick ? feel_.at(bar, step) : feel_.played(bar, step, drag);
    note.length = drum == kHat ? 0.1 : 0.2;
    note.pitch = drum;
    note.velocity = feel_.force(force);
    notes_.push_back(note);
  }

  const Song& song_;
  Feel feel_;
  std::map<std::string, const DrumPattern*> chosen_{};
  std::vector<Note> notes_{};
};

}  // namespace

std::vector<Note> play_drums(const Song& song) {
  return Drummer(song).play();
}

}  // namespace dgx::model::sketch
