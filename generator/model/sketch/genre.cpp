// SPDX-License-Identifier: Apache-2.0
#include "generator/model/sketch/genre.hpp"

#include <algorithm>
#include <fstream>
#include <sstream>

#include "generator/model/sketch/chord_symbol.hpp"
#include "generator/model/sketch/data_file.hpp"
#include "generator/model/sketch/embedded_data.hpp"
#include "generator/model/sketch/grid.hpp"
#include "generator/protocol/music.hpp"

namespace dgx::model::sketch {
namespace {

const std::vector<std::string> kSectionNames = {"intro", "a", "b", "break", "outro"};

/// General MIDI percussion by the names that the files use.
const std::vector<std::pair<std::string, int>> kLanes = {
    {"kick", 36},       {"rim", 37},       {"snare", 38},    {"clap", 39},
    {"hat", 42},        {"pedal_hat", 44}, {"open_hat", 46}, {"low_tom", 45},
    {"mid_tom", 47},    {"high_tom", 50},  {"crash", 49},    {"ride", 51},
    {"tambourine", 54}, {"cowbell", 56},   {"conga", 63},    {"shaker", 70}};

Steps read_steps(TableReader& reader, std::string_view key, const std::string& text,
                 std::string_view letters) {
  const Steps steps = without_bars(text);
  const bool known = steps.find_first_not_of(letters) == Steps::npos;
  if (!known || steps.empty() || steps.size() % kStepsOfPatternBar != 0) {
    reader.refuse_value(key, "whole bars of 16 steps out of " + std::string(letters), text);
  }
  return steps;
}

DrumPattern read_drum_pattern(TableReader reader, bool fill) {
  DrumPattern pattern;
  if (!fill) pattern.sections = reader.texts_of("sections", kSectionNames);
  for (const auto& [name, note] : kLanes) {
    if (!reader.has(name)) continue;
    const std::string text = reader.text(name);
    pattern.lanes.emplace_back(note, read_steps(reader, name, text, kDrumLetters));
  }
  if (pattern.lanes.empty()) reader.refuse("kick", "there, or another drum");
  reader.finish();
  return pattern;
}

Groove read_groove(TableReader reader) {
  Groove groove;
  groove.swing = reader.number("swing", 0.5, 0.75, 0.5);
  groove.swing_grid = reader.text_of("swing_notes", {"8th", "16th"}, "16th") == "8th" ? 8 : 16;
  groove.timing_ms = reader.number("timing_ms", 0, 30, 0);
  groove.drag_ms = reader.number("drag_ms", -30, 40, 0);
  groove.velocity = reader.number("velocity", 0, 0.5, 0.05);
  reader.finish();
  return groove;
}

Mix read_mix(TableReader reader) {
  Mix mix;
  mix.duck = reader.number("duck", 0, 1, 0);
  mix.duck_beats = reader.number("duck_beats", 0.1, 2, 0.75);
  if (reader.has("ducked")) {
    for (const std::string& name : reader.texts_of("ducked", role_names())) {
      mix.ducked.push_back(*parse_role(name));
    }
  }
  mix.room = reader.number("room", 0, 1, 0.4);
  mix.lowpass_hz = reader.number("lowpass_hz", 0, 20000, 0);
  reader.finish();
  return mix;
}

std::vector<Progression> read_progressions(TableReader& reader, std::string_view key, bool minor) {
  std::vector<Progression> progressions;
  for (const std::string& text : reader.texts(key)) {
    std::string bad;
    const auto progression = parse_progression(text, minor, bad);
    if (!progression) {
      reader.refuse_value(key,
                          "chords such as " + std::string(minor ? "i9" : "Imaj7") +
                              " with a suffix out of " + chord_suffixes(),
                          bad);
    }
    progressions.push_back(*progression);
  }
  return progressions;
}

void read_harmony(TableReader reader, Genre& genre) {
  genre.minor_share = reader.number("minor_share", 0, 1);
  genre.tonics = reader.texts("tonics");
  for (const std::string& tonic : genre.tonics) {
    const Result<Key> key = parse_key(tonic);
    if (!key || key->minor) reader.refuse_value("tonics", "notes such as C, F# or Bb", tonic);
  }
  genre.minor_progressions = read_progressions(reader, "minor", true);
  genre.major_progressions = read_progressions(reader, "major", false);
  reader.finish();
}

std::vector<std::string> read_instruments(TableReader& reader, Role role,
                                          const Vocabulary& vocabulary) {
  std::vector<std::string> names = reader.texts("instruments");
  for (const std::string& name : names) {
    const Instrument* instrument = vocabulary.find_instrument(name);
    if (instrument == nullptr) reader.refuse_value("instruments", "names of instruments", name);
    const auto& roles = instrument->roles;
    if (std::find(roles.begin(), roles.end(), role) == roles.end()) {
      reader.refuse_value("instruments",
                          "instruments that can play " + std::string(to_string(role)), name);
    }
  }
  return names;
}

PartHabit read_part(TableReader& reader, Role role, const Vocabulary& vocabulary) {
  PartHabit habit;
  habit.instruments = read_instruments(reader, role, vocabulary);
  habit.level_lufs = reader.number("level_lufs", -60, -6);
  if (role == Role::kDrums || role == Role::kTexture) return habit;
  habit.low = reader.whole("low", 0, 115);
  habit.high = reader.whole("high", habit.low + 12, 127);
  if (role == Role::kPad) return habit;
  const std::string_view letters = role == Role::kBass ? kBassLetters : kRhythmLetters;
  for (const std::string& text : reader.texts("rhythms")) {
    habit.rhythms.push_back(read_steps(reader, "rhythms", text, letters));
  }
  if (role == Role::kChords) {
    habit.style = reader.text_of("style", {"block", "rolled", "arpeggio", "stab"}, "block");
  }
  return habit;
}

void read_parts(TableReader& reader, const Vocabulary& vocabulary, Genre& genre) {
  for (const Role role : kRoles) {
    TableReader part = reader.table(to_string(role));
    genre.parts[index_of(role)] = read_part(part, role, vocabulary);
    if (role == Role::kMelody) {
      genre.melody_scale = part.text_of("scale", {"natural", "pentatonic", "blues"}, "natural");
    }
    if (role == Role::kDrums) {
      for (const TableReader& row : part.tables("patterns")) {
        genre.drum_patterns.push_back(read_drum_pattern(row, false));
      }
      for (const TableReader& row : part.tables("fills")) {
        genre.drum_fills.push_back(read_drum_pattern(row, true));
      }
    }
    part.finish();
  }
}

void read_sections(TableReader reader, Genre& genre) {
  for (const std::string& name : kSectionNames) {
    TableReader row = reader.table(name);
    Section section;
    for (const std::string& part : row.texts_of("parts", role_names())) {
      section.parts.push_back(*parse_role(part));
    }
    section.energy = row.number("energy", 0, 1);
    row.finish();
    genre.sections.emplace(name, std::move(section));
  }
  reader.finish();
}

Genre read_genre(TableReader reader, const Vocabulary& vocabulary) {
  Genre genre;
  genre.id = reader.text("id");
  constexpr std::string_view kIdLetters = "abcdefghijklmnopqrstuvwxyz0123456789";
  if (genre.id.find_first_not_of(kIdLetters) != std::string::npos || genre.id.size() > 16) {
    reader.refuse("id", "1 to 16 lower-case letters and digits");
  }
  genre.title = reader.text("title");
  genre.words = reader.texts("words");
  std::tie(genre.tempo_low, genre.tempo_high) = reader.range("tempo", 30, 300);
  genre.energy = reader.number("energy", 0, 1);
  genre.groove = read_groove(reader.table("groove"));
  genre.mix = read_mix(reader.table("mix"));
  read_harmony(reader.table("harmony"), genre);
  read_parts(reader, vocabulary, genre);
  read_sections(reader.table("sections"), genre);
  reader.finish();
  return genre;
}

Result<std::string> text_of_file(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  std::ostringstream text;
  if (!(stream && text << stream.rdbuf())) {
    return Error{ErrorCode::kIo, "genre file " + path.string() + " could not be read"};
  }
  return text.str();
}

Result<std::vector<std::filesystem::path>> genre_files(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  std::error_code error;
  for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    if (entry->path().extension() == ".toml") files.push_back(entry->path());
  }
  if (error) {
    return Error{ErrorCode::kIo,
                 "genre folder " + folder.string() + " could not be read: " + error.message()};
  }
  std::sort(files.begin(), files.end());
  return files;
}

void add_or_replace(std::vector<Genre>& genres, Genre&& genre) {
  const auto same = std::find_if(genres.begin(), genres.end(),
                                 [&](const Genre& other) { return other.id == genre.id; });
  if (same != genres.end()) {
    *same = std::move(genre);
  } else {
    genres.push_back(std::move(genre));
  }
}

}  // namespace

