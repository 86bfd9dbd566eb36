// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <map>
#include <string>

#include "generator/model/sketch/chord_symbol.hpp"
#include "generator/model/sketch/groove.hpp"
#include "generator/model/sketch/players.hpp"

namespace dgx::model::sketch {
namespace {

/// The notes that a melody moves on, semitones above the tonic.
std::vector<int> melody_scale(const std::string& name, bool minor) {
  if (name == "pentatonic") {
    return minor ? std::vector<int>{0, 3, 5, 7, 10} : std::vector<int>{0, 2, 4, 7, 9};
  }
  if (name == "blues") {
    return minor ? std::vector<int>{0, 3, 5, 6, 7, 10} : std::vector<int>{0, 2, 3, 4, 7, 9};
  }
  const std::array<int, 7> scale = scale_of(minor);
  return {scale.begin(), scale.end()};
}

/// A tune that can be remembered: a rhythm and the steps between its notes.
struct Motif {
  Steps rhythm{};
  std::vector<int> moves{};  ///< Scale steps from note to note, used in turn
};

class Melodist {
 public:
  explicit Melodist(const Song& song) : song_(song), feel_(song.plan, Stream::kMelody) {
    const PartHabit& habit = song.plan.genre->part(Role::kMelody);
    const Instrument& instrument = *song.plan.part(Role::kMelody)->instrument;
    int low = std::max(habit.low, instrument.low);
    int high = std::min(habit.high, instrument.high);
    if (high - low < 14) {
      low = std::clamp(low, instrument.low, std::max(instrument.low, instrument.high - 16));
      high = std::min(instrument.high, low + 16);
    }
    const std::vector<int> scale = melody_scale(song.plan.genre->melody_scale, song.plan.key.minor);
    for (int pitch = low; pitch <= high; ++pitch) {
      const int degree = (pitch - song.plan.key.tonic + 120) % 12;
      if (std::find(scale.begin(), scale.end(), degree) != scale.end()) ladder_.push_back(pitch);
    }
    motifs_["a"] = make_motif();
    motifs_["b"] = make_motif();
  }

  std::vector<Note> play() {
    for (const SectionSpan& section : song_.sections) {
      if (section.plays(Role::kMelody)) play_section(section);
    }
    finish_notes();
    return std::move(notes_);
  }

 private:
  Motif make_motif() {
    const auto& rhythms = song_.plan.genre->part(Role::kMelody).rhythms;
    Motif motif;
    motif.rhythm = rhythms[feel_.random().below(static_cast<std::uint32_t>(rhythms.size()))];
    // Mostly steps, now and then a leap that the next move answers.
    int leap = 0;
    for (int i = 0; i < 6; ++i) {
      int move = feel_.random().chance(0.5) ? 1 : -1;
      if (leap != 0) {
        move = leap > 0 ? -1 : 1;
        leap = 0;
      } else if (feel_.random().chance(0.25)) {
        move *= 2 + static_cast<int>(feel_.random().below(2));
        leap = move;
      } else if (feel_.random().chance(0.15)) {
        move = 0;
      }
      motif.moves.push_back(move);
    }
    return motif;
  }

  void play_section(const SectionSpan& section) {
    const Motif& motif = motifs_[section.name == "b" ? "b" : "a"];
    // B sings a little higher than A.
    const double register_of_section = section.name == "b" ? 0.6 : 0.45;
    for (int bar = 0; bar < section.bars; ++bar) {
      const int in_phrase = bar % 4;
      // Statement, answer, statement, close. The question and its repetition start alike.
      if (in_phrase % 2 == 0) {
        place_ = static_cast<int>(register_of_section * static_cast<double>(ladder_.size() - 1));
        move_ = 0;
      }
      play_bar(motif, section, bar, in_phrase == 3 || bar + 1 == section.bars);
    }
  }

