// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cmath>

#include "tests/integration/judges.hpp"
#include "tests/integration/program.hpp"
#include "tests/support/catch.hpp"

using namespace dgx::test;
using dgx::protocol::Receipt;

namespace {

struct Clip {
  const char* prompt;
  double bpm;
  const char* meter;
  const char* key;
  const char* bpm_tool_range;  ///< An octave about the genre's tempi; "" = no drums to judge by
};

// One of each genre, each with another meter, rate or length.
constexpr std::array kClips = {
    Clip{"lo-fi hip hop, dusty drums, warm Rhodes, 84 BPM, C minor", 84, "4/4", "Cm",
         "-m 60 -x 110"},
    Clip{"hard trap with 808s, 140 BPM, F# minor", 140, "4/4", "F#m", "-m 84 -x 146"},
    Clip{"deep house, 124 BPM, A minor", 124, "4/4", "Am", "-m 84 -x 146"},
    Clip{"drum and bass, 174 BPM, E minor", 174, "4/4", "Em", "-m 120 -x 190"},
    Clip{"synthwave night drive, 100 BPM, D minor", 100, "4/4", "Dm", "-m 84 -x 146"},
    Clip{"ambient pads, slow and calm, 60 BPM, 3/4, Eb major", 60, "3/4", "Eb", ""},
};

std::int64_t frames_of(const Receipt& receipt, const Clip& clip) {
  const double quarters = 4.0 * std::atoi(clip.meter) / std::atoi(clip.meter + 2);
  return std::llround(static_cast<double>(*receipt.tempo.bars) * quarters * 60 / clip.bpm *
                      static_cast<double>(receipt.request.sample_rate));
}

void judge_audio(const Receipt& receipt, const Clip& clip) {
  const AudioFacts expected{48000, 2, frames_of(receipt, clip)};
  CHECK(receipt.frames == expected.frames);
  CHECK(soxi_facts(receipt.file_path) == expected);
  CHECK(ffprobe_facts(receipt.file_path) == expected);
  CHECK(data_chunk(receipt.file_path).size() == static_cast<std::size_t>(expected.frames) * 2 * 3);

  const LoudnessJudgement judged = ffmpeg_loudness(receipt.file_path);
  CHECK(judged.true_peak_dbtp <= -1.0 + 0.1);
  CHECK(std::abs(judged.integrated_lufs - *receipt.loudness.integrated_lufs) <= 0.1);
  if (receipt.loudness.short_of_target_lu == 0) {
    CHECK(std::abs(judged.integrated_lufs + 16) <= 0.1);
  } else {
    CHECK(judged.true_peak_dbtp >= -1.5);  // The ceiling is why it is not louder.
  }
}

void judge_tempo(const Receipt& receipt, const Clip& clip) {
  if (*clip.bpm_tool_range == '\0') return;
  const double judged = judged_tempo(receipt.file_path, clip.bpm_tool_range);
  const std::array ratios = {1.0, 2.0, 0.5};
  INFO("bpm-tools hear " << judged);
  CHECK(std::any_of(ratios.begin(), ratios.end(), [&](double ratio) {
    return std::abs(judged / (clip.bpm * ratio) - 1) < 0.01;
  }));
}

void judge_midi(const Receipt& receipt, const Clip& clip) {
  REQUIRE(receipt.midi_path.has_value());
  const MidiFacts midi = mido_facts(*receipt.midi_path);
  CHECK(midi.bpm == Approx(clip.bpm).margin(0.001));  // MIDI counts whole microseconds.
  CHECK(midi.meter == clip.meter);
  CHECK(midi.key == clip.key);
  CHECK(midi.seconds == Approx(receipt.duration_seconds).margin(0.01));
  for (const auto& choice : receipt.choices) {
    if (!choice.name.starts_with("instrument.") || choice.name == "instrument.texture") continue;
    const std::string part = choice.name.substr(std::string("instrument.").size());
    INFO(part);
    CHECK(std::count(midi.track_names.begin(), midi.track_names.end(), part) == 1);
  }
}

void judge_history(const Program& program, const Receipt& receipt) {
  CHECK(sqlite3_says(program.database(), "PRAGMA integrity_check") == "ok");
  CHECK(sqlite3_says(program.database(),
                     "SELECT status, prompt, file_path, sample_rate, channels FROM generations "
                     "WHERE id = '" +
                         receipt.take_id + "'") ==
        "completed|" + receipt.prompt + "|" + receipt.file_path + "|48000|2");
  CHECK(sqlite3_says(program.database(),
                     "SELECT json_extract(metadata, '$.audio_sha256') FROM generations") ==
        receipt.audio_sha256);
  CHECK(sqlite3_says(program.database(), "SELECT state FROM jobs") == "completed");
}

}  // namespace

TEST_CASE("Clips of six genres are what they say, by judges that are not ours", "[integration]") {
  for (const Clip& clip : kClips) {
    INFO(clip.prompt);
    const Program program;
    const auto receipts = program.generate({clip.prompt, "--seed", "11"});
    REQUIRE(receipts.size() == 1);
    CHECK(receipts[0].model.id == "sketch");
    CHECK(receipts[0].prompt == clip.prompt);
    judge_audio(receipts[0], clip);
    judge_tempo(receipts[0], clip);
    judge_midi(receipts[0], clip);
    judge_history(program, receipts[0]);
    CHECK(audio_sha256_by_coreutils(receipts[0].file_path) == receipts[0].audio_sha256);
  }
}

TEST_CASE("Clips of other shapes have their exact length and format", "[integration]") {
  const Program program;
  const auto meter = program.generate({"house", "--bpm", "97.3", "--bars", "5", "--time-signature",
                                       "7/8", "--sample-rate", "44100", "--bit-depth", "16"});
  // 5 bars of 3.5 quarters at 97.3 quarters a minute, by hand: 475899.28...
  CHECK(soxi_facts(meter[0].file_path) == AudioFacts{44100, 2, 475899});
  CHECK(data_chunk(meter[0].file_path).size() == 475899 * 2 * 2);

  const auto seconds = program.generate(
      {"ambient", "--duration", "3.7", "--sample-rate", "96000", "--bit-depth", "32f"});
  CHECK(soxi_facts(seconds[0].file_path) == AudioFacts{96000, 2, 355200});
  CHECK(ffprobe_facts(seconds[0].file_path) == AudioFacts{96000, 2, 355200});
}
