// SPDX-License-Identifier: Apache-2.0
#include "generator/model/sketch/genre.hpp"

#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>

#include "generator/model/sketch/chord_symbol.hpp"
#include "tests/model/sketch_fixture.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temp_dir.hpp"

namespace {

using dgx::model::sketch::load_genres;
using dgx::model::sketch::parse_genre;
using dgx::model::sketch::Role;
using dgx::test::sketch_data;

std::string file_text(const std::string& path) {
  std::ifstream stream(std::string(DGX_SOURCE_DIR) + "/" + path);
  std::ostringstream text;
  text << stream.rdbuf();
  REQUIRE(!text.str().empty());
  return text.str();
}

std::string house() {
  return file_text("generator/model/sketch/genres/house.toml");
}

int line_of(const std::string& text, const std::string& part) {
  const auto at = text.find(part);
  REQUIRE(at != std::string::npos);
  return 1 + static_cast<int>(
                 std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), '\n'));
}

/// One way to break a genre file: `from` becomes `to`, and the message has to name the line of
/// `at` and to hold `says`.
struct Mistake {
  std::string name;
  std::string from;
  std::string to;
  std::string at;
  std::string says;
};

const std::vector<Mistake> kMistakes = {
    {"not TOML", "energy = 0.75\n", "energy = = 0.75\n", "energy = =", "not TOML"},
    {"unclosed text", "title = \"house\"", "title = \"house", "title = \"house", "not TOML"},
    {"key twice", "energy = 0.75\n", "energy = 0.75\nenergy = 0.5\n", "energy = 0.5", "not TOML"},
    {"text for numbers", "tempo = [120, 127]", "tempo = \"fast\"",
     "tempo =", "tempo must be two numbers from 30 to 300, the lower one first, got \"fast\""},
    {"one number for two", "tempo = [120, 127]", "tempo = [120]", "tempo =", "got an array of 1"},
    {"tempo upside down", "tempo = [120, 127]", "tempo = [127, 120]", "tempo =", "got 127 and 120"},
    {"tempo out of range", "tempo = [120, 127]", "tempo = [12, 127]", "tempo =", "got 12"},
    {"missing key", "tempo = [120, 127]\n", "", "# SPDX",
     "tempo must be two numbers from 30 to 300, the lower one first, got nothing"},
    {"unknown key", "duck = 0.6", "dukc = 0.6", "dukc", "mix.dukc is not a key of this table"},
    {"unknown table", "[mix]", "[mixx]\nx = 1\n\n[mix]", "[mixx]",
     "mixx is not a key of this table"},
    {"number out of range", "duck = 0.6", "duck = 1.6", "duck = 1.6",
     "mix.duck must be a number from 0 to 1, got 1.6"},
    {"not a number", "duck = 0.6", "duck = nan", "duck = nan", "mix.duck must be a number"},
    {"infinity", "duck = 0.6", "duck = inf", "duck = inf", "mix.duck must be a number"},
    {"bool for number", "duck = 0.6", "duck = true", "duck = true", "got true"},
    {"number for text", "title = \"house\"", "title = 7", "title = 7",
     "title must be a text, got 7"},
    {"empty text", "title = \"house\"", "title = \"\"", "title = \"\"", "title must be a text"},
    {"bad id", "id = \"house\"", "id = \"Haus 1\"", "id =", "1 to 16 lower-case letters"},
    {"no words", "words = [\"house\",", "words = []\nwords2 = [", "words = []",
     "words must be an array of at least one text"},
    {"number among words", "words = [\"house\",", "words = [1,", "words = [1", "got 1"},
    {"unknown role", "ducked = [\"bass\"", "ducked = [\"bas\"",
     "ducked =", "one of drums, bass, chords, pad, melody, texture, got \"bas\""},
    {"bad tonic", "tonics = [\"C\"", "tonics = [\"H\"", "tonics =", "got \"H\""},
    {"minor tonic", "tonics = [\"C\"", "tonics = [\"Cm\"", "tonics =", "got \"Cm\""},
    {"bad chord", "\"i9 | VImaj7 | VII | v7\"", "\"i9 | VIIImaj7 | VII | v7\"", "minor = [",
     "got \"VIIImaj7\""},
    {"bad suffix", "\"i9 | VImaj7 | VII | v7\"", "\"i9 | VIsharp | VII | v7\"", "minor = [",
     "a suffix out of 5 6 7"},
    {"bar without chord", "\"i9 | VImaj7 | VII | v7\"", "\"i9 | | VII | v7\"", "minor = [",
     "harmony.minor"},
    {"unknown instrument", "\"rubber bass\"", "\"rubber band\"", "[\"rubber band\"",
     "bass.instruments must be names of instruments, got \"rubber band\""},
    {"instrument of another trade", "\"rubber bass\"", "\"flute\"", "[\"flute\"",
     "instruments that can play bass, got \"flute\""},
    {"fraction for whole number", "low = 29", "low = 29.5", "low = 29.5",
     "bass.low must be a whole number from 0 to 115, got 29.5"},
    {"range too narrow", "high = 52", "high = 30", "high = 30",
     "bass.high must be a whole number from 41 to 127, got 30"},
    {"bad step", "shaker =   \"xoxoxoxo|xoxoxoxo\"", "shaker =   \"xoxoxoxo|xoxoyoxo\"", "xoxoyoxo",
     "whole bars of 16 steps out of Xxo?r."},
    {"short bar", "ride =     \"..X...X.|..X...X.\"", "ride =     \"..X...X.|..X...X\"",
     "..X...X.|..X...X\"", "whole bars of 16 steps"},
    {"unknown drum", "conga =", "congo =", "congo =", "drums.patterns.congo is not a key"},
    {"unknown section", "sections = [\"break\"]", "sections = [\"bridge\"]", "[\"bridge\"]",
     "drums.patterns.sections must be one of intro, a, b, break, outro, got \"bridge\""},
    {"bass letter in chords", "\"X..x..x.|..x..x..", "\"X..x..5.|..x..x..", "rhythms = [\n  \"X",
     "chords.rhythms must be whole bars of 16 steps"},
    {"bad style", "style = \"stab\"", "style = \"stabby\"", "stabby",
     "one of block, rolled, arpeggio, stab, got \"stabby\""},
    {"bad scale", "scale = \"pentatonic\"", "scale = \"jazz\"", "\"jazz\"",
     "one of natural, pentatonic, blues, got \"jazz\""},
    {"loud part", "level_lufs = -18", "level_lufs = 18", "level_lufs = 18",
     "bass.level_lufs must be a number from -60 to -6, got 18"},
    {"missing section", "outro = { parts = [\"drums\", \"bass\"], energy = 0.5 }\n", "",
     "[sections]", "sections.outro must be a table, got nothing"},
    {"section without energy", "parts = [\"drums\", \"bass\"], energy = 0.5 }",
     "parts = [\"drums\", \"bass\"] }", "outro =", "sections.outro.energy"},
    {"unknown part of a section", "parts = [\"drums\", \"bass\"], energy = 0.5 }",
     "parts = [\"drum\"], energy = 0.5 }", "outro =", "got \"drum\""},
    {"missing part", "[texture]\ninstruments = [\"noise sweep\"]\nlevel_lufs = -38\n", "", "# SPDX",
     "texture must be a table, got nothing"},
    {"value for table", "[mix]", "[mix2]", "[mix2]", "mix"},
};

}  // namespace

