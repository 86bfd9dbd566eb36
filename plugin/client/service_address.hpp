// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "generator/base/result.hpp"
#include "generator/client/generator_client.hpp"
#include "generator/client/service_starter.hpp"

namespace dgx::plugin {

/// Where the service is met, and how it is started.
struct ServiceAddress {
  client::ClientOptions client{};
  client::ServiceCommand command{};
};

/// Of this person, by the environment. The program is $DGX_MUSIC_BIN, else the one that was built
/// or installed with the bundle, else the first dgx-music of PATH. Starts and creates nothing.
/// Fails where no home is known.
Result<ServiceAddress> find_address(const std::filesystem::path& bundle);

}  // namespace dgx::plugin
