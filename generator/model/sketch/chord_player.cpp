// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <map>
#include <string>

#include "generator/model/sketch/groove.hpp"
#include "generator/model/sketch/players.hpp"

namespace dgx::model::sketch {
namespace {

void sort_by_start(std::vector<Note>& notes) {
  std::stable_sort(notes.begin(), notes.end(),
                   [](const Note& a, const Note& b) { return a.start < b.start; });
}

struct Hands {
  int low = 0;
  int high = 127;
  bool with_root = true;  ///< The bass does not play it
};

Hands hands_of(const Song& song, Role role) {
  const PartHabit& habit = song.plan.genre->part(role);
  const Instrument& instrument = *song.plan.part(role)->instrument;
  Hands hands;
  hands.low = std::max(habit.low, instrument.low);
  hands.high = std::min(habit.high, instrument.high);
  // Room for any close chord, also where habit and instrument hardly meet.
  if (hands.high - hands.low < 18) {
    hands.low = std::max(instrument.low, std::min(habit.low, instrument.high - 24));
    hands.high = std::max(hands.low + 18, std::min(instrument.high, hands.low + 24));
  }
  hands.with_root = !song.plan.part(Role::kBass).has_value();
  if (role == Role::kChords && hands.with_root) hands.low = std::max(instrument.low, hands.low - 7);
  return hands;
}

/// The voicing of every chord, each led from the one before.
std::vector<std::vector<int>> voicings(const Song& song, const Hands& hands) {
  std::vector<std::vector<int>> all;
  std::vector<int> previous;
  for (const ChordSpan& chord : song.chords) {
    all.push_back(voice_chord(chord, previous, hands.low, hands.high, hands.with_root));
    if (!all.back().empty()) previous = all.back();
  }
  return all;
}

class ChordPlayer {
 public:
  explicit ChordPlayer(const Song& song)
      : song_(song),
        feel_(song.plan, Stream::kChords),
        habit_(song.plan.genre->part(Role::kChords)),
        voicings_(voicings(song, hands_of(song, Role::kChords))),
        upward_(feel_.random().chance(0.5)) {}

  std::vector<Note> play() {
    for (const SectionSpan& section : song_.sections) {
      const Steps& rhythm = rhythm_of(section.name);
      if (!section.plays(Role::kChords)) continue;
      for (int bar = 0; bar < section.bars; ++bar) play_bar(rhythm, section, bar);
    }
    sort_by_start(notes_);
    return std::move(notes_);
  }

 private:
  const Steps& rhythm_of(const std::string& section) {
    const auto draw = feel_.random().below(static_cast<std::uint32_t>(habit_.rhythms.size()));
    const std::string home = section == "b" ? "b" : "a";
    return habit_.rhythms[chosen_.try_emplace(home, draw).first->second];
  }

  void play_bar(const Steps& rhythm, const SectionSpan& section, int bar) {
    const std::string steps = steps_in_meter(rhythm, bar, feel_.grid());
    const int song_bar = section.first_bar + bar;
    for (std::size_t i = 0; i < steps.size(); ++i) {
      const bool held_over = i == 0 && steps[i] == '_';
      if (steps[i] == '.' || (steps[i] == '_' && !held_over)) continue;
      if (steps[i] == '?' && !feel_.random().chance(section.energy)) continue;
      std::size_t end = i + 1;
      while (end < steps.size() && steps[end] == '_') ++end;
      if (held_over && habit_.style == "arpeggio") continue;
      const double force = (steps[i] == 'X' ? 92.0 : 80.0) * (0.75 + 0.3 * section.energy);
      strike(song_bar, static_cast<int>(i), static_cast<int>(end),
             held_over ? 0.85 * force : force);
    }
  }

  /// Plays from step to step, changing the chord where the harmony does.
  void strike(int bar, int from, int to, double force) {
    const double bar_start = bar * song_.plan.meter.quarters_per_bar();
    while (from < to) {
      const std::size_t index = chord_index(bar_start + from * kQuartersOfStep);
      const ChordSpan& chord = song_.chords[index];
      const double chord_end = (chord.start + chord.length - bar_start) / kQuartersOfStep;
      const int until = std::min(to, static_cast<int>(std::lround(chord_end)));
      sound(voicings_[index], bar, from, until, force);
      from = std::max(until, from + 1);
      force *= 0.9;
    }
  }

  [[nodiscard]] std::size_t chord_index(double quarter) const {
    return static_cast<std::size_t>(&chord_at(song_.chords, quarter) - song_.chords.data());
  }

