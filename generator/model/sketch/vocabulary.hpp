// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "generator/base/result.hpp"
#include "generator/model/sketch/instrument.hpp"

namespace dgx::model::sketch {

/// A word that colours the music.
struct Mood {
  std::string name{};
  std::vector<std::string> words{};
  std::optional<bool> minor{};  ///< The mode it asks for, if it asks for one
  double energy = 0.0;          ///< Added to the energy of the genre, -1 to 1
  double tempo = 0.0;           ///< Where in the genre's tempi: -1 slow end, 1 fast end
  double brightness = 0.0;      ///< Below 0 dampens the highs
  std::string texture{};        ///< Name of a texture instrument it calls for
};

/// Words for a part as a whole.
struct PartWords {
  Role role{};
  std::vector<std::string> words{};
  std::vector<std::string> without{};  ///< Words that say it is absent: "drumless"
};

/// What the sketch model understands, apart from the genres' own words. All words are in lower
/// case with blanks in place of hyphens, as prompt_words() gives them.
struct Vocabulary {
  std::vector<Instrument> instruments{};
  std::vector<Mood> moods{};
  std::vector<PartWords> parts{};
  std::vector<std::string> plain{};     ///< Words without musical meaning: "with", "the"
  std::vector<std::string> negation{};  ///< "no", "without"

  [[nodiscard]] const Instrument* find_instrument(std::string_view name) const;
};

Result<Vocabulary> parse_vocabulary(std::string_view toml, std::string_view file);
/// The one built into the program.
Result<Vocabulary> built_in_vocabulary();

}  // namespace dgx::model::sketch