Result<Genre> parse_genre(std::string_view toml, std::string_view file,
                          const Vocabulary& vocabulary) {
  try {
    const toml::table root = parse_toml(toml, file);
    return read_genre(TableReader(root, file), vocabulary);
  } catch (const DataFileError& error) {
    return Error{ErrorCode::kInvalidArgument, error.what()};
  }
}

Result<LoadedGenres> load_genres(const std::vector<std::filesystem::path>& folders,
                                 const Vocabulary& vocabulary) {
  LoadedGenres loaded;
  for (const EmbeddedFile& file : embedded_genres()) {
    Result<Genre> genre = parse_genre(file.text, file.name, vocabulary);
    if (!genre) return std::move(genre).error();
    add_or_replace(loaded.genres, *std::move(genre));
  }
  for (const std::filesystem::path& folder : folders) {
    const auto files = genre_files(folder);
    if (!files) return files.error();
    for (const std::filesystem::path& path : *files) {
      const Result<std::string> text = text_of_file(path);
      if (!text) return text.error();
      loaded.own_text += *text;
      Result<Genre> genre = parse_genre(*text, path.string(), vocabulary);
      if (!genre) return std::move(genre).error();
      add_or_replace(loaded.genres, *std::move(genre));
    }
  }
  return loaded;
}

}  // namespace dgx::model::sketch
