// SPDX-License-Identifier: Apache-2.0
#include "tests/integration/judges.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <sstream>

#include "tests/integration/program.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/command.hpp"

namespace dgx::test {
namespace {

namespace fs = std::filesystem;

// The distribution's own, which has the distribution's modules.
const std::string kPython = "/usr/bin/python3 " DGX_SOURCE_DIR "/tests/integration/";

std::string said_by(const std::string& command) {
  const CommandResult result = run_command(command);
  INFO(command << "\n" << result.output.substr(0, 4000));
  REQUIRE(result.exit_code == 0);
  return result.output;
}

std::string argument(const fs::path& path) {
  return " " + quoted_for_shell(path.string());
}

// The number behind the last `label` of the text.
double last_number(const std::string& text, const std::string& label) {
  const auto at = text.rfind(label);
  INFO("no " << label << " in " << text.substr(0, 1000));
  REQUIRE(at != std::string::npos);
  return std::stod(text.substr(at + label.size()));
}

std::uint32_t number_at(const std::string& bytes, std::size_t at) {
  std::uint32_t value = 0;
  std::memcpy(&value, bytes.data() + at, sizeof value);  // Little-endian, as the machine is.
  return value;
}

}  // namespace

std::string quoted_for_shell(const std::string& word) {
  std::string text = "'";
  for (const char c : word) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return text + "'";
}

AudioFacts soxi_facts(const fs::path& wav) {
  const auto ask = [&](const char* flag) {
    return std::stoll(said_by(std::string("soxi ") + flag + argument(wav)));
  };
  return {ask("-r"), ask("-c"), ask("-s")};
}

AudioFacts ffprobe_facts(const fs::path& wav) {
  std::istringstream line(
      said_by("ffprobe -v error -show_entries stream=sample_rate,channels,duration_ts "
              "-of default=noprint_wrappers=1:nokey=1" +
              argument(wav)));
  AudioFacts facts;
  REQUIRE((line >> facts.sample_rate >> facts.channels >> facts.frames));
  return facts;
}

LoudnessJudgement ffmpeg_loudness(const fs::path& wav) {
  const std::string said = said_by(
      "ffmpeg -hide_banner -nostats -i" + argument(wav) +
      " -af ebur128=peak=true:metadata=1,ametadata=mode=print:file=- -f null - 2>/dev/null");
  // The filter says the highest peak so far, as an amplitude.
  return {last_number(said, "lavfi.r128.I="),
          20 * std::log10(last_number(said, "lavfi.r128.true_peak="))};
}

double judged_tempo(const fs::path& wav, const std::string& range) {
  return std::stod(
      said_by("sox" + argument(wav) + " -t raw -r 44100 -e float -c 1 - | bpm " + range));
}

std::vector<float> decoded_samples(const fs::path& wav) {
  const std::string bytes = said_by("ffmpeg -v error -i" + argument(wav) + " -f f32le -");
  std::vector<float> samples(bytes.size() / sizeof(float));
  std::memcpy(samples.data(), bytes.data(), samples.size() * sizeof(float));
  return samples;
}

MidiFacts mido_facts(const fs::path& midi) {
  std::istringstream lines(said_by(kPython + "midi_facts.py" + argument(midi)));
  MidiFacts facts;
  for (std::string line; std::getline(lines, line);) {
    const std::string name = line.substr(0, line.find(' '));
    const std::string value = line.substr(name.size() + 1);
    if (name == "bpm") facts.bpm = std::stod(value);
    if (name == "meter") facts.meter = value;
    if (name == "key") facts.key = value;
    if (name == "seconds") facts.seconds = std::stod(value);
    if (name == "track") facts.track_names.push_back(value);
  }
  return facts;
}

std::string sqlite3_says(const fs::path& database, const std::string& statement) {
  std::string said = said_by("sqlite3 -readonly -cmd '.timeout 5000'" + argument(database) + " " +
                             quoted_for_shell(statement) + " 2>&1");
  if (said.ends_with('\n')) said.pop_back();
  return said;
}

void sqlite3_changes(const fs::path& database, const std::string& statement) {
  said_by("sqlite3 -bail -cmd '.timeout 5000'" + argument(database) + " " +
          quoted_for_shell(statement) + " 2>&1");
}

std::optional<std::string> embedded_prompt(const fs::path& wav) {
  const std::string said = said_by(kPython + "embedded_prompt.py" + argument(wav));
  if (said.empty()) return std::nullopt;
  return said;
}

std::string data_chunk(const fs::path& wav) {
  const std::string bytes = read_file(wav);
  REQUIRE(bytes.size() > 12);
  CHECK(bytes.substr(0, 4) == "RIFF");
  CHECK(bytes.substr(8, 4) == "WAVE");
  CHECK(number_at(bytes, 4) + 8 == bytes.size());
  std::string data;
  std::size_t at = 12;
  while (at + 8 <= bytes.size()) {
    const std::size_t size = number_at(bytes, at + 4);
    if (bytes.compare(at, 4, "data") == 0) data = bytes.substr(at + 8, size);
    at += 8 + size + size % 2;
  }
  CHECK(at == bytes.size());  // The last chunk ends where the file does.
  return data;
}

std::string audio_sha256_by_coreutils(const fs::path& wav) {
  const TempDir folder;
  write_file(folder / "data", data_chunk(wav));
  return said_by("sha256sum <" + argument(folder / "data")).substr(0, 64);
}

}  // namespace dgx::test
