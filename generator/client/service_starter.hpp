// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "generator/base/result.hpp"
#include "generator/client/generator_client.hpp"

namespace dgx::client {

/// How a service is started where none runs.
struct ServiceCommand {
  std::filesystem::path executable{};
  std::vector<std::string> arguments{};
  std::filesystem::path log_file{};         ///< What it says on standard error
  std::chrono::milliseconds start{15'000};  ///< Until it has to answer
};

/// The health of the service that runs; nothing where nobody listens. kUnavailable where one
/// listens and does not answer within the options' patience.
Result<std::optional<protocol::Health>> find_service(const ClientOptions& options);

/// The health of the service that runs, or of one that is started for it and outlives this program.
/// Where several programs start one at once, one lives, and all of them meet that one.
/// Failure: kUnavailable, with what the service said last and the place of its log, where none
/// comes to answer; kCancelled where `options.interrupt` is raised meanwhile.
Result<protocol::Health> find_or_start_service(const ClientOptions& options,
                                               const ServiceCommand& command);

/// Tells the service with that process id to leave, and waits until it has. What it works on goes
/// back into its queue. Does nothing where another service answers by now, or none.
Status end_service(const ClientOptions& options, std::int64_t pid);

}  // namespace dgx::client
