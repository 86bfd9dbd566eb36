// SPDX-License-Identifier: Apache-2.0
// dgx-fake-engine: the real engine around FakeModel, for tests of everything outside the engine.
// Arguments after --fd N make the process itself misbehave: --mute, --garbage, --version-9. With
// --device cuda:0 its model says that it computes there, as --device of the real engine does.
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <memory>
#include <string>

#include "generator/engine/engine_server.hpp"
#include "generator/protocol/engine_frames.hpp"
#include "tests/fake_engine/fake_model.hpp"

namespace {

int hello_of_version_9(int fd) {
  const auto bytes = dgx::protocol::encode_frame(
      dgx::protocol::JsonFrame{dgx::protocol::encode(dgx::protocol::HelloMessage{9, "9.0.0"})});
  ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  return ::pause();
}

std::string device_of(int argc, char** argv) {
  std::string device = "cpu";
  for (int i = 3; i + 1 < argc; ++i) {
    if (std::string(argv[i]) == "--device" && std::string(argv[i + 1]) != "auto") {
      device = argv[i + 1];
    }
  }
  return device;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  const rlimit no_core{0, 0};
  ::setrlimit(RLIMIT_CORE, &no_core);
  const int fd = std::stoi(argv[2]);
  const std::string mode = argc > 3 ? argv[3] : "";
  if (mode == "--mute") return ::pause();
  if (mode == "--garbage") {
    const std::string garbage(64, '\xFF');
    ::send(fd, garbage.data(), garbage.size(), MSG_NOSIGNAL);
    return ::pause();
  }
  if (mode == "--version-9") return hello_of_version_9(fd);
  dgx::model::ModelRegistry registry;
  registry.add("fake", [device = device_of(argc, argv)] {
    return dgx::Result<std::unique_ptr<dgx::model::MusicModel>>(
        std::make_unique<dgx::test::FakeModel>(device));
  });
  registry.add("broken", [] {
    return dgx::Result<std::unique_ptr<dgx::model::MusicModel>>(
        dgx::Error{dgx::ErrorCode::kCorrupt, "the weights of broken are damaged"});
  });
  dgx::engine::EngineServer server(dgx::UniqueFd(fd), std::move(registry), "fake");
  return server.run([] { ::alarm(2); }) ? 0 : 1;
}
