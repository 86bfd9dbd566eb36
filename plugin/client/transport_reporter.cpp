// SPDX-License-Identifier: Apache-2.0
#include "plugin/client/transport_reporter.hpp"

#include <condition_variable>
#include <filesystem>
#include <utility>

#include "generator/base/ulid.hpp"
#include "generator/protocol/transport.hpp"

namespace dgx::plugin {
namespace {

using namespace std::chrono_literals;

constexpr auto kLook = 1000ms;
constexpr std::chrono::milliseconds kPatience = 500ms;
// Well within the lease; also how soon a service that begins meanwhile hears of it.
constexpr auto kRenewal = 2000ms;
// Of a service whose setting is off.
constexpr auto kSilence = 30'000ms;

}  // namespace

std::string host_name() {
  std::error_code error;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", error).filename().string();
  if (error || program.empty()) return "the host";
  if (program.starts_with("ardour") || program.starts_with("Ardour")) return "Ardour";
  return program.substr(0, protocol::kLongestTransportText);
}

TransportNews::TransportNews(client::ClientOptions service, std::string host)
    : service_(std::move(service)), client_(new_ulid()), host_(std::move(host)) {
  service_.patience = kPatience;
}

void TransportNews::look(std::uint64_t rolled, TimePoint now) {
  const bool rolls = rolled != std::exchange(seen_, rolled);
  if (rolls ? now >= next_ : told_rolling_) tell(rolls, now);
}

void TransportNews::withdraw() {
  if (told_rolling_) tell(false, {});
}

// What nobody heard need not be taken back, and what is not taken back ends by itself.
void TransportNews::tell(bool rolling, TimePoint now) {
  const auto view = client::GeneratorClient(service_).report_transport({client_, host_, rolling});
  told_rolling_ = rolling && view;
  next_ = !rolling ? now : now + (view && !view->free_while_rolling ? kSilence : kRenewal);
}

TransportReporter::TransportReporter(Result<ServiceAddress> address,
                                     std::function<std::uint64_t()> rolled)
    : address_(std::move(address)), rolled_(std::move(rolled)) {}

void TransportReporter::begin() {
  const MutexLock lock(mutex_);
  if (!address_ || thread_.joinable()) return;
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

void TransportReporter::run(const std::stop_token& stop) {
  TransportNews news(address_->client, host_name());
  Mutex mutex;
  std::condition_variable_any ended;
  while (!stop.stop_requested()) {
    {
      MutexLock lock(mutex);
      ended.wait_for(lock.native(), stop, kLook, [] { return false; });
    }
    if (!stop.stop_requested()) news.look(rolled_(), std::chrono::steady_clock::now());
  }
  news.withdraw();
}

}  // namespace dgx::plugin
