// SPDX-License-Identifier: Apache-2.0
#include "generator/client/service_starter.hpp"

#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <fstream>

#include "generator/base/unique_fd.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temp_dir.hpp"

using namespace std::chrono_literals;
using dgx::ErrorCode;
using dgx::client::ClientOptions;
using dgx::client::ServiceCommand;

namespace {

/// A place where no service runs, and a shell that stands for one.
struct Place {
  dgx::test::TempDir folder{};

  [[nodiscard]] ClientOptions options() const {
    ClientOptions options;
    options.socket = folder / "api.sock";
    options.patience = 50ms;
    return options;
  }
  [[nodiscard]] ServiceCommand command(const std::string& script) const {
    return {"/bin/sh", {"-c", script}, folder / "log", 300ms};
  }
  [[nodiscard]] dgx::Error refusal(const std::string& script) const {
    const auto health = find_or_start_service(options(), command(script));
    REQUIRE_FALSE(health.has_value());
    return health.error();
  }
  [[nodiscard]] std::string log_place() const {
    return " (its log is " + (folder / "log").string() + ")";
  }
};

}  // namespace

TEST_CASE("A service that ends at once is quoted, and its log is named", "[client]") {
  const Place place;
  std::ofstream(place.folder / "log") << "dgx-music: words of yesterday\n";
  const auto said = place.refusal("echo 'first' >&2; echo 'dgx-music: no room' >&2; exit 2");
  CHECK(said.code == ErrorCode::kUnavailable);
  CHECK(said.message == "no service could be started: no room" + place.log_place());
  CHECK(place.refusal("exit 3").message ==
        "no service could be started: it ended at once" + place.log_place());
  CHECK(place.refusal("kill -9 $$").message ==
        "no service could be started: it ended at once" + place.log_place());
}

TEST_CASE("A service that does not answer in time is named, and not ended", "[client]") {
  const Place place;
  const auto late = place.refusal("exec sleep 60");
  CHECK(late.code == ErrorCode::kUnavailable);
  const std::string start = "no service could be started: process ";
  REQUIRE(late.message.starts_with(start));
  CHECK(late.message.ends_with(" does not answer within 300 ms" + place.log_place()));
  const pid_t pid = std::stoi(late.message.substr(start.size()));
  CHECK(::kill(pid, SIGKILL) == 0);
  ::waitpid(pid, nullptr, 0);
}

TEST_CASE("One that meets another service is started until that has left or answers", "[client]") {
  const Place place;
  const auto late = place.refusal("echo again >&2; exit 75");
  CHECK(late.message.find("does not answer within 300 ms") != std::string::npos);
  std::ifstream log(place.folder / "log");
  int starts = 0;
  for (std::string line; std::getline(log, line);) ++starts;
  CHECK(starts >= 2);
}

TEST_CASE("Where somebody listens and says nothing no other service is started", "[client]") {
  const Place place;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = place.options().socket.string();
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  const dgx::UniqueFd mute(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  REQUIRE(::bind(mute.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  REQUIRE(::listen(mute.get(), 64) == 0);
  CHECK(place.refusal("echo here >&2").message == "the service did not answer in time");
  CHECK_FALSE(std::filesystem::exists(place.folder / "log"));
}

TEST_CASE("A program that is no program is named", "[client]") {
  const Place place;
  ServiceCommand command = place.command("");
  command.executable = "/nowhere/dgx-music";
  const auto health = find_or_start_service(place.options(), command);
  REQUIRE_FALSE(health.has_value());
  CHECK(health.error().message.starts_with("cannot start /nowhere/dgx-music: "));
}

TEST_CASE("At the very first start the log's folder is made, for its owner alone", "[client]") {
  const Place place;
  ServiceCommand command = place.command("echo 'dgx-music: begun' >&2; exit 2");
  command.log_file = place.folder / "share" / "dgx-music" / "service.log";
  const auto health = find_or_start_service(place.options(), command);
  REQUIRE_FALSE(health.has_value());
  CHECK_THAT(health.error().message, Catch::Contains("no service could be started: begun"));
  namespace fs = std::filesystem;
  CHECK(fs::status(command.log_file.parent_path()).permissions() == fs::perms::owner_all);
  CHECK(fs::status(command.log_file).permissions() ==
        (fs::perms::owner_read | fs::perms::owner_write));
}

TEST_CASE("A log that cannot be written is named, and no service is started", "[client]") {
  const Place place;
  std::ofstream(place.folder / "file") << "no folder";
  ServiceCommand command = place.command("");
  command.log_file = place.folder / "file" / "service.log";
  const auto no_folder = find_or_start_service(place.options(), command);
  REQUIRE_FALSE(no_folder.has_value());
  CHECK(no_folder.error().message ==
        "cannot open the service's log " + command.log_file.string() + ": Not a directory");
  command.log_file = place.folder / "file" / "deeper" / "service.log";
  const auto no_parent = find_or_start_service(place.options(), command);
  REQUIRE_FALSE(no_parent.has_value());
  CHECK(no_parent.error().message == "cannot make " + command.log_file.parent_path().string() +
                                         " for the service's log: Not a directory");
}

TEST_CASE("Waiting for a service can be ended", "[client]") {
  const Place place;
  const dgx::UniqueFd raised(::eventfd(1, EFD_CLOEXEC));
  ClientOptions options = place.options();
  options.interrupt = raised.get();
  const auto health = find_or_start_service(options, place.command("exit 75"));
  REQUIRE_FALSE(health.has_value());
  CHECK(health.error().code == ErrorCode::kCancelled);
}

TEST_CASE("Nobody is told to leave where no service answers", "[client]") {
  const Place place;
  REQUIRE_OK(end_service(place.options(), ::getpid()));
}
