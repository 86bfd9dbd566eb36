// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "generator/base/result.hpp"
#include "generator/protocol/request.hpp"

namespace dgx::ui {

/// What the host says about its session; a field without a value is not known.
struct HostFacts {
  std::optional<double> bpm{};                  ///< Quarter notes a minute
  std::optional<std::string> time_signature{};  ///< "4/4"
  std::optional<std::int64_t> sample_rate{};    ///< Hz
  std::optional<std::string> session_takes{};   ///< Folder for takes, in a saved session
  bool rolling = false;
};

enum class LengthUnit { kBars, kSeconds };
enum class TempoSource {
  kHost,    ///< The session's, where the host tells it
  kPrompt,  ///< What the prompt says, else the model's choice
  kOwn      ///< What the person set here
};

/// What is asked for: the prompt and all settings around it. Plain values that the panel edits, and
/// the request that they make. Threads: one at a time.
class PromptModel {
 public:
  std::string text{};  ///< UTF-8, one paragraph
  LengthUnit unit = LengthUnit::kBars;
  std::int64_t bars = 8;
  double seconds = 16;
  TempoSource tempo = TempoSource::kHost;
  double own_bpm = 120;
  std::optional<std::string> key{};  ///< Not set: from the prompt
  std::int64_t variations = 1;
  std::int64_t seed = 1;
  bool seed_locked = false;  ///< Not locked: a new seed for each job
  std::optional<std::string> model{};
  bool loop = false;
  bool stems = false;
  double loudness_lufs = -16;
  double true_peak_dbtp = -1;
  double temperature = 1;
  std::int64_t top_k = 250;
  double top_p = 0;
  double cfg_coef = 3;

  [[nodiscard]] std::size_t character_count() const;

  /// True where `word` stands in the prompt as words of its own, in any case.
  [[nodiscard]] bool has_word(std::string_view word) const;
  /// Takes `word` out where it stands in the prompt, else adds it at the end, after a comma.
  void toggle_word(std::string_view word);

  /// The request for the host's session; the sampling fields only where the model samples. The
  /// error names what is wrong in words for a person, and the field.
  [[nodiscard]] Result<protocol::GenerationRequest> request(const HostFacts& host,
                                                            bool model_samples) const;
  /// Sets everything to what made an earlier take.
  void recall(const protocol::GenerationRequest& request);

  /// The tempo that a request would name; nothing where the prompt decides.
  [[nodiscard]] std::optional<double> asked_bpm(const HostFacts& host) const;

  // Earlier prompts, as a shell recalls lines. What is being written is the newest "line" and comes
  // back after the last one.
  void remember(const std::string& prompt);
  bool recall_older();
  bool recall_newer();
  [[nodiscard]] const std::vector<std::string>& earlier() const { return earlier_; }

 private:
  [[nodiscard]] std::optional<std::size_t> find_word(std::string_view word) const;

  std::vector<std::string> earlier_{};     ///< The newest first
  std::optional<std::size_t> recalled_{};  ///< Which of them stands in `text`
  std::string draft_{};
};

}  // namespace dgx::ui
