// SPDX-License-Identifier: Apache-2.0
// dgx-music-engine: the child process that holds the models. The service starts it with one end of
// a socketpair and ends it whenever it likes; it never outlives the service.
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include "generator/base/log.hpp"
#include "generator/base/version.hpp"
#include "generator/engine/engine_server.hpp"
#include "generator/model/registry.hpp"
#include "generator/model/sketch/sketch_model.hpp"

namespace {

// How long a model may go on after the service is gone; then the kernel ends the process.
constexpr unsigned kLingerSeconds = 2;

// No new rights by exec, no core dump with a prompt in it, no death by a closed socket.
void harden() {
  ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  const rlimit no_core{0, 0};
  ::setrlimit(RLIMIT_CORE, &no_core);
  std::signal(SIGPIPE, SIG_IGN);
}

bool is_socket(int fd) {
  int type = 0;
  socklen_t size = sizeof type;
  return ::getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0 && type == SOCK_STREAM;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("The engine of DGX Music. It is started by dgx-music, not by hand.");
  app.set_version_flag("--version", std::string("dgx-music-engine ") + dgx::kVersion);
  int fd = -1;
  dgx::model::SketchOptions sketch;
  app.add_option("--fd", fd, "stream socket to the service")->required();
  app.add_option("--soundfont", sketch.soundfont, "General MIDI soundfont of the sketch model");
  app.add_option("--genres", sketch.genre_folders, "folder with genre files of your own");
  CLI11_PARSE(app, argc, argv);
  if (!is_socket(fd)) {
    dgx::log::error("dgx-music-engine is started by dgx-music: --fd " + std::to_string(fd) +
                    " is not a socket");
    return 2;
  }
  harden();

  dgx::model::ModelRegistry registry;
  registry.add("sketch", [sketch] { return dgx::model::make_sketch_model(sketch); });
  dgx::engine::EngineServer server(dgx::UniqueFd(fd), std::move(registry), dgx::kVersion);
  const dgx::Status served = server.run([] { ::alarm(kLingerSeconds); });
  if (served) return 0;
  dgx::log::error(served.error().message);
  return 1;
}