TEST_CASE("Every mistake in a genre file is refused with its line", "[sketch]") {
  for (const Mistake& mistake : kMistakes) {
    CAPTURE(mistake.name);
    std::string text = house();
    const auto at = text.find(mistake.from);
    REQUIRE(at != std::string::npos);
    text.replace(at, mistake.from.size(), mistake.to);
    const auto genre = parse_genre(text, "own/house.toml", sketch_data().vocabulary);
    REQUIRE_FALSE(genre.has_value());
    CHECK(genre.error().code == dgx::ErrorCode::kInvalidArgument);
    CAPTURE(genre.error().message);
    if (mistake.name != "value for table") {
      const std::string place =
          "own/house.toml:" + std::to_string(line_of(text, mistake.at)) + ": ";
      CHECK(genre.error().message.substr(0, place.size()) == place);
    }
    CHECK(genre.error().message.find(mistake.says) != std::string::npos);
  }
}

TEST_CASE("The built-in genres are the six of the first release", "[sketch]") {
  std::set<std::string> ids;
  for (const auto& genre : sketch_data().genres) {
    ids.insert(genre.id);
    CAPTURE(genre.id);
    CHECK(genre.minor_progressions.size() >= 2);
    CHECK(genre.major_progressions.size() >= 2);
    CHECK(genre.drum_patterns.size() >= 1);
    CHECK_FALSE(genre.drum_fills.empty());
  }
  CHECK(ids == std::set<std::string>{"ambient", "dnb", "house", "lofi", "synthwave", "trap"});
}

