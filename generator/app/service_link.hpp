// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "generator/app/job_step.hpp"
#include "generator/app/settings.hpp"
#include "generator/base/result.hpp"
#include "generator/client/generator_client.hpp"
#include "generator/protocol/insertion.hpp"
#include "generator/protocol/messages.hpp"

namespace dgx::app {

/// Where the service of these settings is met.
client::ClientOptions service_address(const Settings& settings);

/// A client of the service that runs, or of one that is started and leaves by itself when nobody
/// has needed it for Settings::idle_exit. One of those that is of another version or was started
/// with other settings makes room where it has no work. kConflict where one that stays does not
/// fit: it would answer otherwise than this program was told to. kCancelled where `interrupt` (an
/// eventfd, or -1) is raised meanwhile.
Result<client::GeneratorClient> connect_or_start(const Settings& settings, int interrupt = -1);

/// Reads a stream of the service by `read_stream`, and once more whenever it broke off
/// (kUnavailable) and a service is there again. One that ends with each job it is given is not
/// started for ever. kCancelled where `interrupt` is raised while none is there.
Status follow_service(const Settings& settings, int interrupt,
                      const std::function<Status()>& read_stream);

/// Tells a service of these settings to leave that a command started and that has no work, for who
/// needs the data folder to himself. Any other one stays, and has the folder's lock.
Status dismiss_idle_service(const Settings& settings);

/// How a job came out, with the receipts of the takes that were completed.
struct FollowedJob {
  protocol::Job job{};
  std::vector<std::string> receipts{};
};

/// Waits until the job has come to its end; that may be behind it.
Status wait_for_end(const Settings& settings, const std::string& job_id);

/// Puts the request into the service's queue and follows the job to its end. A service that ends
/// meanwhile is started again, and goes on with it. When `stop` is triggered the job is cancelled.
Result<FollowedJob> generate_through_service(const Settings& settings,
                                             const protocol::GenerationRequest& request,
                                             bool embed_receipt,
                                             const std::function<void(const JobStep&)>& progress,
                                             const std::stop_token& stop);

/// Asks Ardour to place a take, and waits for what becomes of that. kCancelled where `interrupt`
/// (a descriptor that becomes readable, or -1) is raised meanwhile: the take may be placed yet.
Result<protocol::InsertionView> place_through_service(const Settings& settings,
                                                      protocol::InsertionRequest request,
                                                      int interrupt = -1);

}  // namespace dgx::app
