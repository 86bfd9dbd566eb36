// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "generator/base/error.hpp"
#include "generator/protocol/request.hpp"

// Plain structs that cross a process border or are stored. Their JSON form is in codec.hpp, and
// tests/golden holds one file for each.
namespace dgx::protocol {

enum class JobStatus { kPending, kProcessing, kCompleted, kFailed, kCancelled };

std::string_view to_string(JobStatus status);
std::optional<JobStatus> parse_job_status(std::string_view name);

/// Where a job is. The phases come in this order; a model skips what it does not need.
enum class Phase { kQueued, kLoading, kEncoding, kGenerating, kDecoding, kFitting, kFinishing };

std::string_view to_string(Phase phase);
std::optional<Phase> parse_phase(std::string_view name);

struct Progress {
  Phase phase = Phase::kQueued;
  std::int64_t step = 0;                ///< Of the phase, for the take that is being made
  std::int64_t steps = 0;               ///< 0 where the phase has no steps.
  std::optional<double> eta_seconds{};  ///< Time left of the whole job, where it is known.
};

/// The identity of a model as it stands in history and receipts.
struct ModelIdentity {
  std::string id{};       ///< "sketch", "musicgen-small"
  std::string version{};  ///< Of the model, not of the program.
  std::string sha256{};   ///< Of what decides its output: weights, or the sketch model's data.
  std::string licence{};  ///< SPDX id of what it was made from
  std::string notice{};   ///< One sentence shown wherever a take of this model is shown.
};

/// What a model is and can do. Known without loading it.
struct ModelDescription {
  ModelIdentity identity{};
  std::int64_t sample_rate = 0;  ///< Of the audio it gives, Hz
  std::int64_t channels = 0;     ///< Of the audio it gives
  bool keeps_time = false;       ///< Tempo and bars are exact by construction
  bool gives_stems = false;
  bool gives_midi = false;
  std::string kernel{};  ///< What computes the samples, with its version
  std::string device{};  ///< "cpu", "cuda:0"; before it is loaded, where it is going to be
  std::string dtype{};
  /// What making a take of 30 s takes of that device's memory; not set where nobody knows.
  std::optional<std::int64_t> memory_bytes{};
};

struct StemFile {
  std::string part{};  ///< "drums", "bass", ...
  std::string file_path{};
};

/// Loudness by ITU-R BS.1770-4 and EBU R 128, measured on the finished samples.
struct LoudnessFacts {
  std::optional<double> integrated_lufs{};  ///< Not set below the gate: a silent take.
  std::optional<double> short_term_max_lufs{};
  std::optional<double> range_lu{};
  std::optional<double> true_peak_dbtp{};  ///< Not set for digital silence.
  double gain_db = 0.0;                    ///< What was applied, once, to all samples.
  double short_of_target_lu = 0.0;  ///< How much quieter than asked, where the ceiling bound.
};

struct TempoFacts {
  std::optional<double> bpm{};
  std::optional<double> confidence{};  ///< 0 to 1; 1 where the model keeps time by construction.
  std::string fit = "off";             ///< "off", "exact" (kept time by itself), later "stretched"
  std::optional<std::int64_t> bars{};
  std::string time_signature{};
};

struct LoopFacts {
  double seam_db = 0.0;  ///< The step from the last to the first sample, dBFS
};

struct EngineFacts {
  std::string version{};
  std::string kernel{};  ///< What computed the samples: "fluidsynth 2.3.1"
  std::string dtype{};
  std::string device{};
};

struct Times {
  std::string created_at{};  ///< RFC 3339, UTC, milliseconds
  std::string completed_at{};
  double loading_seconds = 0.0;
  double generating_seconds = 0.0;
  double finishing_seconds = 0.0;
};

/// A fact that the model chose or read: {"genre", "lofi", "prompt"}.
struct Choice {
  std::string name{};
  std::string value{};
  std::string source{};  ///< "request", "prompt", "genre" or "seed"
};

/// The record of a take.
struct Receipt {
  std::string take_id{};
  std::string job_id{};
  std::string file_path{};  ///< Absolute path of the WAV
  std::optional<std::string> midi_path{};
  std::vector<StemFile> stems{};
  std::string prompt{};       ///< As the person wrote it
  std::string prompt_sent{};  ///< As the model got it
  GenerationRequest request{};
  std::int64_t seed = 0;  ///< Of this take
  ModelIdentity model{};
  double duration_seconds = 0.0;
  std::int64_t frames = 0;  ///< At the request's sample rate
  std::int64_t channels = 2;
  std::string audio_sha256{};  ///< Of the sample data as stored in the WAV's data chunk
  LoudnessFacts loudness{};
  TempoFacts tempo{};
  std::optional<std::string> key{};
  std::optional<LoopFacts> loop{};  ///< Of a take whose end was asked to meet its start
  EngineFacts engine{};
  Times times{};
  std::vector<Choice> choices{};             ///< What the model decided and why
  std::vector<std::string> ignored_words{};  ///< Words of the prompt the model does not know
  std::vector<std::string> warnings{};
};

/// One row of `jobs`.
struct Job {
  std::string id{};
  JobStatus status = JobStatus::kPending;
  GenerationRequest request{};
  std::int64_t attempt = 0;  ///< How often an engine has begun it
  std::string created_at{};
  std::string completed_at{};    ///< Empty until it has ended
  std::optional<Error> error{};  ///< Of a failed job
  std::vector<std::string> take_ids{};
  std::int64_t token = 0;     ///< Of the attempt: rises each time that somebody begins the job
  bool embed_receipt = true;  ///< Put the receipt, and with it the prompt, into the WAVs
};

/// One row of `generations`, as history shows it.
struct Take {
  std::string id{};
  std::string job_id{};
  JobStatus status = JobStatus::kPending;
  std::string prompt{};
  std::string model_name{};
  std::string model_version{};
  double duration_seconds = 0.0;
  int sample_rate = 0;
  int channels = 0;
  std::string file_path{};
  std::int64_t file_size_bytes = 0;
  std::string created_at{};
  std::string completed_at{};
  double generation_time_seconds = 0.0;
  std::string error_message{};
  std::string receipt_json{};  ///< Empty until completed
  bool favourite = false;
  std::optional<std::string> name{};        ///< What a person called it
  std::optional<std::string> trashed_at{};  ///< Since when it lies in the trash
};

/// One page of the history, the newest take first.
struct HistoryPage {
  std::vector<Take> takes{};
  std::int64_t total = 0;  ///< Of all pages
  std::int64_t page = 1;
  std::int64_t page_size = 20;
};

}  // namespace dgx::protocol
