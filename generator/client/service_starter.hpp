// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
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
  std::chrono::milliseconds start{10'000};  ///< Until it has to answer
};

/// The health of the service that runs; nothing where none does.
Result<std::optional<protocol::Health>> find_service(const ClientOptions& options);

/// The health of the service that runs, or of one that is started for it. Where several programs
/// start one at once, one lives, and all of them meet that one. kUnavailable, with what the service
/// said last, where none comes to answer.
Result<protocol::Health> find_or_start_service(const ClientOptions& options,
                                               const ServiceCommand& command);

}  // namespace dgx::client
