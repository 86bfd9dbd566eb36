// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "generator/model/sketch/plan.hpp"
#include "generator/model/sketch/score.hpp"

// The players: each writes the notes of its part, from the plan, the sections and the chords.
namespace dgx::model::sketch {

struct Song {
  const Plan& plan;
  const std::vector<SectionSpan>& sections;
  const std::vector<ChordSpan>& chords;
};

std::vector<Note> play_drums(const Song& song);
std::vector<Note> play_bass(const Song& song);
std::vector<Note> play_chords(const Song& song);
std::vector<Note> play_pad(const Song& song);
std::vector<Note> play_melody(const Song& song);
std::vector<Note> play_texture(const Song& song);

}  // namespace dgx::model::sketch
