// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "generator/protocol/api_messages.hpp"
#include "generator/protocol/messages.hpp"
#include "ui/model/intents.hpp"

namespace dgx::ui {

/// A take as the panel shows it: its row, and what its receipt says.
struct ShownTake {
  protocol::Take take{};
  std::optional<protocol::Receipt> receipt{};  ///< Not set until completed
  /// What a person called it, else its prompt.
  [[nodiscard]] const std::string& title() const;
  /// "8 bars · 84 BPM · C minor · 22.9 s"
  [[nodiscard]] std::string facts() const;
};

/// The takes that the history panel lists, which of them is selected, and how they look. Threads:
/// one at a time.
class HistoryModel {
 public:
  ShowHistory asked{};  ///< What the list is to show
  bool read = false;    ///< True once the service has answered
  std::int64_t total = 0;
  std::vector<ShownTake> takes{};  ///< The newest first

  void show(const ShowHistory& answered, const protocol::HistoryPage& page);
  void change(const protocol::Take& take);
  void keep_waveform(protocol::PeaksMessage peaks);

  /// Selects a take of the list; nothing happens where it is not in it.
  void select(const std::string& take_id);
  [[nodiscard]] const ShownTake* selected() const;
  [[nodiscard]] const ShownTake* find(const std::string& take_id) const;
  [[nodiscard]] const protocol::PeaksMessage* waveform(const std::string& take_id) const;

 private:
  std::string selected_id_{};
  std::map<std::string, protocol::PeaksMessage> waveforms_{};
};

}  // namespace dgx::ui
