// SPDX-License-Identifier: Apache-2.0
#include "generator/model/sketch/vocabulary.hpp"

#include "generator/model/sketch/data_file.hpp"
#include "generator/model/sketch/embedded_data.hpp"

namespace dgx::model::sketch {
namespace {

Instrument read_instrument(TableReader reader) {
  Instrument instrument;
  instrument.name = reader.text("name");
  instrument.words = reader.texts("words");
  for (const std::string& role : reader.texts_of("roles", role_names())) {
    instrument.roles.push_back(*parse_role(role));
  }
  instrument.vinyl = reader.text_of("sound", {"soundfont", "vinyl"}, "soundfont") == "vinyl";
  instrument.bank = reader.whole("bank", 0, 127, 0);
  instrument.program = reader.whole("program", 0, 127, 0);
  instrument.low = reader.whole("low", 0, 127, 0);
  instrument.high = reader.whole("high", instrument.low, 127, 127);
  instrument.monophonic = reader.text_of("voices", {"one", "many"}, "many") == "one";
  instrument.highpass_hz = reader.number("highpass_hz", 0, 20000, 0);
  instrument.lowpass_hz = reader.number("lowpass_hz", 0, 20000, 0);
  instrument.drive = reader.number("drive", 0, 1, 0);
  instrument.reverb = reader.number("reverb", 0, 1, 0.2);
  instrument.chorus = reader.number("chorus", 0, 1, 0);
  instrument.decay_s = reader.number("decay_s", 0, 10, 0);
  instrument.level_db = reader.number("level_db", -24, 24, 0);
  reader.finish();
  return instrument;
}

Mood read_mood(TableReader reader) {
  Mood mood;
  mood.name = reader.text("name");
  mood.words = reader.texts("words");
  if (reader.has("mode")) mood.minor = reader.text_of("mode", {"major", "minor"}) == "minor";
  mood.energy = reader.number("energy", -1, 1, 0);
  mood.tempo = reader.number("tempo", -1, 1, 0);
  mood.brightness = reader.number("brightness", -1, 1, 0);
  if (reader.has("texture")) mood.texture = reader.text("texture");
  reader.finish();
  return mood;
}

PartWords read_part(TableReader reader) {
  PartWords part;
  part.role = *parse_role(reader.text_of("role", role_names()));
  part.words = reader.texts("words");
  part.without = reader.texts_or_none("without");
  reader.finish();
  return part;
}

}  // namespace

const Instrument* Vocabulary::find_instrument(std::string_view name) const {
  for (const Instrument& instrument : instruments) {
    if (instrument.name == name) return &instrument;
  }
  return nullptr;
}

Result<Vocabulary> parse_vocabulary(std::string_view toml, std::string_view file) {
  try {
    const toml::table root = parse_toml(toml, file);
    TableReader reader(root, file);
    Vocabulary vocabulary;
    for (TableReader& row : reader.tables("instrument")) {
      vocabulary.instruments.push_back(read_instrument(row));
    }
    for (TableReader& row : reader.tables("mood")) {
      vocabulary.moods.push_back(read_mood(row));
      const std::string& texture = vocabulary.moods.back().texture;
      if (!texture.empty() && vocabulary.find_instrument(texture) == nullptr) {
        row.refuse("texture", "the name of an instrument");
      }
    }
    for (TableReader& row : reader.tables("part")) vocabulary.parts.push_back(read_part(row));
    vocabulary.plain = reader.texts("plain");
    vocabulary.negation = reader.texts("negation");
    reader.finish();
    return vocabulary;
  } catch (const DataFileError& error) {
    return Error{ErrorCode::kInvalidArgument, error.what()};
  }
}

Result<Vocabulary> built_in_vocabulary() {
  const EmbeddedFile file = embedded_vocabulary();
  return parse_vocabulary(file.text, file.name);
}

}  // namespace dgx::model::sketch
