// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "generator/base/mutex.hpp"
#include "generator/protocol/request.hpp"
#include "plugin/client/take_maker.hpp"
#include "plugin/instrument/panel_port.hpp"

namespace dgx::plugin {

/// The prompt of an instrument and its last request, and what makes takes of them. Threads: any
/// but the audio thread.
class RequestDesk {
 public:
  RequestDesk(Result<ServiceAddress> address, MakerHooks hooks)
      : maker_(std::move(address), std::move(hooks)) {}

  /// False where it was that already.
  bool set_prompt(std::string prompt);
  [[nodiscard]] std::string prompt() const;
  /// What is in a text file of at most 4000 bytes, as one line.
  static Result<std::string> read_prompt(const std::filesystem::path& file);

  /// JSON of the last request; empty before the first.
  [[nodiscard]] std::string request() const;
  void restore(std::string prompt, std::string request);

  /// Asks for takes; that and its prompt become the instrument's own.
  void ask(const protocol::GenerationRequest& request);
  /// Asks once more for the last request's settings, with the instrument's prompt or another one,
  /// at the host's tempo and rate. An error where nothing that is known would make a request.
  Status ask_again(const std::optional<std::string>& other_prompt,
                   const std::optional<HostTempo>& host, double sample_rate);
  [[nodiscard]] RequestNews news() const { return maker_.news(); }

 private:
  mutable Mutex mutex_{};
  std::string prompt_ DGX_GUARDED_BY(mutex_){};
  std::string request_ DGX_GUARDED_BY(mutex_){};
  TakeMaker maker_;  // Last: its hooks may use the above.
};

}  // namespace dgx::plugin
