// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "generator/app/terminal.hpp"
#include "generator/protocol/messages.hpp"

namespace dgx::app {

/// Shows how far a job is on standard error: one line that is drawn over on a terminal, one plain
/// line a phase elsewhere.
class ProgressLine {
 public:
  explicit ProgressLine(Terminal terminal) : terminal_(terminal) {}

  void show(double fraction, const protocol::Progress& progress);

  /// Takes the live line away again, so that what follows starts on an empty one.
  void clear();

 private:
  Terminal terminal_;
  std::optional<protocol::Phase> last_phase_{};
  int last_percent_ = -1;
  bool drawn_ = false;
};

/// "loading", "generating", ...: the phase in words for people.
std::string phase_text(protocol::Phase phase);

/// The text of the live line without colours: phase, bar, percent, time left.
std::string progress_text(double fraction, const protocol::Progress& progress, int columns);

}  // namespace dgx::app
