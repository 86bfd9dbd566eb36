// SPDX-License-Identifier: Apache-2.0
#include "generator/model/sketch/score.hpp"

#include <algorithm>

#include "generator/model/sketch/arrangement.hpp"
#include "generator/model/sketch/players.hpp"

namespace dgx::model::sketch {
namespace {

std::vector<Note> notes_of(Role role, const Song& song) {
  switch (role) {
    case Role::kDrums:
      return play_drums(song);
    case Role::kBass:
      return play_bass(song);
    case Role::kChords:
      return play_chords(song);
    case Role::kPad:
      return play_pad(song);
    case Role::kMelody:
      return play_melody(song);
    case Role::kTexture:
      break;
  }
  return play_texture(song);
}

/// Nothing begins or lasts beyond the end.
void cut_at(std::vector<Note>& notes, double end) {
  std::erase_if(notes, [end](const Note& note) { return note.start >= end - 0.01; });
  for (Note& note : notes) note.length = std::min(note.length, end - note.start);
}

/// A key that is struck again while it sounds ends first: MIDI knows one note of a pitch.
void separate_repeats(std::vector<Note>& notes) {
  std::array<Note*, 128> sounding{};
  for (Note& note : notes) {
    Note*& before = sounding[static_cast<std::size_t>(note.pitch)];
    if (before != nullptr) before->length = std::min(before->length, note.start - before->start);
    before = &note;
  }
  // Two strokes at one moment are one.
  std::erase_if(notes, [](const Note& note) { return note.length < 0.004; });
}

int channel_of(Role role) {
  return role == Role::kDrums ? 9 : static_cast<int>(index_of(role)) - 1;
}

}  // namespace

Score write_score(const Plan& plan) {
  Score score;
  score.bpm = plan.bpm;
  score.meter = plan.meter;
  score.key = plan.key;
  score.quarters = plan.whole_bars ? plan.quarters()
                                   : static_cast<double>(plan.frames) / kSampleRate * plan.bpm / 60;
  score.sections = arrange(plan);
  score.chords = write_harmony(plan, score.sections);
  const Song song{plan, score.sections, score.chords};
  for (const Role role : kRoles) {
    if (!plan.part(role)) continue;
    ScorePart part{role, plan.part(role)->instrument, channel_of(role), notes_of(role, song)};
    cut_at(part.notes, score.quarters);
    separate_repeats(part.notes);
    // A part that has nothing to play in so short a take is no part of it.
    if (!part.notes.empty()) score.parts.push_back(std::move(part));
  }
  return score;
}

}  // namespace dgx::model::sketch
