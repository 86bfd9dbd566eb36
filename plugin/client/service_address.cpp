// SPDX-License-Identifier: Apache-2.0
#include "plugin/client/service_address.hpp"

#include <unistd.h>

#include <cstdlib>
#include <sstream>
#include <string>

#include "generator/base/xdg.hpp"
#include "generator/protocol/endpoint.hpp"

namespace dgx::plugin {
namespace {

namespace fs = std::filesystem;

constexpr const char* kProgram = "dgx-music";
// What it does after so many seconds without work. A person between two ideas is not that slow.
constexpr const char* kIdleExit = "600";

bool is_program(const fs::path& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored) && ::access(path.c_str(), X_OK) == 0;
}

fs::path first_of_path() {
  const char* folders = std::getenv("PATH");
  std::istringstream list(folders == nullptr ? "" : folders);
  for (std::string folder; std::getline(list, folder, ':');) {
    if (!folder.empty() && is_program(fs::path(folder) / kProgram)) {
      return fs::path(folder) / kProgram;
    }
  }
  return kProgram;
}

fs::path find_program(const fs::path& bundle) {
  if (const char* named = std::getenv("DGX_MUSIC_BIN"); named != nullptr && *named != '\0') {
    return named;
  }
  std::error_code error;
  const fs::path here = fs::canonical(bundle, error);
  if (!error) {
    // As installed: PREFIX/lib/lv2/dgx-music.lv2, or for one account ~/.lv2/dgx-music.lv2; as
    // built: BUILD/lv2/dgx-music.lv2.
    for (const char* way : {"../../../bin", "../../.local/bin", "../../bin"}) {
      const fs::path program = (here / way / kProgram).lexically_normal();
      if (is_program(program)) return program;
    }
  }
  return first_of_path();
}

}  // namespace

Result<ServiceAddress> find_address(const fs::path& bundle) {
  const auto places = find_places();
  if (!places) return places.error();
  ServiceAddress address;
  address.client.socket = protocol::socket_path(*places);
  address.command.executable = find_program(bundle);
  address.command.arguments = {"serve", "--idle-exit", kIdleExit};
  address.command.log_file = places->data / "service.log";
  return address;
}

}  // namespace dgx::plugin
