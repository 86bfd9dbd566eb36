// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <optional>
#include <stop_token>
#include <thread>
#include <vector>

#include "generator/base/mutex.hpp"
#include "generator/base/unique_fd.hpp"
#include "generator/client/generator_client.hpp"
#include "generator/client/service_starter.hpp"
#include "ui/model/intents.hpp"
#include "ui/model/updates.hpp"

namespace dgx::ui {

struct PollerOptions {
  client::ClientOptions address{};
  client::ServiceCommand service{};  ///< How one is started where none runs
  /// Called from the poller's threads when an update has come. Must not block.
  std::function<void()> wake = [] {};
};

/// Carries intents to the service and brings updates back, on two threads of its own: one that
/// makes calls, one that follows the events. Looking never starts a service; the first intent does.
/// A service that goes away is looked for again, at first after a second, at last every five.
/// Failure: what cannot be carried out comes back as Refused. Threads: post() and take_updates()
/// from one thread, which they never make wait for the service; the destructor ends calls under
/// way.
class GeneratorPoller {
 public:
  explicit GeneratorPoller(PollerOptions options);
  ~GeneratorPoller();
  GeneratorPoller(const GeneratorPoller&) = delete;
  GeneratorPoller& operator=(const GeneratorPoller&) = delete;

  void post(Intent intent);
  /// What has come since the last call, in order.
  std::vector<Update> take_updates();

 private:
  void carry_out_intents(const std::stop_token& stop);
  void follow_service(const std::stop_token& stop);
  std::optional<Intent> next_intent(const std::stop_token& stop);
  /// False where none runs and none could be started; said by an update.
  bool have_service(const Intent& intent);
  void carry_out(const Intent& intent);
  [[nodiscard]] Result<std::optional<protocol::Health>> look() const;
  /// Follows the events until they end.
  Status follow_events(client::GeneratorClient& service);
  Status tell_all(client::GeneratorClient& service);
  Status tell_queue(client::GeneratorClient& service);
  Status tell_event(client::GeneratorClient& service, const client::Event& event);
  /// Waits until it is time to look again, or an intent needed the service, or the end.
  void pause(std::chrono::milliseconds at_most);
  void push(Update update);

  PollerOptions options_;
  UniqueFd end_;   ///< Readable once the poller ends; ends calls under way
  UniqueFd look_;  ///< Readable when there is reason to look for the service at once

  std::atomic<bool> starting_ = false;

  Mutex mutex_{};
  std::condition_variable posted_{};
  std::deque<Intent> intents_ DGX_GUARDED_BY(mutex_){};
  std::vector<Update> updates_ DGX_GUARDED_BY(mutex_){};

  std::jthread caller_{};
  std::jthread follower_{};
};

}  // namespace dgx::ui
