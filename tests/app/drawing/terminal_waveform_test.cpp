// SPDX-License-Identifier: Apache-2.0
#include "generator/app/drawing/terminal_waveform.hpp"

#include <algorithm>

#include "generator/base/utf8.hpp"
#include "tests/audio/clips.hpp"
#include "tests/support/catch.hpp"

using dgx::AudioClip;
using dgx::app::draw_waveform;
using namespace dgx::test;

namespace {

/// The line without its escape sequences.
std::string visible(const std::string& line) {
  std::string text;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '\x1b') {
      i = line.find('m', i);
      REQUIRE(i != std::string::npos);
    } else {
      text += line[i];
    }
  }
  return text;
}

/// The character in a column.
char32_t character(const std::string& line, std::size_t column) {
  std::size_t position = 0;
  for (std::size_t i = 0; i < column; ++i) dgx::next_code_point(line, position);
  return dgx::next_code_point(line, position).value();
}

/// Loud, then silent.
AudioClip half_loud(double amplitude) {
  AudioClip clip = sine_clip(48000, 2, 48000, 100.0, amplitude);
  std::fill(clip.samples.begin() + 48000, clip.samples.end(), 0.0F);
  return clip;
}

}  // namespace

TEST_CASE("The drawing has the lines and columns that were asked for", "[drawing]") {
  const AudioClip clip = noise_clip(48000, 2, 30000, 0.5, 1);
  for (const bool color : {false, true}) {
    for (const int columns : {16, 79, 80, 200}) {
      for (const int rows : {3, 4, 12, 13}) {
        const auto lines = draw_waveform(clip, columns, rows, color);
        REQUIRE(lines.size() == static_cast<std::size_t>(rows));
        for (const std::string& line : lines) {
          const std::size_t width = dgx::count_code_points(visible(line));
          // An odd number of rows has no two halves of blocks: one line stays empty.
          REQUIRE((width == static_cast<std::size_t>(columns) || (color && line.empty())));
        }
      }
    }
  }
}

TEST_CASE("Without colour there is no escape sequence, with colour every line is reset",
          "[drawing]") {
  const AudioClip clip = noise_clip(48000, 2, 30000, 0.5, 1);
  for (const std::string& line : draw_waveform(clip, 60, 9, false)) {
    CHECK(dgx::escaped_for_terminal(line) == line);
  }
  const std::string reset = "\x1b[0m";
  for (const std::string& line : draw_waveform(clip, 60, 9, true)) {
    REQUIRE(line.size() > reset.size());
    CHECK(line.compare(line.size() - reset.size(), reset.size(), reset) == 0);
  }
}

TEST_CASE("Loud is tall and silence is the line in the middle", "[drawing]") {
  for (const double amplitude : {0.2, 0.5, 1.0}) {  // The loudest moment fills the height
    const auto lines = draw_waveform(half_loud(amplitude), 40, 11, false);
    CHECK(character(lines.front(), 5) == 0x28FF);
    CHECK(character(lines[9], 5) == 0x28FF);
    CHECK(character(lines.front(), 35) == U' ');
    CHECK(character(lines[4], 35) == 0x28C0);  // The lowest dots above the middle,
    CHECK(character(lines[5], 35) == 0x2809);  // the highest below
  }
}

TEST_CASE("In colour the same is drawn with blocks", "[drawing]") {
  const auto lines = draw_waveform(half_loud(0.5), 40, 11, true);
  CHECK(character(visible(lines.front()), 5) == U'█');
  CHECK(character(visible(lines.front()), 35) == U' ');
  CHECK(character(visible(lines[4]), 35) == U'▁');
  CHECK(character(visible(lines[5]), 35) == U'▇');  // Reversed: the eighth above it
  CHECK(lines[5].find("\x1b[7m") != std::string::npos);
}

TEST_CASE("What is very quiet stays small", "[drawing]") {
  const auto lines = draw_waveform(sine_clip(48000, 1, 48000, 100.0, 0.01), 40, 11, false);
  CHECK(character(lines.front(), 5) == U' ');
  CHECK(character(lines[3], 5) == U' ');
}

TEST_CASE("The ruler has ticks at their times and the length at its end", "[drawing]") {
  const auto lines = draw_waveform(noise_clip(8000, 1, 8 * 8000, 0.5, 1), 80, 5, false);
  const std::string& ruler = lines.back();
  CHECK(character(ruler, 0) == U'╵');
  CHECK(character(ruler, 20) == U'╵');
  CHECK(ruler.find("╵0 s") == 0);
  CHECK(ruler.find("╵2 s") != std::string::npos);
  CHECK(ruler.substr(ruler.size() - 5) == "8.0 s");
  const auto minutes = draw_waveform(noise_clip(8000, 1, 90 * 8000, 0.5, 1), 80, 5, false).back();
  CHECK(minutes.substr(minutes.size() - 4) == "1:30");
}

TEST_CASE("Odd requests are drawn all the same", "[drawing]") {
  for (const bool color : {false, true}) {
    CHECK(draw_waveform(AudioClip{48000, 2, {}}, 80, 8, color).size() == 8);
    CHECK(draw_waveform(AudioClip{}, 80, 8, color).size() == 8);
    CHECK(draw_waveform(AudioClip{48000, 1, {1.0F}}, 80, 8, color).size() == 8);
    CHECK(draw_waveform(AudioClip{48000, 1, {9.0F, -9.0F}}, -5, -5, color).size() == 3);
  }
}
