// SPDX-License-Identifier: Apache-2.0
// The service as systemd runs it, and what is said about it to those who watch it.
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "tests/integration/program.hpp"
#include "tests/support/ardour_session.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/command.hpp"

using namespace dgx::test;
namespace fs = std::filesystem;

namespace {

constexpr const char* kUnits = DGX_SOURCE_DIR "/scripts/systemd/";
constexpr const char* kDashboard = DGX_SOURCE_DIR "/docs/grafana-dashboard.json";

/// The unit as it is installed, without the lines that begin with one of `left_out`.
fs::path installed_unit(const TempDir& folder, const std::set<std::string>& left_out = {}) {
  std::istringstream lines(read_file(std::string(kUnits) + "dgx-music.service.in"));
  std::string unit;
  for (std::string line; std::getline(lines, line);) {
    if (left_out.contains(line.substr(0, line.find('=')))) continue;
    unit += std::regex_replace(line, std::regex("@bindir@"), DGX_BINARY_DIR "/bin") + "\n";
  }
  write_file(folder / "dgx-music.service", unit);
  return folder / "dgx-music.service";
}

/// What starts a program as the unit for the socket does, with the folder that it makes.
std::vector<std::string> socket_activation(const Program& program) {
  fs::create_directories(program.socket().parent_path());
  fs::permissions(program.socket().parent_path(), fs::perms::owner_all);
  std::vector<std::string> launcher = {"systemd-socket-activate",
                                       "--listen=" + program.socket().string()};
  for (const auto& [name, value] : program.environment) {
    launcher.push_back("--setenv=" + name + "=" + value);
  }
  return launcher;
}

/// Commands of a shell that leave of the home folder only that to write to which the unit names.
std::string as_the_unit_protects(const Program& program) {
  const std::string unit = read_file(std::string(kUnits) + "dgx-music.service.in");
  std::smatch found;
  REQUIRE(std::regex_search(unit, found, std::regex("\nReadWritePaths=(.*)\n")));
  const std::string home = program.home().string();
  std::string commands = "mount --make-rprivate / && mount --bind " + home + " " + home;
  std::istringstream paths(found[1]);
  for (std::string path; paths >> path;) {
    path = std::regex_replace(path, std::regex("%h"), home);
    path = std::regex_replace(path, std::regex("%t"), home + "/run");
    commands += " && mount --bind " + path + " " + path;
  }
  return commands + " && mount -o remount,bind,ro " + home;
}

double exposure_of(const fs::path& unit) {
  const auto said = run_command("XDG_RUNTIME_DIR=" + unit.parent_path().string() +
                                " systemd-analyze --user security --offline=true --no-pager " +
                                unit.string() + " 2>&1");
  INFO(said.output);
  std::smatch found;
  REQUIRE(std::regex_search(said.output, found, std::regex("exposure level .*: ([0-9.]+)")));
  return std::stod(found[1]);
}

std::string metrics_of(const Program& program) {
  return run_command("curl -s --unix-socket " + program.socket().string() +
                     " http://localhost/metrics")
      .output;
}

std::set<std::string> metric_names_in(const std::string& text) {
  const std::regex name("dgx_music_[a-z_]+");
  return {std::sregex_token_iterator(text.begin(), text.end(), name), {}};
}

}  // namespace

TEST_CASE("The unit leaves the service little that it could do harm with", "[integration]") {
  const TempDir folder;
  CHECK(exposure_of(installed_unit(folder)) <= 2.0);
  CHECK(exposure_of(installed_unit(folder, {"SystemCallFilter", "PrivateUsers"})) > 2.0);
}

