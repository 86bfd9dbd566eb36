// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace dgx::protocol {

/// What a person asks for. Every field is described, with its range and default, by the row of the
/// same name in parameter_table.hpp; a field without a value was not said, and what is not said is
/// decided by the prompt, then by the model. validate() tells whether the values make sense.
struct GenerationRequest {
  std::string prompt{};  ///< UTF-8
  std::optional<std::string> model{};
  std::optional<double> duration{};  ///< seconds
  std::optional<std::int64_t> bars{};
  std::optional<double> bpm{};                  ///< quarter notes a minute
  std::optional<std::string> time_signature{};  ///< "4/4"
  std::optional<std::string> key{};             ///< "F#m"
  bool loop = false;
  bool stems = false;
  std::int64_t variations = 1;
  std::optional<std::int64_t> seed{};  ///< Always set once the job is accepted.
  std::optional<double> temperature{};
  std::optional<std::int64_t> top_k{};
  std::optional<double> top_p{};
  std::optional<double> cfg_coef{};
  std::optional<std::string> continue_from{};  ///< A take's id, or the absolute path of a WAV
  std::optional<std::string> melody{};         ///< The same
  double loudness_lufs = -16.0;
  double true_peak_dbtp = -1.0;
  std::int64_t sample_rate = 48000;  ///< Hz
  std::string bit_depth = "24";      ///< "16", "24" or "32f"
  std::optional<std::string> output_dir{};
  std::optional<std::string> priority{};  ///< "low", "normal" or "high"
  std::optional<std::string> idempotency_key{};

  bool operator==(const GenerationRequest&) const = default;
};

/// Seeds live in [0, 2^53): every one survives a trip through a JSON number.
inline constexpr std::int64_t kSeedCount = std::int64_t{1} << 53;

/// The seed of take k of a job: (seed + k) mod 2^53.
constexpr std::int64_t seed_of_take(std::int64_t seed, int take) {
  return (seed + take) % kSeedCount;
}

}  // namespace dgx::protocol