TEST_CASE("No word of the data means two things of one kind", "[sketch]") {
  std::set<std::string> words;
  for (const auto& instrument : sketch_data().vocabulary.instruments) {
    for (const auto& word : instrument.words) {
      CAPTURE(instrument.name, word);
      CHECK(words.insert(word).second);
    }
  }
  std::set<std::string> genre_words;
  for (const auto& genre : sketch_data().genres) {
    for (const auto& word : genre.words) {
      CAPTURE(genre.id, word);
      CHECK(genre_words.insert(word).second);
    }
  }
}

TEST_CASE("A folder of one's own adds genres and replaces built-in ones", "[sketch]") {
  const dgx::test::TempDir folder;
  std::string text = house();
  text.replace(text.find("id = \"house\""), 12, "id = \"polka\"");
  std::ofstream(folder / "polka.toml") << text;
  std::string other = house();
  other.replace(other.find("title = \"house\""), 15, "title = \"my house\"");
  std::ofstream(folder / "house.toml") << other;
  std::ofstream(folder / "notes.txt") << "not a genre";
  const auto loaded = load_genres({folder.path()}, sketch_data().vocabulary);
  REQUIRE_OK(loaded);
  CHECK(loaded->genres.size() == sketch_data().genres.size() + 1);
  CHECK(loaded->genres.back().id == "polka");
  const auto mine = std::find_if(loaded->genres.begin(), loaded->genres.end(),
                                 [](const auto& genre) { return genre.id == "house"; });
  CHECK(mine->title == "my house");
  CHECK(loaded->own_text.find("polka") != std::string::npos);
}

TEST_CASE("A broken file or a missing folder of one's own is told with its path", "[sketch]") {
  const dgx::test::TempDir folder;
  std::ofstream(folder / "bad.toml") << "id = 3\n";
  const auto broken = load_genres({folder.path()}, sketch_data().vocabulary);
  REQUIRE_FALSE(broken.has_value());
  CHECK(broken.error().message == (folder / "bad.toml").string() + ":1: id must be a text, got 3");
  const auto missing = load_genres({folder / "nowhere"}, sketch_data().vocabulary);
  REQUIRE_FALSE(missing.has_value());
  CHECK(missing.error().message.find("nowhere") != std::string::npos);
}

TEST_CASE("The example of the documentation is a genre", "[sketch]") {
  const std::string page = file_text("docs/genres.md");
  const auto begin = page.find("```toml\n");
  REQUIRE(begin != std::string::npos);
  const auto end = page.find("```", begin + 8);
  const auto genre =
      parse_genre(page.substr(begin + 8, end - begin - 8), "genres.md", sketch_data().vocabulary);
  REQUIRE_OK(genre);
  CHECK(genre->id == "bossa");
}

TEST_CASE("Roman numerals are chords of the key", "[sketch]") {
  using dgx::model::sketch::parse_chord_symbol;
  const auto five = parse_chord_symbol("V7", true);
  REQUIRE(five);
  CHECK(five->semitones == 7);
  CHECK(five->intervals == std::vector<int>{0, 4, 7, 10});
  CHECK(parse_chord_symbol("VI", true)->semitones == 8);
  CHECK(parse_chord_symbol("vi", false)->semitones == 9);
  CHECK(parse_chord_symbol("bII", true)->semitones == 1);
  CHECK(parse_chord_symbol("iv9", true)->intervals == std::vector<int>{0, 3, 7, 10, 14});
  for (const char* wrong : {"", "b", "Iv", "VIII", "iiii", "i9x", "7", "IMAJ7"}) {
    CAPTURE(wrong);
    CHECK_FALSE(parse_chord_symbol(wrong, true));
  }
}
