// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "generator/app/settings.hpp"
#include "generator/base/result.hpp"
#include "generator/client/generator_client.hpp"
#include "generator/protocol/messages.hpp"

namespace dgx::app {

/// Where the service of these settings is met.
client::ClientOptions service_address(const Settings& settings);

/// True where a service runs. kConflict where it was started with other settings, so that it would
/// answer otherwise than this program was told to.
Result<bool> service_runs(const Settings& settings);

/// A client of the service that runs, or of one that is started and leaves when nobody has needed
/// it for ten minutes.
Result<client::GeneratorClient> connect_or_start(const Settings& settings);

/// How a job came out, with the receipts of the takes that were completed.
struct FollowedJob {
  protocol::Job job{};
  std::vector<std::string> receipts{};
};

/// Puts the request into the queue of the running service and follows it to its end, also where
/// the service is restarted meanwhile. When `stop` is triggered the job is cancelled.
Result<FollowedJob> generate_through_service(
    const Settings& settings, const protocol::GenerationRequest& request, bool embed_receipt,
    const std::function<void(double fraction, const protocol::Progress&)>& progress,
    const std::stop_token& stop);

}  // namespace dgx::app