TEST_CASE("systemd understands every line of the units", "[integration]") {
  const TempDir folder;
  const fs::path unit = installed_unit(folder);
  fs::copy_file(std::string(kUnits) + "dgx-music.socket", folder / "dgx-music.socket");
  const std::string verify = "HOME=" + folder.path().string() +
                             " XDG_RUNTIME_DIR=" + folder.path().string() +
                             " systemd-analyze --user verify --man=no " + unit.string() + " " +
                             (folder / "dgx-music.socket").string() + " 2>&1";
  const auto fine = run_command(verify);
  INFO(fine.output);
  CHECK(fine.exit_code == 0);
  CHECK(fine.output.empty());
  write_file(unit, read_file(unit) + "ProtectEverything=yes\n");
  CHECK(run_command(verify).output.find("ProtectEverything") != std::string::npos);
}

TEST_CASE("The service takes the socket that systemd passes to it, and leaves it to systemd",
          "[integration]") {
  Program program;
  program.use_fake_engine();
  program.launcher = socket_activation(program);
  Running service = program.start({"serve", "--foreground", "--idle-exit", "1"});
  REQUIRE(service.wait_for_error("Listening on"));
  program.launcher.clear();

  CHECK(program.generate({"a plain tone", "--duration", "1"}).size() == 1);
  const std::string pid = "\"pid\":" + std::to_string(service.pid()) + ",";
  CHECK(program.run({"status", "--json"}).out.find(pid) != std::string::npos);
  CHECK(service.wait().exit_code == 0);  // Nobody needed it for a second.
  CHECK(fs::exists(program.socket()));
}

TEST_CASE("A service that may write only where the unit says makes takes and has them placed",
          "[integration]") {
  if (::geteuid() != 0) return;  // Who may mount.
  Program program;
  program.use_fake_engine();
  fs::create_directories(program.data());
  program.launcher = socket_activation(program);
  for (const std::string& word :
       {std::string("unshare"), std::string("--mount"), std::string("/bin/sh"), std::string("-c"),
        as_the_unit_protects(program) + " && exec \"$@\"", std::string("sh")}) {
    program.launcher.push_back(word);
  }
  Running service = program.start({"serve", "--foreground"});
  REQUIRE(service.wait_for_error("Listening on"));
  program.launcher.clear();

  const auto receipts = program.generate({"a plain tone", "--duration", "1"});
  REQUIRE(receipts.size() == 1);
  ArdourSession session(program.socket().parent_path() / "ardour", "song");
  Running placing = program.start({"insert", receipts.front().take_id});
  while (!session.has("next.json")) REQUIRE(placing.runs_for(std::chrono::milliseconds(5)));
  session.place(4800);
  CHECK(placing.wait().exit_code == 0);
  const auto elsewhere = program.run({"generate", "a tone", "--duration", "1", "--output-dir",
                                      (program.home() / "elsewhere").string()});
  CHECK(elsewhere.exit_code != 0);
}

TEST_CASE("Lines have the journal's priorities where the journal reads them, and only there",
          "[integration]") {
  Program program;
  program.use_fake_engine();
  const auto first_line = [&](const std::string& stream) {
    program.launcher = {"/bin/sh", "-c", "JOURNAL_STREAM=" + stream + " exec \"$@\"", "sh"};
    Running service = program.start({"serve", "--foreground"});
    CHECK(service.wait_for_error("serving "));
    service.send(SIGTERM);
    return service.wait().err;
  };
  CHECK(first_line("$(stat -L -c %d:%i /proc/self/fd/2)").starts_with("<6>serving "));
  CHECK(first_line("8:12345").starts_with("serving "));  // Inherited from a session.
}

TEST_CASE("The dashboard is JSON and shows only what the service tells", "[integration]") {
  Program program;
  program.use_fake_engine();
  CHECK(program.run({"status"}).exit_code == 0);
  const auto told = metric_names_in(metrics_of(program));
  REQUIRE_FALSE(told.empty());
  const auto read = run_command(std::string("/usr/bin/python3 -m json.tool ") + kDashboard);
  CHECK(read.exit_code == 0);
  const auto shown = metric_names_in(read.output);
  CHECK(shown.size() >= 8);
  for (const std::string& name : shown) {
    INFO(name);
    CHECK(told.contains(name));
  }
}
