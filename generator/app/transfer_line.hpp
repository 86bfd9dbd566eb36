// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>

#include "generator/app/terminal.hpp"
#include "generator/model/store/transfer_progress.hpp"

namespace dgx::app {

/// Shows how far an installation or a check is on standard error: one line that is drawn over on a
/// terminal, one plain line a file elsewhere.
class TransferLine {
 public:
  explicit TransferLine(Terminal terminal) : terminal_(terminal) {}

  void show(const model::TransferProgress& progress);
  /// Takes the live line away again.
  void clear() { line_.clear(); }

 private:
  Terminal terminal_;
  LiveLine line_{};
  std::string last_file_{};
  model::TransferProgress::Phase last_phase_{};
  std::chrono::steady_clock::time_point last_drawn_{};
};

/// "fetching model.safetensors  1.2 GB of 2.4 GB  50 %", cut to the columns.
std::string transfer_text(const model::TransferProgress& progress, int columns);

}  // namespace dgx::app
