// SPDX-License-Identifier: Apache-2.0
#include "generator/model/sketch/midi_file.hpp"

#include <cmath>
#include <fstream>
#include <sstream>

#include "tests/model/sketch_fixture.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/command.hpp"
#include "tests/support/temp_dir.hpp"

namespace {

using namespace dgx::model::sketch;
using dgx::test::plan_of;
using dgx::test::request_of;

/// Reads a file with mido, which is not our code, and prints it in plain lines.
constexpr const char* kJudge = R"(
import sys, mido
f = mido.MidiFile(sys.argv[1])
print('type', f.type, 'ppq', f.ticks_per_beat, 'tracks', len(f.tracks))
for t in f.tracks:
    now = 0; on = {}; notes = 0
    for m in t:
        now += m.time
        if m.type == 'set_tempo': print('tempo', m.tempo)
        elif m.type == 'time_signature': print('meter', m.numerator, m.denominator)
        elif m.type == 'key_signature': print('key', m.key)
        elif m.type == 'marker': print('marker', m.text, now)
        elif m.type == 'track_name': print('track', m.name)
        elif m.type == 'program_change': print('program', m.channel, m.program)
        elif m.type == 'note_on':
            assert m.note not in on, 'struck while it sounds'
            on[m.note] = now; notes += 1; print('note', m.channel, m.note, m.velocity, now)
        elif m.type == 'note_off': del on[m.note]
    assert not on, 'hanging notes'
    print('end', now, 'notes', notes)
)";

std::string judged(const Score& score, const dgx::test::TempDir& folder) {
  const auto bytes = midi_file_of(score);
  std::ofstream(folder / "take.mid", std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes.data()),
             static_cast<std::streamsize>(bytes.size()));
  std::ofstream(folder / "judge.py") << kJudge;
  // The distribution's interpreter: it is the one that has the package python3-mido.
  const auto result = dgx::test::run_command("/usr/bin/python3 " + (folder / "judge.py").string() +
                                             " " + (folder / "take.mid").string() + " 2>&1");
  CAPTURE(result.output);
  REQUIRE(result.exit_code == 0);
  return result.output;
}

bool has_line(const std::string& text, const std::string& line) {
  return ("\n" + text).find("\n" + line + "\n") != std::string::npos;
}

}  // namespace

TEST_CASE("An outside reader finds tempo, meter, key, tracks and every note", "[sketch]") {
  const dgx::test::TempDir folder;
  struct Row {
    const char* key;
    const char* meter;
    double bpm;
    const char* mido_key;
    const char* mido_meter;
    int tempo;
  };
  const std::vector<Row> rows = {
      {"Cm", "4/4", 84, "Cm", "4 4", 714286},    {"F#m", "6/8", 120, "F#m", "6 8", 500000},
      {"Bb", "3/4", 97.3, "Bb", "3 4", 616650},  {"G#m", "7/16", 300, "G#m", "7 16", 200000},
      {"Ebm", "5/2", 30, "Ebm", "5 2", 2000000}, {"C#", "4/4", 100, "Db", "4 4", 600000},
      {"F#", "4/4", 100, "F#", "4 4", 600000},   {"Gb", "4/4", 100, "Gb", "4 4", 600000}};
  for (const Row& row : rows) {
    auto request = request_of("synthwave");
    request.key = row.key;
    request.time_signature = row.meter;
    request.bpm = row.bpm;
    request.bars = 4;
    const Score score = write_score(plan_of(request));
    const std::string text = judged(score, folder);
    CAPTURE(row.key, row.meter, text);
    CHECK(has_line(text, "type 1 ppq 960 tracks " + std::to_string(score.parts.size() + 1)));
    CHECK(has_line(text, "tempo " + std::to_string(row.tempo)));
    CHECK(has_line(text, std::string("meter ") + row.mido_meter));
    CHECK(has_line(text, std::string("key ") + row.mido_key));
    CHECK(has_line(text, "marker b 0"));
    const auto end = std::llround(score.quarters * 960);
    for (const ScorePart& part : score.parts) {
      CHECK(has_line(text, "track " + std::string(to_string(part.role))));
      CHECK(has_line(text, "program " + std::to_string(part.channel) + " " +
                               std::to_string(part.instrument->program)));
      CHECK(has_line(text,
                     "end " + std::to_string(end) + " notes " + std::to_string(part.notes.size())));
      for (const Note& note : part.notes) {
        std::ostringstream line;
        line << "note " << part.channel << ' ' << note.pitch << ' ' << note.velocity << ' '
             << std::llround(note.start * 960);
        CHECK(has_line(text, line.str()));
      }
    }
  }
}

TEST_CASE("The noise of a record is no track", "[sketch]") {
  const dgx::test::TempDir folder;
  auto request = request_of("lofi with vinyl, 4 bars");
  const std::string text = judged(write_score(plan_of(request)), folder);
  CHECK_FALSE(has_line(text, "track texture"));
  CHECK(has_line(text, "track drums"));
}

TEST_CASE("The same score gives the same bytes", "[sketch]") {
  const Plan plan = plan_of(request_of("drum and bass"));
  CHECK(midi_file_of(write_score(plan)) == midi_file_of(write_score(plan)));
}
