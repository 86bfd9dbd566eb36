// SPDX-License-Identifier: Apache-2.0
#include "generator/jobs/gpu_hold.hpp"

#include <algorithm>
#include <utility>

namespace dgx::jobs {
namespace {

constexpr std::size_t kMostHosts = 64;

}  // namespace

void GpuHold::drop_old() {
  const TimePoint now = options_.now();
  std::erase_if(leases_, [now](const auto& lease) { return lease.second.until <= now; });
}

// The lease that ends last.
const GpuHold::Lease* GpuHold::rolling() const {
  const TimePoint now = options_.now();
  const Lease* last = nullptr;
  for (const auto& [client, lease] : leases_) {
    if (lease.until > now && (last == nullptr || lease.until > last->until)) last = &lease;
  }
  return last;
}

Result<protocol::TransportView> GpuHold::report(const protocol::TransportReport& report) {
  const MutexLock lock(mutex_);
  drop_old();
  if (!report.rolling) {
    leases_.erase(report.client);
  } else if (leases_.size() < kMostHosts || leases_.contains(report.client)) {
    leases_[report.client] = {
        report.host, options_.now() + std::chrono::seconds(protocol::kTransportLeaseSeconds)};
  } else {
    return Error{ErrorCode::kUnavailable,
                 std::to_string(kMostHosts) + " hosts at once may say that they play"};
  }
  return protocol::TransportView{options_.on, !leases_.empty(), protocol::kTransportLeaseSeconds};
}

std::optional<std::string> GpuHold::host() const {
  const MutexLock lock(mutex_);
  const Lease* lease = options_.on ? rolling() : nullptr;
  return lease != nullptr ? std::optional(lease->host) : std::nullopt;
}

std::optional<GpuHold::TimePoint> GpuHold::until() const {
  const MutexLock lock(mutex_);
  const Lease* lease = options_.on ? rolling() : nullptr;
  return lease != nullptr ? std::optional(lease->until) : std::nullopt;
}

void GpuHold::learn(const std::vector<protocol::ModelDescription>& models) {
  const MutexLock lock(mutex_);
  models_.clear();
  for (const protocol::ModelDescription& model : models) {
    if (model.device.starts_with("cuda")) models_.push_back(model.identity.id);
  }
}

std::vector<std::string> GpuHold::held_models() const {
  const MutexLock lock(mutex_);
  return options_.on && rolling() != nullptr ? models_ : std::vector<std::string>();
}

std::optional<std::string> GpuHold::why_waits(const std::string& model) const {
  const auto held = held_models();
  const auto playing = host();
  if (!playing || std::find(held.begin(), held.end(), model) == held.end()) return std::nullopt;
  return "waits while " + *playing + " plays";
}

}  // namespace dgx::jobs