  void play_bar(const Motif& motif, const SectionSpan& section, int bar, bool closes) {
    const std::string steps = steps_in_meter(motif.rhythm, bar, feel_.grid());
    const std::vector<int> beats = feel_.grid().group_starts();
    const int song_bar = section.first_bar + bar;
    if (steps[0] == '_') extend_last(song_bar, steps);
    std::vector<std::size_t> strokes;
    for (std::size_t i = 0; i < steps.size(); ++i) {
      const bool maybe = steps[i] == '?' && feel_.random().chance(section.energy);
      if (steps[i] == 'x' || steps[i] == 'X' || maybe) strokes.push_back(i);
    }
    for (std::size_t k = 0; k < strokes.size(); ++k) {
      std::size_t end = strokes[k] + 1;
      while (end < steps.size() && steps[end] == '_') ++end;
      const auto step = static_cast<int>(strokes[k]);
      const bool strong =
          std::find(beats.begin(), beats.end(), step) != beats.end() || end - strokes[k] >= 4;
      const bool final = closes && k + 1 == strokes.size();
      sing(motif, song_bar, step, static_cast<int>(end), strong || final, steps[strokes[k]] == 'X',
           section.energy);
    }
  }

  void sing(const Motif& motif, int bar, int from, int to, bool strong, bool accent,
            double energy) {
    place_ += motif.moves[move_ % motif.moves.size()];
    ++move_;
    // Fold back at the ends of the range.
    const int top = static_cast<int>(ladder_.size()) - 1;
    if (place_ > top) place_ = std::max(0, top - 1);
    if (place_ < 0) place_ = std::min(top, 1);
    const ChordSpan& chord = chord_at(song_.chords, feel_.at(bar, from));
    if (strong) place_ = nearest_chord_tone(chord);
    Note note;
    note.start = feel_.played(bar, from);
    note.length = (feel_.at(bar, to) - feel_.at(bar, from)) * 0.96;
    note.pitch = ladder_[static_cast<std::size_t>(place_)];
    note.velocity = feel_.force((accent || strong ? 96.0 : 84.0) * (0.8 + 0.25 * energy));
    notes_.push_back(note);
  }

  int nearest_chord_tone(const ChordSpan& chord) const {
    int best = place_;
    int best_distance = 1000;
    for (int i = 0; i < static_cast<int>(ladder_.size()); ++i) {
      const int away = std::abs(i - place_);
      if (away < best_distance && chord.holds(ladder_[static_cast<std::size_t>(i)])) {
        best = i;
        best_distance = away;
      }
    }
    return best_distance <= 3 ? best : place_;
  }

  void extend_last(int bar, const std::string& steps) {
    if (notes_.empty()) return;
    const auto end = std::min(steps.find_first_not_of('_'), steps.size());
    const double until = feel_.at(bar, static_cast<double>(end));
    const double bar_start = feel_.at(bar, 0);
    Note& last = notes_.back();
    // Only a note that reached the bar line is held over it.
    if (last.start + last.length > bar_start - 0.3) last.length = until - last.start;
  }

  void finish_notes() {
    std::stable_sort(notes_.begin(), notes_.end(),
                     [](const Note& a, const Note& b) { return a.start < b.start; });
    // A melody is one voice, also on an instrument that could play more.
    for (std::size_t i = 0; i + 1 < notes_.size(); ++i) {
      const double room = notes_[i + 1].start - notes_[i].start;
      notes_[i].length = std::max(0.02, std::min(notes_[i].length, room));
    }
  }

  const Song& song_;
  Feel feel_;
  std::vector<int> ladder_{};  ///< The pitches to move on, upwards
  std::map<std::string, Motif> motifs_{};
  int place_ = 0;  ///< On the ladder
  std::size_t move_ = 0;
  std::vector<Note> notes_{};
};

}  // namespace

std::vector<Note> play_melody(const Song& song) {
  return Melodist(song).play();
}

}  // namespace dgx::model::sketch
