// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "generator/app/job_step.hpp"
#include "generator/app/terminal.hpp"
#include "generator/protocol/messages.hpp"

namespace dgx::app {

/// Shows how far a job is on standard error: one line that is drawn over on a terminal, one plain
/// line a phase elsewhere. A job that waits says why.
class ProgressLine {
 public:
  explicit ProgressLine(Terminal terminal) : terminal_(terminal) {}

  void show(const JobStep& step);

  /// Takes the live line away again, so that what follows starts on an empty one.
  void clear() { line_.clear(); }

 private:
  Terminal terminal_;
  LiveLine line_{};
  std::string last_words_{};
  int last_percent_ = -1;
};

/// "loading", "generating", ...: the phase in words for people.
std::string phase_text(protocol::Phase phase);

/// What a job does, or why it waits, in words that are safe to print.
std::string step_words(const JobStep& step);

/// The text of the live line without colours: phase, bar, percent, time left; or why it waits.
std::string progress_text(const JobStep& step, int columns);

}  // namespace dgx::app
