// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "generator/base/mutex.hpp"
#include "generator/base/result.hpp"
#include "generator/base/unique_fd.hpp"
#include "generator/protocol/messages.hpp"
#include "generator/protocol/request.hpp"
#include "plugin/client/service_address.hpp"

namespace dgx::plugin {

/// What became of the request that was made last.
struct RequestNews {
  std::uint64_t request = 0;  ///< Counts requests; 0 before the first
  std::string job_id{};       ///< Empty until the service has it
  std::string problem{};      ///< Why the service never got it
};

/// What whoever makes takes wants to be asked and told; all on the maker's thread.
struct MakerHooks {
  /// The last touch to a request, such as the folder of the session; may do I/O.
  std::function<void(protocol::GenerationRequest&)> complete = [](auto&) {};
  /// Of a job that was asked for here, once it is completed: all its takes, in order.
  std::function<void(const std::vector<protocol::Take>&)> finished = [](const auto&) {};
  /// A sentence about a request that led to nothing.
  std::function<void(const std::string&)> failed = [](const auto&) {};
};

/// Asks the service for takes and follows the jobs until they end, on a thread of its own that
/// begins with the first request. Only a request starts the service where none runs; one that goes
/// away with a job is looked for again, at first after a second, at last every five.
///
/// Threads: any but the audio thread. The destructor ends calls under way; jobs go on without it.
class TakeMaker {
 public:
  /// Where no service can be met, each request fails with that reason.
  TakeMaker(Result<ServiceAddress> address, MakerHooks hooks);
  ~TakeMaker();
  TakeMaker(const TakeMaker&) = delete;
  TakeMaker& operator=(const TakeMaker&) = delete;

  void ask(protocol::GenerationRequest request);
  [[nodiscard]] RequestNews news() const;

 private:
  struct Wish {
    std::uint64_t number = 0;
    protocol::GenerationRequest request{};
  };

  void run(const std::stop_token& stop);
  std::optional<Wish> next_wish();
  void submit(Wish wish);
  Result<std::string> submitted(protocol::GenerationRequest& request);
  /// Waits for the next request, or for the end of an open job.
  void wait_for_wish(const std::stop_token& stop);
  Status follow(const std::stop_token& stop);
  Status settle_jobs();
  Status settle(const std::string& job_id);
  [[nodiscard]] bool has_wish() const;
  void pause(std::chrono::milliseconds at_most) const;

  Result<ServiceAddress> address_;
  MakerHooks hooks_;
  UniqueFd end_;   ///< Readable once the maker ends; ends calls under way
  UniqueFd news_;  ///< The same, and while there are wishes; ends the wait for events

  // The thread's own.
  std::vector<std::string> open_jobs_{};

  mutable Mutex mutex_{};
  std::condition_variable_any wished_{};
  std::deque<Wish> wishes_ DGX_GUARDED_BY(mutex_){};
  RequestNews last_ DGX_GUARDED_BY(mutex_){};
  std::jthread thread_ DGX_GUARDED_BY(mutex_){};
};

}  // namespace dgx::plugin
