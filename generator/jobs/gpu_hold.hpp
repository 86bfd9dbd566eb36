// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "generator/base/mutex.hpp"
#include "generator/base/result.hpp"
#include "generator/protocol/messages.hpp"
#include "generator/protocol/transport.hpp"

namespace dgx::jobs {

struct GpuHoldOptions {
  bool on = false;  ///< The setting gpu_free_while_rolling
  std::function<std::chrono::steady_clock::time_point()> now = std::chrono::steady_clock::now;
};

/// Keeps the GPU free while a host plays: which hosts said that their transport rolls, each for
/// kTransportLeaseSeconds, and which models compute on a card and therefore wait. A job that runs
/// goes on; nothing here touches it.
///
/// Threads: any.
class GpuHold {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  /// Who keeps which models from beginning; nothing where none is kept. Two that are equal give
  /// every job the same reason to wait.
  struct Held {
    std::string host{};
    std::vector<std::string> models{};
    bool operator==(const Held&) const = default;
  };

  explicit GpuHold(GpuHoldOptions options) : options_(std::move(options)) {}

  /// Takes down what a host says. kUnavailable where more hosts roll than anybody has.
  Result<protocol::TransportView> report(const protocol::TransportReport& report);

  /// Whether jobs may have to wait now: the setting is on, and a host plays.
  [[nodiscard]] bool is_on() const { return host().has_value(); }
  /// The host that plays, where the setting is on.
  [[nodiscard]] std::optional<std::string> host() const;
  /// When that ends, unless a host says again that it plays.
  [[nodiscard]] std::optional<TimePoint> until() const;

  /// What the engine's models say of themselves; those whose device is a card are held.
  void learn(const std::vector<protocol::ModelDescription>& models);
  /// The models for which no attempt may begin now, and the host that plays.
  [[nodiscard]] Held held() const;
  /// "waits while Ardour plays", where a job for that model has to.
  [[nodiscard]] std::optional<std::string> why_waits(const std::string& model) const;

 private:
  struct Lease {
    std::string host{};
    TimePoint until{};
  };
  void drop_old() DGX_REQUIRES(mutex_);
  [[nodiscard]] std::optional<std::string> playing() const DGX_REQUIRES(mutex_);

  GpuHoldOptions options_;
  mutable Mutex mutex_;
  std::map<std::string, Lease> leases_ DGX_GUARDED_BY(mutex_);  ///< By client
  std::vector<std::string> models_ DGX_GUARDED_BY(mutex_);      ///< That compute on a card
};

}  // namespace dgx::jobs
