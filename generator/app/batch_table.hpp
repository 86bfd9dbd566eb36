// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "generator/app/terminal.hpp"
#include "generator/protocol/messages.hpp"

namespace dgx::app {

/// One line of a batch file on its way: what the table shows of it and what becomes of it.
struct BatchEntry {
  std::int64_t number = 0;  ///< Its line in the file
  std::string prompt{};
  std::string job_id{};  ///< Empty where the line was refused
  protocol::JobStatus status = protocol::JobStatus::kPending;
  double fraction = 0;  ///< 0 to 1
  protocol::Progress progress{};
  std::optional<std::string> waits{};  ///< Why a pending one is not begun, as JobView has it
  std::optional<Error> error{};
  std::vector<std::string> receipts{};  ///< Of the completed takes, as JSON

  [[nodiscard]] bool is_open() const;
};

/// The rows of the live table, none wider than the terminal: what is rendered, what waits next, and
/// how many there are of each kind. At most `most_rows` of them.
std::vector<std::string> batch_rows(const std::vector<BatchEntry>& entries, int columns,
                                    std::size_t most_rows);

/// Draws rows over each other at the end of a terminal. Draws nothing where nobody looks.
/// Threads: one at a time.
class LiveTable {
 public:
  explicit LiveTable(Terminal terminal) : terminal_(terminal) {}

  void show(const std::vector<BatchEntry>& entries);
  /// Takes the rows away again, so that lines that stay can be written.
  void clear();

 private:
  Terminal terminal_;
  std::vector<std::string> drawn_{};
};

}  // namespace dgx::app
