// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "generator/model/sketch/harmony.hpp"
#include "generator/model/sketch/plan.hpp"

namespace dgx::model::sketch {

/// A note in musical time: quarter notes from the beginning of the take.
struct Note {
  double start = 0.0;
  double length = 0.0;
  int pitch = 60;     ///< MIDI note; for drums the General MIDI percussion note
  int velocity = 90;  ///< 1 to 127
};

struct ScorePart {
  Role role{};
  const Instrument* instrument = nullptr;
  int channel = 0;            ///< MIDI channel from 0; drums have 9
  std::vector<Note> notes{};  ///< In the order of their starts
};

/// A stretch of bars with one character.
struct SectionSpan {
  std::string name{};  ///< "intro", "a", ...
  int first_bar = 0;
  int bars = 0;
  double energy = 0.7;
  std::vector<Role> parts{};
  bool fill_at_end = false;

  [[nodiscard]] bool plays(Role role) const;
};

/// The finished music of a take: what the MIDI file holds and the renderer plays.
struct Score {
  double bpm = 120.0;
  Meter meter{};
  Key key{};
  double quarters = 0.0;  ///< Length; may end inside a bar
  std::vector<SectionSpan> sections{};
  std::vector<ChordSpan> chords{};
  std::vector<ScorePart> parts{};
};

/// Lets every player of the plan write its part. The same plan gives the same score.
Score write_score(const Plan& plan);

}  // namespace dgx::model::sketch
