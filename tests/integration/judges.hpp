// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

// What programs that are not ours say about our files: soxi, ffprobe, ffmpeg, bpm, mido, sqlite3.
// Each fails the test where the judge itself cannot read the file.
namespace dgx::test {

struct AudioFacts {
  std::int64_t sample_rate = 0;
  std::int64_t channels = 0;
  std::int64_t frames = 0;
  bool operator==(const AudioFacts&) const = default;
};

AudioFacts soxi_facts(const std::filesystem::path& wav);
AudioFacts ffprobe_facts(const std::filesystem::path& wav);

struct LoudnessJudgement {
  double integrated_lufs = 0;
  double true_peak_dbtp = 0;
};

/// By ffmpeg's ebur128 filter, to three decimals.
LoudnessJudgement ffmpeg_loudness(const std::filesystem::path& wav);

/// Beats a minute by bpm-tools, which looks between the ends of `range` ("-m 84 -x 146").
double judged_tempo(const std::filesystem::path& wav, const std::string& range);

/// All samples, interleaved, as ffmpeg decodes them.
std::vector<float> decoded_samples(const std::filesystem::path& wav);

struct MidiFacts {
  double bpm = 0;
  std::string meter{};
  std::string key{};
  double seconds = 0;  ///< To the last event
  std::vector<std::string> track_names{};
};

/// By mido.
MidiFacts mido_facts(const std::filesystem::path& midi);

/// What sqlite3 prints for a statement, without the last newline. The database is only read.
std::string sqlite3_says(const std::filesystem::path& database, const std::string& statement);
/// The same, but the statement may write.
void sqlite3_changes(const std::filesystem::path& database, const std::string& statement);

/// The prompt in the receipt that a WAV carries in its iXML chunk, as Python's XML and JSON
/// readers find it; nothing where there is no receipt.
std::optional<std::string> embedded_prompt(const std::filesystem::path& wav);

/// The bytes of a WAV's data chunk, and that nothing lies behind the end of the RIFF.
std::string data_chunk(const std::filesystem::path& wav);

/// The SHA-256 of those bytes, by sha256sum.
std::string audio_sha256_by_coreutils(const std::filesystem::path& wav);

/// A word for the shell.
std::string quoted_for_shell(const std::string& word);

}  // namespace dgx::test
