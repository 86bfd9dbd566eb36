// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "plugin/instrument/panel_port.hpp"
#include "ui/model/panel_model.hpp"
#include "ui/poller/generator_poller.hpp"

namespace dgx::plugin {

/// A panel's model between its instrument and the service: requests and pads go to the instrument,
/// which works on when the panel is closed; all else goes through the panel's own poller. Opening
/// one starts no service. Threads: the one that draws; nothing here blocks.
class PanelSession {
 public:
  using Clock = std::chrono::steady_clock;

  PanelSession(PanelPort& instrument, ui::PollerOptions service);
  ~PanelSession();
  PanelSession(const PanelSession&) = delete;
  PanelSession& operator=(const PanelSession&) = delete;

  ui::PanelModel model{};

  /// Lets news in and carries acts out; true where the panel may look otherwise.
  bool update(Clock::time_point now = Clock::now());
  /// True once after the prompt was changed by somebody else than the panel.
  bool take_prompt_change() { return std::exchange(prompt_was_replaced_, false); }

 private:
  bool take_news();
  bool let_in(const ui::Update& update);
  bool follow_request();
  bool look_at_pads();
  bool look_at_keys();
  bool look_at_audition();
  bool look_at_host();
  bool look_at_prompt(Clock::time_point now);
  void carry_out_acts();
  void tell_prompt();

  PanelPort& instrument_;
  ui::GeneratorPoller poller_;
  std::uint64_t request_ = 0;  ///< The last one that the model knows of
  bool job_is_shown_ = true;   ///< Of that request
  std::optional<std::uint32_t> pad_changes_{};
  std::string known_prompt_{};  ///< As the instrument has it
  std::string typed_prompt_{};  ///< As it was at the last look
  Clock::time_point typed_at_{};
  bool prompt_was_replaced_ = false;
};

}  // namespace dgx::plugin