  void sound(const std::vector<int>& voicing, int bar, int from, int to, double force) {
    if (voicing.empty()) return;
    const double start = feel_.played(bar, from);
    double length = feel_.at(bar, to) - feel_.at(bar, from);
    if (habit_.style == "arpeggio") {
      arpeggiate(voicing, bar, from, start, length, force);
      return;
    }
    length *= habit_.style == "stab" ? 0.6 : 0.97;
    // A player's fingers do not land together: the hand rolls up in a few milliseconds.
    const double roll = feel_.quarters_of_ms(habit_.style == "rolled" ? 11.0 : 1.5);
    for (std::size_t i = 0; i < voicing.size(); ++i) {
      const double late = roll * static_cast<double>(i);
      const bool top = i + 1 == voicing.size();
      add(start + late, length - late, voicing[i], force * (top ? 1.06 : 0.94));
    }
  }

  void arpeggiate(const std::vector<int>& voicing, int bar, int step, double start, double length,
                  double force) {
    // Up over the voicing and its octave; the position in the bar decides, so that it repeats.
    std::vector<int> line = voicing;
    line.push_back(voicing.front() + 12);
    const std::size_t turn = 2 * (line.size() - 1);
    const std::size_t count = strokes_before(bar, step);
    std::size_t place = count % turn;
    if (place >= line.size()) place = turn - place;
    if (!upward_) place = line.size() - 1 - place;
    const double accent = count % 4 == 0 ? 1.08 : 0.92;
    const double ring = length > 0.6 ? 1.0 : 1.15;
    add(start, length * ring, line[place], force * accent);
  }

  /// Which stroke of the bar this is, starting anew in each bar.
  std::size_t strokes_before(int bar, int step) {
    if (bar != stroke_bar_ || step < stroke_step_) {
      stroke_bar_ = bar;
      strokes_ = 0;
    } else {
      ++strokes_;
    }
    stroke_step_ = step;
    return strokes_;
  }

  void add(double start, double length, int pitch, double force) {
    Note note;
    note.start = start;
    note.length = std::max(length, 0.05);
    note.pitch = std::clamp(pitch, song_.plan.part(Role::kChords)->instrument->low,
                            song_.plan.part(Role::kChords)->instrument->high);
    if (note.pitch != pitch) note.pitch = pitch > note.pitch ? pitch - 12 : pitch + 12;
    note.velocity = feel_.force(force);
    notes_.push_back(note);
  }

  const Song& song_;
  Feel feel_;
  const PartHabit& habit_;
  std::vector<std::vector<int>> voicings_;
  bool upward_ = true;
  int stroke_bar_ = -1;
  int stroke_step_ = 0;
  std::size_t strokes_ = 0;
  std::map<std::string, std::uint32_t> chosen_{};
  std::vector<Note> notes_{};
};

}  // namespace

std::vector<Note> play_chords(const Song& song) {
  return ChordPlayer(song).play();
}

std::vector<Note> play_pad(const Song& song) {
  Feel feel(song.plan, Stream::kPad);
  const bool one_voice = song.plan.part(Role::kPad)->instrument->monophonic;
  const auto chords = voicings(song, hands_of(song, Role::kPad));
  std::vector<Note> notes;
  for (const SectionSpan& section : song.sections) {
    if (!section.plays(Role::kPad)) continue;
    const double from = section.first_bar * song.plan.meter.quarters_per_bar();
    const double to = from + section.bars * song.plan.meter.quarters_per_bar();
    for (std::size_t i = 0; i < song.chords.size(); ++i) {
      const ChordSpan& chord = song.chords[i];
      if (chord.start < from - 1e-9 || chord.start >= to - 1e-9) continue;
      std::vector<int> voicing = chords[i];
      if (one_voice && !voicing.empty()) voicing = {voicing.front()};
      for (const int pitch : voicing) {
        // Voices overlap a little, as a held pedal lets them.
        const double length = std::min(chord.length * 1.02, to - chord.start);
        notes.push_back({chord.start, length, pitch, feel.force(66.0 + 24.0 * section.energy)});
      }
    }
  }
  sort_by_start(notes);
  return notes;
}

std::vector<Note> play_texture(const Song& song) {
  Feel feel(song.plan, Stream::kTexture);
  const Instrument& instrument = *song.plan.part(Role::kTexture)->instrument;
  const int middle = std::clamp(60 + song.plan.key.tonic % 12 - 6, instrument.low, instrument.high);
  std::vector<Note> notes;
  for (const SectionSpan& section : song.sections) {
    if (!section.plays(Role::kTexture)) continue;
    const double quarters = song.plan.meter.quarters_per_bar();
    // One long breath every two bars.
    for (int bar = 0; bar < section.bars; bar += 2) {
      const double length = std::min(2, section.bars - bar) * quarters;
      notes.push_back({(section.first_bar + bar) * quarters, length, middle, feel.force(80.0)});
    }
  }
  return notes;
}

}  // namespace dgx::model::sketch
