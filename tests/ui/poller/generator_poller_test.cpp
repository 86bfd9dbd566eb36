// SPDX-License-Identifier: Apache-2.0
#include "ui/poller/generator_poller.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <chrono>

#include "tests/http/http_fixture.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/ui/panel_desk.hpp"

using namespace dgx;
using namespace dgx::test;
using namespace dgx::ui;
using namespace std::chrono_literals;
using protocol::JobStatus;

namespace {

class Desk : public PanelDesk {
 public:
  explicit Desk(const std::filesystem::path& socket, client::ServiceCommand service = {})
      : PanelDesk(options(socket, std::move(service))) {}

  bool wait_for(LinkState state) {
    return wait_until([&] { return model.link() == state; });
  }

 private:
  static PollerOptions options(const std::filesystem::path& socket,
                               client::ServiceCommand service) {
    PollerOptions options;
    options.address.socket = socket;
    options.service = std::move(service);
    return options;
  }
};

/// Something that listens where the service should, and says nothing.
UniqueFd mute_listener(const std::filesystem::path& path) {
  UniqueFd listener(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.string().copy(address.sun_path, sizeof address.sun_path - 1);
  REQUIRE(::bind(listener.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  REQUIRE(::listen(listener.get(), 8) == 0);
  return listener;
}

}  // namespace

TEST_CASE("A take is asked for, followed and shown with its waveform", "[ui]") {
  const TestService service;
  Desk desk(service.socket());
  REQUIRE(desk.wait_for(LinkState::kReady));
  REQUIRE(desk.wait_until([&] { return desk.model.model_in_use() != nullptr; }));
  desk.model.prompt.text = "a plain tone";
  desk.model.prompt.unit = LengthUnit::kSeconds;
  desk.model.prompt.seconds = 1;
  desk.model.generate();
  REQUIRE(desk.wait_until([&] { return desk.model.job() && !desk.model.busy(); }));
  CHECK(desk.model.job()->status == JobStatus::kCompleted);
  REQUIRE(desk.wait_until([&] {
    const ShownTake* take = desk.model.history.selected();
    return take != nullptr && desk.model.history.waveform(take->take.id) != nullptr;
  }));
  CHECK(desk.model.history.selected()->take.prompt == "a plain tone");
}

TEST_CASE("What was made before is listed, and changes come back", "[ui]") {
  const TestService service;
  service.completed_job("a plain tone");
  Desk desk(service.socket());
  REQUIRE(desk.wait_until([&] { return desk.model.history.takes.size() == 1; }));
  const std::string id = desk.model.history.takes[0].take.id;
  desk.model.set_favourite(id, true);
  REQUIRE(desk.wait_until([&] { return desk.model.history.takes[0].take.favourite; }));
  desk.model.rename(id, "intro");
  REQUIRE(desk.wait_until([&] { return desk.model.history.takes[0].title() == "intro"; }));
  desk.model.trash(id);
  REQUIRE(desk.wait_until([&] { return desk.model.history.takes.empty(); }));
  desk.model.use_remedy();
  REQUIRE(desk.wait_until([&] { return desk.model.history.takes.size() == 1; }));
  desk.model.search("nothing of that kind");
  REQUIRE(
      desk.wait_until([&] { return desk.model.history.read && desk.model.history.takes.empty(); }));
}

TEST_CASE("Jobs of other doors are told as they come", "[ui]") {
  const TestService service;
  Desk desk(service.socket());
  REQUIRE(desk.wait_for(LinkState::kReady));
  service.completed_job("a plain tone");
  REQUIRE(desk.wait_until([&] { return desk.model.history.takes.size() == 1; }));
  CHECK_FALSE(desk.model.busy());
}

TEST_CASE("A request that the service refuses is told in its words", "[ui]") {
  const TestService service;
  Desk desk(service.socket());
  REQUIRE(desk.wait_for(LinkState::kReady));
  desk.model.prompt.text = "a plain tone";
  desk.model.prompt.model = "no-such-model";
  desk.model.generate();
  REQUIRE(desk.wait_until([&] { return desk.model.notice().has_value(); }));
  CHECK_THAT(desk.model.notice()->sentence, Catch::Contains("no-such-model"));
  CHECK_FALSE(desk.model.busy());
}

TEST_CASE("Looking starts no service, and where none can be started that is said", "[ui]") {
  const TempDir folder;
  Desk desk(folder / "api.sock", {folder / "no-such-program", {}, folder / "log", 1000ms});
  REQUIRE(desk.wait_for(LinkState::kAbsent));
  CHECK_FALSE(std::filesystem::exists(folder / "log"));
  desk.model.prompt.text = "a plain tone";
  desk.model.generate();
  REQUIRE(desk.wait_until([&] { return desk.model.notice().has_value(); }));
  CHECK_THAT(desk.model.notice()->sentence, Catch::Contains("no-such-program"));
  CHECK(desk.model.job()->status == JobStatus::kFailed);
}

TEST_CASE(
    "A service that accepts and says nothing is called lost, and closing does not wait for it",
    "[ui]") {
  const TempDir folder;
  const UniqueFd listener = mute_listener(folder / "api.sock");
  Desk desk(folder / "api.sock");
  REQUIRE(desk.wait_for(LinkState::kLost));
  desk.model.start_service();
  // The destructor runs while a call is under way; ctest's limit would end a test that hangs.
}

TEST_CASE("A service that goes away is lost, and found again when it is back", "[ui]") {
  auto service = std::make_unique<TestService>();
  const std::filesystem::path socket = service->socket();
  Desk desk(socket);
  REQUIRE(desk.wait_for(LinkState::kReady));
  service.reset();
  REQUIRE(desk.wait_for(LinkState::kLost));
}

TEST_CASE("A job that waits for a host says so, and is made when the host stops", "[ui]") {
  const TestService service({}, true, {}, "cuda:0");
  const auto plays = [&](const char* rolling) {
    const std::string report = R"({"client":"a","host":"Ardour","rolling":)";
    return service.call("PUT", "/api/v1/transport", report + rolling + "}").status == 200;
  };
  Desk desk(service.socket());
  REQUIRE(desk.wait_for(LinkState::kReady));
  REQUIRE(plays("true"));
  desk.model.prompt.text = "a plain tone";
  desk.model.prompt.unit = LengthUnit::kSeconds;
  desk.model.prompt.seconds = 1;
  desk.model.generate();
  REQUIRE(desk.wait_until([&] { return desk.model.job()->waits.has_value(); }));
  CHECK(*desk.model.job()->waits == "waits while Ardour plays");
  REQUIRE(plays("false"));
  REQUIRE(desk.wait_until([&] { return !desk.model.busy(); }));
  CHECK(desk.model.job()->status == JobStatus::kCompleted);
  CHECK_FALSE(desk.model.job()->waits);
}
