// SPDX-License-Identifier: Apache-2.0
#include "plugin/client/take_maker.hpp"

#include <sys/socket.h>
#include <sys/un.h>

#include <condition_variable>
#include <mutex>

#include "tests/http/http_fixture.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temp_dir.hpp"

using namespace dgx;
using namespace dgx::plugin;
using namespace dgx::test;
using namespace std::chrono_literals;

namespace {

ServiceAddress address_of(const std::filesystem::path& socket) {
  ServiceAddress address;
  address.client.socket = socket;
  address.command.executable = socket.parent_path() / "no-such-program";
  address.command.log_file = socket.parent_path() / "log";
  address.command.start = 1000ms;
  return address;
}

protocol::GenerationRequest tone() {
  protocol::GenerationRequest request;
  request.prompt = "a plain tone";
  request.duration = 1;
  return request;
}

/// A maker and what it says.
class Desk {
 public:
  explicit Desk(Result<ServiceAddress> address) : maker(std::move(address), hooks()) {}

  /// Waits until so many takes, or problems, have come; false after a minute.
  bool wait_for(std::size_t takes, std::size_t problems) {
    std::unique_lock lock(mutex_);
    return told_.wait_for(lock, 60s,
                          [&] { return takes_.size() >= takes && problems_.size() >= problems; });
  }
  std::vector<protocol::Take> takes() {
    const std::lock_guard lock(mutex_);
    return takes_;
  }
  std::vector<std::string> problems() {
    const std::lock_guard lock(mutex_);
    return problems_;
  }

 private:
  MakerHooks hooks() {
    return {[](protocol::GenerationRequest& request) { request.seed = 7; },
            [this](const std::vector<protocol::Take>& takes) {
              const std::lock_guard lock(mutex_);
              takes_.insert(takes_.end(), takes.begin(), takes.end());
              told_.notify_all();
            },
            [this](const std::string& sentence) {
              const std::lock_guard lock(mutex_);
              problems_.push_back(sentence);
              told_.notify_all();
            }};
  }

  std::mutex mutex_{};
  std::condition_variable told_{};
  std::vector<protocol::Take> takes_{};
  std::vector<std::string> problems_{};

 public:
  TakeMaker maker;
};

}  // namespace

TEST_CASE("Takes that were asked for come with their files, each once", "[plugin]") {
  const TestService service;
  Desk desk(address_of(service.socket()));
  protocol::GenerationRequest request = tone();
  request.variations = 2;
  desk.maker.ask(request);
  REQUIRE(desk.wait_for(2, 0));
  for (const protocol::Take& take : desk.takes()) {
    CHECK(std::filesystem::exists(take.file_path));
  }
}

TEST_CASE("What is known of the last request is told, also after another", "[plugin]") {
  const TestService service;
  Desk desk(address_of(service.socket()));
  CHECK(desk.maker.news().request == 0);
  desk.maker.ask(tone());
  REQUIRE(desk.wait_for(1, 0));
  desk.maker.ask(tone());
  REQUIRE(desk.wait_for(2, 0));
  CHECK(desk.maker.news().request == 2);
  CHECK(desk.maker.news().job_id == desk.takes()[1].job_id);
  // The last touch was asked for.
  CHECK_THAT(desk.takes()[1].receipt_json, Catch::Contains("\"seed\":7"));
}

TEST_CASE("Several requests at once are each followed to their end", "[plugin]") {
  const TestService service;
  Desk desk(address_of(service.socket()));
  for (int i = 0; i < 5; ++i) desk.maker.ask(tone());
  REQUIRE(desk.wait_for(5, 0));
  CHECK(desk.takes().size() == 5);
}

TEST_CASE("What the service refuses is said in its words", "[plugin]") {
  const TestService service;
  Desk desk(address_of(service.socket()));
  protocol::GenerationRequest request = tone();
  request.model = "no-such-model";
  desk.maker.ask(request);
  REQUIRE(desk.wait_for(0, 1));
  CHECK_THAT(desk.problems()[0], Catch::Contains("no-such-model"));
  CHECK(desk.maker.news().problem == desk.problems()[0]);
}

TEST_CASE("Where no service can be started, or no home is known, that is said", "[plugin]") {
  const TempDir folder;
  Desk desk(address_of(folder / "api.sock"));
  CHECK_FALSE(std::filesystem::exists(folder / "log"));  // Nothing was tried before.
  desk.maker.ask(tone());
  REQUIRE(desk.wait_for(0, 1));
  CHECK_THAT(desk.problems()[0], Catch::Contains("no-such-program"));

  Desk homeless(Error{ErrorCode::kNotFound, "no home is known"});
  homeless.maker.ask(tone());
  REQUIRE(homeless.wait_for(0, 1));
  CHECK(homeless.problems()[0] == "no home is known");
}

TEST_CASE("A service that accepts and says nothing holds up no end", "[plugin]") {
  const TempDir folder;
  const UniqueFd listener(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un name{};
  name.sun_family = AF_UNIX;
  (folder / "api.sock").string().copy(name.sun_path, sizeof name.sun_path - 1);
  REQUIRE(::bind(listener.get(), reinterpret_cast<const sockaddr*>(&name), sizeof name) == 0);
  REQUIRE(::listen(listener.get(), 8) == 0);
  Desk desk(address_of(folder / "api.sock"));
  desk.maker.ask(tone());
  // The destructor runs while a call is under way; ctest's limit would end a test that hangs.
}
