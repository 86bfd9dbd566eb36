// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "generator/base/result.hpp"
#include "generator/model/sketch/instrument.hpp"
#include "generator/model/sketch/vocabulary.hpp"

namespace dgx::model::sketch {

/// One bar or several of steps, a step being a sixteenth of 4/4: "x..o|x...". Other meters are
/// derived from it (grid.hpp). What a character means is the business of who plays it.
using Steps = std::string;

struct DrumPattern {
  std::vector<std::string> sections{};         ///< Which sections may use it
  std::vector<std::pair<int, Steps>> lanes{};  ///< General MIDI drum note and its steps
};

/// A chord of a progression, relative to the key.
struct ChordSymbol {
  int semitones = 0;             ///< Root above the tonic, 0 to 11
  std::vector<int> intervals{};  ///< Above the root: {0, 3, 7, 10, 14}; the root comes first
  std::string name{};            ///< As written: "iv9"
};

/// Chords of one bar, which share it evenly, bar after bar.
using Progression = std::vector<std::vector<ChordSymbol>>;

/// How a part behaves in a genre. Not all fields mean something to every part.
struct PartHabit {
  std::vector<std::string> instruments{};  ///< Names of instruments; the first is the habit
  double level_lufs = -20.0;               ///< How loud the part is before the mix is scaled
  std::vector<Steps> rhythms{};
  std::string style = "block";
  int low = 0;  ///< Range it likes, MIDI notes
  int high = 127;
};

struct Section {
  std::vector<Role> parts{};
  double energy = 0.7;  ///< 0 to 1
};

struct Groove {
  double swing = 0.5;      ///< Where the off-beat falls: 0.5 straight, 0.667 triplets
  int swing_grid = 16;     ///< Which notes swing: 8 or 16
  double timing_ms = 0.0;  ///< Spread of the players' timing
  double drag_ms = 0.0;    ///< How late the snare and clap lie
  double velocity = 0.0;   ///< Spread of the players' force, part of full force
};

struct Mix {
  double duck = 0.0;         ///< How deep the kick pushes the ducked parts down, 0 to 1
  double duck_beats = 0.75;  ///< How long they take to come back, quarter notes
  std::vector<Role> ducked{};
  double room = 0.4;        ///< Size of the reverb, 0 to 1
  double lowpass_hz = 0.0;  ///< Over every part but the texture; 0: none
};

/// A style of music as data: one readable TOML file each (docs/genres.md).
struct Genre {
  std::string id{};  ///< "lofi": also the first word of file names
  std::string title{};
  std::vector<std::string> words{};  ///< What a prompt may call it
  double tempo_low = 0.0;            ///< Usual tempi, quarter notes a minute
  double tempo_high = 0.0;
  double minor_share = 0.5;  ///< How often it is in minor, 0 to 1
  std::vector<std::string> tonics{};
  double energy = 0.6;
  Groove groove{};
  Mix mix{};
  std::vector<Progression> minor_progressions{};
  std::vector<Progression> major_progressions{};
  std::string melody_scale{};  ///< "natural", "pentatonic", "blues"
  std::vector<DrumPattern> drum_patterns{};
  std::vector<DrumPattern> drum_fills{};
  std::array<PartHabit, kRoleCount> parts{};
  std::map<std::string, Section, std::less<>> sections{};  ///< "intro", "a", "b", "break", "outro"

  [[nodiscard]] const PartHabit& part(Role role) const { return parts[index_of(role)]; }
};

/// Reads one genre. Every mistake is refused with a sentence that begins "file:line: " and names
/// the key, what it has to be and what it is. Instruments must be in the vocabulary.
Result<Genre> parse_genre(std::string_view toml, std::string_view file,
                          const Vocabulary& vocabulary);

struct LoadedGenres {
  std::vector<Genre> genres{};
  std::string own_text{};  ///< The text of the user's own files, for the model's identity
};

/// The built-in genres and those of the folders (*.toml, by name). A genre with the id of an
/// earlier one takes its place. Fails at the first mistake.
Result<LoadedGenres> load_genres(const std::vector<std::filesystem::path>& folders,
                                 const Vocabulary& vocabulary);

}  // namespace dgx::model::sketch
