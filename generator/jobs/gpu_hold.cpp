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

// Of several always the same one, so that what people read stays.
std::optional<std::string> GpuHold::playing() const {
  if (!options_.on) return std::nullopt;
  const TimePoint now = options_.now();
  for (const auto& [client, lease] : leases_) {
    if (lease.until > now) return lease.host;
  }
  return std::nullopt;
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
  return playing();
}

std::optional<GpuHold::TimePoint> GpuHold::until() const {
  const MutexLock lock(mutex_);
  if (!playing()) return std::nullopt;
  TimePoint last{};
  for (const auto& [client, lease] : leases_) last = std::max(last, lease.until);
  return last;
}

void GpuHold::learn(const std::vector<protocol::ModelDescription>& models) {
  const MutexLock lock(mutex_);
  models_.clear();
  for (const protocol::ModelDescription& model : models) {
    if (model.device.starts_with("cuda")) models_.push_back(model.identity.id);
  }
}

GpuHold::Held GpuHold::held() const {
  const MutexLock lock(mutex_);
  auto host = playing();
  if (!host || models_.empty()) return {};
  return {*std::move(host), models_};
}

std::optional<std::string> GpuHold::why_waits(const std::string& model) const {
  const Held now = held();
  if (std::find(now.models.begin(), now.models.end(), model) == now.models.end()) return {};
  return "waits while " + now.host + " plays";
}

}  // namespace dgx::jobs
