// SPDX-License-Identifier: Apache-2.0
// What a service tells the manager that started it (systemd, Type=notify), and when it is silent.
#include <poll.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include "generator/base/unique_fd.hpp"
#include "tests/integration/service.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/command.hpp"

using namespace dgx::test;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

constexpr auto kDeadline = 100ms;  // After which the manager would end the service.
constexpr auto kForever = 60s;

/// The manager's end of the protocol. A name that begins with @ is an abstract socket.
class Manager {
 public:
  explicit Manager(const std::string& name) : socket_(::socket(AF_UNIX, SOCK_DGRAM, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    REQUIRE(name.size() < sizeof address.sun_path);
    std::memcpy(address.sun_path, name.data(), name.size());
    if (name.front() == '@') address.sun_path[0] = '\0';
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
    REQUIRE(::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&address), size) == 0);
  }

  /// The next thing it is told; "nothing" where it is told nothing for so long.
  [[nodiscard]] std::string next(std::chrono::milliseconds patience = kForever) const {
    pollfd waiting{socket_.get(), POLLIN, 0};
    if (::poll(&waiting, 1, static_cast<int>(patience.count())) != 1) return "nothing";
    std::array<char, 256> text{};
    const ssize_t count = ::recv(socket_.get(), text.data(), text.size(), 0);
    REQUIRE(count >= 0);
    return {text.data(), static_cast<std::size_t>(count)};
  }
  void forget() const {
    while (next(0ms) != "nothing") {
    }
  }

 private:
  dgx::UniqueFd socket_;
};

/// Some threads of a process, which stand still as long as this lives. The others go on.
class StoppedThreads {
 public:
  explicit StoppedThreads(std::vector<pid_t> threads) : threads_(std::move(threads)) {
    for (const pid_t thread : threads_) {
      REQUIRE(::ptrace(PTRACE_SEIZE, thread, nullptr, nullptr) == 0);
      REQUIRE(::ptrace(PTRACE_INTERRUPT, thread, nullptr, nullptr) == 0);
      int status = 0;
      REQUIRE(::waitpid(thread, &status, __WALL) == thread);
      REQUIRE(WIFSTOPPED(status));
    }
  }
  ~StoppedThreads() {
    for (const pid_t thread : threads_) ::ptrace(PTRACE_DETACH, thread, nullptr, nullptr);
  }
  StoppedThreads(const StoppedThreads&) = delete;
  StoppedThreads& operator=(const StoppedThreads&) = delete;

 private:
  std::vector<pid_t> threads_;
};

std::vector<pid_t> threads_of(pid_t process) {
  std::vector<pid_t> threads;
  for (const auto& entry : fs::directory_iterator("/proc/" + std::to_string(process) + "/task")) {
    threads.push_back(std::stoi(entry.path().filename().string()));
  }
  return threads;
}

/// A program whose manager is `socket`, and ends it after `kDeadline` without a sign of life.
void watch_over(Program& program, const std::string& socket) {
  program.use_fake_engine();
  program.environment["NOTIFY_SOCKET"] = socket;
  program.environment["WATCHDOG_USEC"] =
      std::to_string(std::chrono::microseconds(kDeadline).count());
}

/// A service that has told its manager that it answers.
struct Watched {
  Program program{};
  std::string name = (program.home() / "notify").string();
  Manager manager{name};
  Running service = started();

 private:
  [[nodiscard]] Running started() {
    watch_over(program, name);
    Running running = program.start({"serve", "--foreground"});
    REQUIRE(manager.next() == "READY=1");
    return running;
  }
};

}  // namespace

TEST_CASE("A service tells its manager when it answers, and that it still does", "[integration]") {
  Program program;
  const bool is_abstract = GENERATE(true, false);
  const std::string name = (program.home() / "notify").string();
  const Manager manager(is_abstract ? "@" + name : name);
  watch_over(program, is_abstract ? "@" + name : name);
  const Running service = program.start({"serve", "--foreground"});
  CHECK(manager.next() == "READY=1");
  CHECK(program.run({"status"}).exit_code == 0);
  for (int i = 0; i < 5; ++i) CHECK(manager.next() == "WATCHDOG=1");
}

TEST_CASE("An engine cannot speak for the service", "[integration]") {
  const Watched watched;
  const Program& program = watched.program;
  wait_until_done(program, {client_of(program).generate(tone("a plain tone"))->job_id});
  std::string engine = run_command("pgrep -P " + std::to_string(watched.service.pid())).output;
  engine = engine.substr(0, engine.find('\n'));
  const std::string environment = read_file("/proc/" + engine + "/environ");
  CHECK(environment.find("HOME=") != std::string::npos);
  CHECK(environment.find("NOTIFY_SOCKET") == std::string::npos);
  CHECK(environment.find("WATCHDOG_") == std::string::npos);
}

TEST_CASE("A service that hangs is silent, in whichever part it hangs", "[integration]") {
  const Watched watched;
  const Manager& manager = watched.manager;
  REQUIRE(manager.next() == "WATCHDOG=1");
  const bool is_the_loop = GENERATE(true, false);
  std::vector<pid_t> threads = threads_of(watched.service.pid());
  REQUIRE(threads.size() > 4);
  // The first thread has the sockets; the lanes to the database are among the others.
  std::erase_if(threads,
                [&](pid_t thread) { return (thread == watched.service.pid()) != is_the_loop; });
  {
    const StoppedThreads stopped(threads);
    manager.forget();
    CHECK(manager.next(10 * kDeadline) == "nothing");
  }
  CHECK(manager.next() == "WATCHDOG=1");
}

TEST_CASE("A service tells nobody that it lives where another process is watched",
          "[integration]") {
  Program program;
  const std::string name = (program.home() / "notify").string();
  const Manager manager(name);
  watch_over(program, name);
  const bool is_meant = GENERATE(false, true);
  program.launcher = {"/bin/sh", "-c",
                      std::string("WATCHDOG_PID=") + (is_meant ? "$$" : "1") + " exec \"$@\"",
                      "sh"};
  Running service = program.start({"serve", "--foreground"});
  program.launcher.clear();
  CHECK(manager.next() == "READY=1");
  CHECK(manager.next(is_meant ? kForever : 10 * kDeadline) ==
        (is_meant ? "WATCHDOG=1" : "nothing"));
  service.send(SIGTERM);
  CHECK(service.wait().exit_code == 0);
}

TEST_CASE("A service serves where its manager cannot be told", "[integration]") {
  Program program;
  program.use_fake_engine();
  const std::string name = GENERATE(as<std::string>(), "notify", "/nothing/there",
                                    "/" + std::string(200, 'x'), "@nobody-listens-here");
  program.environment["NOTIFY_SOCKET"] = name;
  Running service = program.start({"serve", "--foreground"});
  CHECK(service.wait_for_error(name));            // It says so,
  CHECK(program.run({"status"}).exit_code == 0);  // and goes on.
}

TEST_CASE("The unit has its service watched", "[integration]") {
  const std::string unit = read_file(DGX_SOURCE_DIR "/scripts/systemd/dgx-music.service.in");
  for (const char* line : {"\nType=notify\n", "\nWatchdogSec=60\n", "\nMemoryMax=80%\n",
                           "\nOOMPolicy=continue\n", "\nRestart=on-failure\n"}) {
    INFO(line);
    CHECK(unit.find(line) != std::string::npos);
  }
}
