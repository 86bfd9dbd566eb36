// SPDX-License-Identifier: Apache-2.0
#include "generator/model/sketch/prompt_reader.hpp"

#include <sstream>
#include <string>
#include <vector>

#include "tests/model/sketch_fixture.hpp"
#include "tests/support/catch.hpp"

namespace {

using dgx::model::sketch::PromptReading;
using dgx::model::sketch::Role;

std::string joined(const std::vector<std::string>& words) {
  std::string list;
  for (const std::string& word : words) list += (list.empty() ? "" : "+") + word;
  return list;
}

std::string joined(const std::vector<Role>& roles) {
  std::vector<std::string> names;
  for (const Role role : roles) names.emplace_back(to_string(role));
  return joined(names);
}

/// All that was read, in one line.
std::string summary(const PromptReading& reading) {
  std::ostringstream out;
  const auto field = [&out](const std::string& name, const std::string& value) {
    if (!value.empty()) out << (out.str().empty() ? "" : " ") << name << "=" << value;
  };
  const auto number = [](double value) {
    std::ostringstream text;
    text << value;
    return text.str();
  };
  field("genre", reading.genre.value_or(""));
  if (reading.bpm) field("bpm", number(*reading.bpm));
  if (reading.key) field("key", dgx::to_string(*reading.key));
  if (reading.tonic && !reading.key) field("tonic", number(*reading.tonic));
  if (reading.minor && !reading.key) field("mode", *reading.minor ? "minor" : "major");
  if (reading.meter) field("meter", dgx::to_string(*reading.meter));
  if (reading.bars) field("bars", number(*reading.bars));
  if (reading.seconds) field("seconds", number(*reading.seconds));
  if (reading.loop) field("loop", "yes");
  field("with", joined(reading.instruments));
  field("parts", joined(reading.parts));
  field("no", joined(reading.without));
  field("no", joined(reading.without_instruments));
  if (reading.alone) field("alone", "yes");
  field("mood", joined(reading.moods));
  field("ignored", joined(reading.ignored));
  return out.str();
}

struct Row {
  std::string prompt;
  std::string read;
};

const std::vector<Row> kRows = {
    {"lo-fi hip hop, dusty drums, warm Rhodes, 84 BPM, C minor",
     "genre=lofi bpm=84 key=Cm with=room kit+rhodes mood=warm"},
    {"Boom bap with upright bass and vinyl crackle at 90bpm",
     "genre=lofi bpm=90 with=upright bass+vinyl"},
    {"dark trap beat, 808, bells, 140 BPM, F#m",
     "genre=trap bpm=140 key=F#m with=808+bells mood=dark"},
    {"deep house groove with organ stabs, 122 bpm, key of A minor",
     "genre=house bpm=122 key=Am with=organ parts=chords mood=funky"},
    {"liquid drum & bass, 174 BPM, lush pads", "genre=dnb bpm=174 parts=pad mood=dreamy"},
    {"drum'n'bass without pads", "genre=dnb no=pad"},
    {"drum-and-bass, reese bass", "genre=dnb with=reese bass"},
    {"80s synthwave with arpeggios and a saw lead in E",
     "genre=synthwave tonic=4 with=arp synth+saw lead"},
    {"ambient soundscape, no drums, slow strings, D major",
     "genre=ambient key=D with=slow strings no=drums"},
    {"calm ambient drone with piano", "genre=ambient with=piano mood=calm"},
    {"saxophone over chillhop, 6/8, 70 BPM", "genre=lofi bpm=70 meter=6/8 with=saxophone"},
    {"a waltz for felt piano and cello", "meter=3/4 with=felt piano+cello"},
    {"solo piano, sad and slow", "mode=minor with=piano alone=yes mood=sad+slow"},
    {"piano only, C# minor", "key=C#m with=piano alone=yes"},
    {"house music without drums or bass", "genre=house no=drums+bass"},
    {"techno, no vocals, 8 bars", "genre=house bars=8 no=vocal synth"},
    {"trap in Bb minor, sixteen bars", "genre=trap key=Bbm bars=16"},
    {"synthwave 16-bar loop", "genre=synthwave bars=16 loop=yes"},
    {"Bb major jazz hop", "genre=lofi key=Bb"},
    {"B flat major house", "genre=house key=Bb"},
    {"music in A", "tonic=9"},
    {"in a dark mood", "mode=minor mood=dark"},
    {"in a minor key", "mode=minor"},
    {"happy uplifting house in the key of G", "genre=house key=G mood=happy"},
    {"tempo 95 lofi", "genre=lofi bpm=95"},
    {"lofi at 92.5 BPM", "genre=lofi bpm=92.5"},
    {"lofi at 500 BPM", "genre=lofi ignored=500"},
    {"lofi, 7/8, 100 beats per minute", "genre=lofi bpm=100 meter=7/8"},
    {"5/4 ambient", "genre=ambient meter=5/4"},
    {"lofi 3/5", "genre=lofi ignored=3/5"},
    {"drumless lofi with harp", "genre=lofi with=harp no=drums"},
    {"trap with no heavy drums", "genre=trap no=drums"},
    {"house with no drums and a piano", "genre=house with=piano no=drums"},
    {"20 seconds of ambient", "genre=ambient seconds=20"},
    {"2 minutes of synthwave", "genre=synthwave seconds=120"},
    {"energetic drum and bass, fast", "genre=dnb mood=energetic+fast"},
    {"xylofunk wobble madness", "ignored=xylofunk+wobble+madness"},
    {"entspannte Musik mit Klavier und Bass", "with=piano parts=bass ignored=entspannte+Musik"},
    {"musique douce avec piano sans batterie", "with=piano no=drums ignored=musique+douce"},
    {"静かなピアノ", "ignored=静かなピアノ"},
    {"MAKE ME A HOUSE TRACK IN C MINOR", "genre=house key=Cm"},
    {"lofi trap fusion", "genre=lofi ignored=trap+fusion"},
    {"guitar, guitar and more guitar", "with=acoustic guitar"},
    {"E minor 120 bpm 4/4", "bpm=120 key=Em meter=4/4"},
    {"F♯ minor trap", "genre=trap key=F#m"},
    {"d minor, dorian", "key=Dm"},
    {"C Lydian ambient", "genre=ambient key=C"},
    {"saxophone solo over lofi", "genre=lofi with=saxophone"},
    {"lofi with flute, trumpet and 2 violins", "genre=lofi with=flute+trumpet+strings ignored=2"},
    {"seamless loop of rain and piano", "loop=yes with=sea shore+piano"}};

}  // namespace

TEST_CASE("Prompts are read as people mean them", "[sketch]") {
  for (const Row& row : kRows) {
    CAPTURE(row.prompt);
    CHECK(summary(dgx::test::read(row.prompt)) == row.read);
  }
}
