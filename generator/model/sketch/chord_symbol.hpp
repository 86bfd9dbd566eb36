// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "generator/model/sketch/genre.hpp"

namespace dgx::model::sketch {

/// The seven notes of a natural scale, semitones above the tonic.
std::array<int, 7> scale_of(bool minor);

/// Reads a Roman numeral relative to a major or natural-minor key: "i9", "VImaj7", "bVII", "iv",
/// "Vsus4". Upper case is a major triad, lower case a minor one.
std::optional<ChordSymbol> parse_chord_symbol(std::string_view text, bool minor);

/// Reads "i9 VImaj7 | iv9 | v7": bars separated by |, chords by blanks. On failure `bad_chord` is
/// what could not be read.
std::optional<Progression> parse_progression(std::string_view text, bool minor,
                                             std::string& bad_chord);

/// All the suffixes that a chord may have, for messages.
std::string chord_suffixes();

}  // namespace dgx::model::sketch
