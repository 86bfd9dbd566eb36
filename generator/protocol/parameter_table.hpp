// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "generator/protocol/request.hpp"

// The one table of what can be asked for. Command-line flags, JSON validation and help text come
// from it; the OpenAPI document, MCP schemas and the panel's ranges will. A field is added here
// when every door can honour it, never before.
namespace dgx::protocol {

enum class ParameterKind {
  kText,
  kModelId,
  kNumber,
  kInteger,
  kSwitch,
  kChoice,
  kMeter,
  kKey,
  kFolder,
  kRecording  ///< A take's id, or the path of a WAV file
};

/// Which member of GenerationRequest a row describes. An optional member may be left unsaid.
using ParameterMember =
    std::variant<std::string GenerationRequest::*, std::optional<std::string> GenerationRequest::*,
                 double GenerationRequest::*, std::optional<double> GenerationRequest::*,
                 std::int64_t GenerationRequest::*,
                 std::optional<std::int64_t> GenerationRequest::*, bool GenerationRequest::*>;

struct Parameter {
  std::string_view name;
  ParameterKind kind;
  ParameterMember member;
  double minimum = 0;  ///< Of numbers: the value; of text: the count of code points
  double maximum = 0;
  std::array<std::string_view, 3> choices{};
  std::string_view default_text{};  ///< For people; the value itself is the member's initialiser
  std::string_view unit{};
  std::string_view help{};
};

using R = GenerationRequest;
using enum ParameterKind;

inline constexpr std::array<Parameter, 24> kParameters = {{
    {"prompt",
     kText,
     &R::prompt,
     3,
     1000,
     {},
     "required",
     "characters",
     "what the music should be, in your own words"},
    {"model",
     kModelId,
     &R::model,
     1,
     64,
     {},
     "best installed, else sketch",
     "",
     "id of an installed model"},
    {"duration",
     kNumber,
     &R::duration,
     1,
     300,
     {},
     "16, or the 4 bars' multiple nearest to it",
     "seconds",
     "length of a take"},
    {"bars", kInteger, &R::bars, 1, 128, {}, "", "bars", "length in bars, instead of duration"},
    {"bpm",
     kNumber,
     &R::bpm,
     30,
     300,
     {},
     "from the prompt, else the genre's",
     "BPM",
     "tempo in quarter notes a minute"},
    {"time_signature",
     kMeter,
     &R::time_signature,
     0,
     0,
     {},
     "from the prompt, else 4/4",
     "",
     "1 to 16 over 2, 4, 8 or 16, such as 6/8"},
    {"key",
     kKey,
     &R::key,
     0,
     0,
     {},
     "from the prompt, else by seed",
     "",
     "tonic and mode, such as F#m or Bb"},
    {"loop", kSwitch, &R::loop, 0, 0, {}, "off", "", "make the end meet the start"},
    {"stems", kSwitch, &R::stems, 0, 0, {}, "off", "", "write one file a part beside the mix"},
    {"variations",
     kInteger,
     &R::variations,
     1,
     8,
     {},
     "1",
     "takes",
     "takes to make, each with the next seed"},
    {"seed",
     kInteger,
     &R::seed,
     0,
     static_cast<double>(kSeedCount - 1),
     {},
     "random, recorded",
     "",
     "the same seed and request give the same samples"},
    {"temperature",
     kNumber,
     &R::temperature,
     0,
     2,
     {},
     "1",
     "",
     "how freely a model that samples chooses; 0 always takes the likeliest"},
    {"top_k",
     kInteger,
     &R::top_k,
     0,
     2048,
     {},
     "250",
     "codes",
     "a model that samples chooses among so many likeliest; 0 for all"},
    {"top_p",
     kNumber,
     &R::top_p,
     0,
     1,
     {},
     "0, off",
     "",
     "above 0, in place of top_k: among the likeliest that reach this probability"},
    {"cfg_coef",
     kNumber,
     &R::cfg_coef,
     1,
     10,
     {},
     "3",
     "",
     "how closely a model that samples follows the prompt"},
    {"continue_from",
     kRecording,
     &R::continue_from,
     1,
     4096,
     {},
     "",
     "",
     "take id or WAV that the take begins with"},
    {"melody",
     kRecording,
     &R::melody,
     1,
     4096,
     {},
     "",
     "",
     "take id or WAV whose melody a melody model follows"},
    {"loudness_lufs",
     kNumber,
     &R::loudness_lufs,
     -40,
     -5,
     {},
     "-16",
     "LUFS",
     "integrated loudness of the finished file"},
    {"true_peak_dbtp",
     kNumber,
     &R::true_peak_dbtp,
     -9,
     0,
     {},
     "-1",
     "dBTP",
     "ceiling that wins over loudness"},
    {"sample_rate",
     kInteger,
     &R::sample_rate,
     44100,
     192000,
     {},
     "48000",
     "Hz",
     "sample rate of the finished file"},
    {"bit_depth",
     kChoice,
     &R::bit_depth,
     0,
     0,
     {"16", "24", "32f"},
     "24",
     "",
     "sample format of the finished file"},
    {"output_dir",
     kFolder,
     &R::output_dir,
     1,
     4096,
     {},
     "the data folder's takes",
     "",
     "folder for the files, beneath an allowed root"},
    {"priority",
     kChoice,
     &R::priority,
     0,
     0,
     {"low", "normal", "high"},
     "normal",
     "",
     "place in the queue: a higher one overtakes up to 256 jobs a level"},
    {"idempotency_key",
     kText,
     &R::idempotency_key,
     1,
     64,
     {},
     "",
     "characters",
     "the same key and request give the same job, however often it is sent"},
}};

/// A value of a field before it is put into a request.
using FieldValue = std::variant<bool, std::int64_t, double, std::string>;

constexpr bool is_numeric(ParameterKind kind) {
  return kind == kNumber || kind == kInteger;
}

/// The row of that name, or nullptr.
const Parameter* find_parameter(std::string_view name);

/// "1 to 300 seconds", "16, 24 or 32f": what the field takes, for messages and help.
std::string describe_range(const Parameter& parameter);

/// The value in a request; nothing where it was not said.
std::optional<FieldValue> get_field(const GenerationRequest& request, const Parameter& parameter);

}  // namespace dgx::protocol
