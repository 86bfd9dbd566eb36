// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <thread>

#include "generator/base/mutex.hpp"
#include "generator/base/result.hpp"
#include "plugin/client/service_address.hpp"

namespace dgx::plugin {

/// "Ardour", or the name of the program that this process runs.
std::string host_name();

/// Says to a service that runs whether the host plays, one look at a time. Starts none.
/// Threads: one.
class TransportNews {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  TransportNews(client::ClientOptions service, std::string host);

  /// `rolled`: the blocks so far during which the transport rolled. Where there are more than at
  /// the look before, it rolls; a plugin that the host does not run cannot say that.
  void look(std::uint64_t rolled, TimePoint now);
  /// Takes back what was said, if anything was.
  void withdraw();

 private:
  void tell(bool rolling, TimePoint now);

  client::ClientOptions service_;
  std::string client_;
  std::string host_;
  std::uint64_t seen_ = 0;
  bool told_rolling_ = false;
  TimePoint next_{};  ///< Before that nothing more is said of rolling on
};

/// Looks once a second, on a thread of its own that begins with begin().
/// Threads: any but the audio thread; `rolled` is called on its own.
class TransportReporter {
 public:
  /// Where no service can be met it says nothing.
  TransportReporter(Result<ServiceAddress> address, std::function<std::uint64_t()> rolled);

  void begin();

 private:
  void run(const std::stop_token& stop);

  Result<ServiceAddress> address_;
  std::function<std::uint64_t()> rolled_;
  Mutex mutex_;
  std::jthread thread_ DGX_GUARDED_BY(mutex_);  // Last: it uses all of the above.
};

}  // namespace dgx::plugin
