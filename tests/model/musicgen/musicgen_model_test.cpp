// SPDX-License-Identifier: Apache-2.0
// What a MusicGen model says of a request before it is loaded; no library is needed for that.
#include "generator/model/musicgen/musicgen_model.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cmath>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "generator/audio/wav_writer.hpp"
#include "generator/base/unique_fd.hpp"
#include "generator/model/musicgen/prompt_words.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temp_dir.hpp"

using namespace dgx;
using namespace dgx::test;

namespace {

std::unique_ptr<model::MusicModel> open_model(const std::string& name) {
  model::MusicGenOptions options;
  options.identity.id = "tiny-" + name;
  options.folder = std::filesystem::path(DGX_SOURCE_DIR) / "tests/golden/musicgen" / name;
  auto made = model::make_musicgen_model(options);
  REQUIRE_OK(made);
  return *std::move(made);
}

protocol::GenerationRequest request() {
  protocol::GenerationRequest request;
  request.prompt = "dusty drums and a warm Rhodes";
  request.seed = 1;
  return request;
}

std::string write_clip(const TempDir& folder, const std::string& name, int rate, double seconds) {
  AudioClip clip{rate, 2, {}};
  const auto frames = static_cast<std::size_t>(std::llround(seconds * rate));
  clip.samples.assign(2 * frames, 0.25F);
  const std::string path = (folder / name).string();
  const UniqueFd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC, 0600));
  REQUIRE_OK(write_wav(fd.get(), clip, SampleFormat::kPcm16, {}, 0));
  return path;
}

/// Puts bytes into a file, `behind` after the name of a chunk.
void patch_chunk(const std::string& path, const std::string& chunk, std::size_t behind,
                 const std::string& bytes) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  const std::string whole((std::istreambuf_iterator<char>(file)), {});
  const std::size_t place = whole.find(chunk);
  REQUIRE(place != std::string::npos);
  file.clear();
  file.seekp(static_cast<std::streamoff>(place + behind));
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

void check_refused(model::MusicModel& model, const protocol::GenerationRequest& asked,
                   const std::string& field, const std::string& part_of_sentence) {
  const Status answer = model.check(asked);
  REQUIRE_FALSE(answer);
  CHECK(answer.error().field == field);
  INFO(answer.error().message);
  CHECK(answer.error().message.find(part_of_sentence) != std::string::npos);
}

}  // namespace

TEST_CASE("A plain request is taken, and so is one with every way to sample", "[musicgen model]") {
  auto asked = request();
  CHECK(open_model("mono")->check(asked));
  asked.temperature = 0.7;
  asked.top_k = 100;
  asked.top_p = 0.9;
  asked.cfg_coef = 5;
  asked.bars = 8;
  asked.bpm = 92;
  asked.variations = 4;
  CHECK(open_model("mono")->check(asked));
}

TEST_CASE("What MusicGen cannot do is refused with the model's name", "[musicgen model]") {
  const auto model = open_model("mono");
  auto asked = request();
  asked.stems = true;
  check_refused(*model, asked, "stems", "tiny-mono makes one mix");
  asked = request();
  asked.loop = true;
  check_refused(*model, asked, "loop", "tiny-mono cannot close a loop");
  asked = request();
  asked.bars = 8;
  check_refused(*model, asked, "bpm", "8 bars needs a bpm");
  asked = request();
  asked.melody = "/music/hum.wav";
  check_refused(*model, asked, "melody", "tiny-mono takes no melody");
}

TEST_CASE("A recording is resampled and mixed, and refused where it is too long",
          "[musicgen model]") {
  const TempDir folder;
  const auto model = open_model("melody");
  auto asked = request();
  asked.duration = 10;
  asked.continue_from = write_clip(folder, "prompt.wav", 44'100, 4.0);
  asked.melody = write_clip(folder, "hum.wav", 48'000, 3.0);
  CHECK(model->check(asked));
  asked.duration = 3;
  check_refused(*model, asked, "continue_from", "at most 3 s, got 4 s");
  asked.duration = 60;
  asked.continue_from = write_clip(folder, "long.wav", 32'000, 31.0);
  check_refused(*model, asked, "continue_from", "at most 30 s, got 31 s");
}

TEST_CASE("A recording that is none is refused by name", "[musicgen model]") {
  const TempDir folder;
  const auto model = open_model("mono");
  auto asked = request();
  asked.continue_from = (folder / "missing.wav").string();
  check_refused(*model, asked, "continue_from", "must name a WAV file");
  const std::string text = (folder / "text.wav").string();
  const UniqueFd fd(::open(text.c_str(), O_RDWR | O_CREAT, 0600));
  REQUIRE(::write(fd.get(), "not a WAV at all", 16) == 16);
  asked.continue_from = text;
  check_refused(*model, asked, "continue_from", "must be a PCM or float WAV file");
}

TEST_CASE("A recording that is empty, far too long or neither PCM nor float is refused",
          "[musicgen model]") {
  const TempDir folder;
  const auto model = open_model("melody");
  auto asked = request();
  asked.continue_from = (folder / "empty.wav").string();
  std::ofstream(*asked.continue_from) << std::string(
      "RIFF\x24\0\0\0WAVEfmt \x10\0\0\0\1\0\1\0\0\x7d\0\0\0\xfa\0\0\2\0\x10\0data\0\0\0\0", 44);
  check_refused(*model, asked, "continue_from", "must have at least 1 frame, got 0");
  asked.continue_from.reset();
  asked.melody = write_clip(folder, "hours.wav", 8'000, 300.0);
  check_refused(*model, asked, "melody", "must be shorter than 300 s, got 300 s");
  asked.melody = write_clip(folder, "law.wav", 8'000, 1.0);
  patch_chunk(*asked.melody, "fmt ", 8, "\x07");  // WAVE_FORMAT_MULAW
  check_refused(*model, asked, "melody", "must be a PCM or float WAV file");
}

TEST_CASE("Fields are added to the prompt in words", "[musicgen model]") {
  auto asked = request();
  CHECK(musicgen::prompt_with_fields(asked) == asked.prompt);
  asked.bpm = 84;
  asked.time_signature = "3/4";
  asked.key = "F#m";
  CHECK(musicgen::prompt_with_fields(asked) ==
        asked.prompt + ", 84 bpm, 3/4 time, key of F# minor");
  asked.key = "Bb";
  CHECK(musicgen::prompt_with_fields(asked) ==
        asked.prompt + ", 84 bpm, 3/4 time, key of Bb major");
}

TEST_CASE("A file is named after telling words", "[musicgen model]") {
  CHECK(musicgen::name_words_of("Dusty drums and the warm Rhodes, 84 BPM") ==
        std::vector<std::string>{"dusty", "drums", "warm"});
  CHECK(musicgen::name_words_of("音楽 ♪ a b").empty());
}
