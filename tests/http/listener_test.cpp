// SPDX-License-Identifier: Apache-2.0
#include "generator/http/listener.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>

#include "tests/support/catch.hpp"
#include "tests/support/temp_dir.hpp"

using dgx::ErrorCode;
using dgx::http::listen_on_socket;
using dgx::test::TempDir;
namespace fs = std::filesystem;

namespace {

unsigned mode_of(const fs::path& path) {
  struct stat facts {};
  REQUIRE(::lstat(path.c_str(), &facts) == 0);
  return facts.st_mode & 0777U;
}

void check_refused(const fs::path& folder, const std::string& reason) {
  const auto socket = listen_on_socket(folder, "api.sock");
  REQUIRE_FALSE(socket);
  CHECK(socket.error().code == ErrorCode::kForbidden);
  INFO(socket.error().message);
  CHECK(socket.error().message.find(reason) != std::string::npos);
}

void make_folder(const fs::path& path, mode_t mode) {
  REQUIRE(::mkdir(path.c_str(), 0700) == 0);
  REQUIRE(::chmod(path.c_str(), mode) == 0);
}

}  // namespace

TEST_CASE("Folder and socket are for this user alone, whatever the mask", "[http]") {
  const TempDir temp;
  const mode_t before = ::umask(0);
  const auto socket = listen_on_socket(temp / "run", "api.sock");
  ::umask(before);
  REQUIRE_OK(socket);
  CHECK(mode_of(temp / "run") == 0700U);
  CHECK(mode_of(temp / "run/api.sock") == 0600U);
}

TEST_CASE("A socket that a dead service left behind is replaced", "[http]") {
  const TempDir temp;
  { REQUIRE_OK(listen_on_socket(temp / "run", "api.sock")); }
  CHECK(fs::exists(temp / "run/api.sock"));
  REQUIRE_OK(listen_on_socket(temp / "run", "api.sock"));
}

TEST_CASE("A folder that is open, a link or another user's is refused as it is", "[http]") {
  const TempDir temp;
  make_folder(temp / "open", 0700);
  for (const mode_t mode : {0777U, 0750U, 0701U}) {
    REQUIRE(::chmod((temp / "open").c_str(), mode) == 0);
    check_refused(temp / "open", "is open to other users");
    CHECK(mode_of(temp / "open") == mode);
  }
  make_folder(temp / "mine", 0700);
  fs::create_directory_symlink(temp / "mine", temp / "link");
  check_refused(temp / "link", "is not a folder but a link");
  CHECK(fs::is_empty(temp / "mine"));
  if (::geteuid() != 0) return;
  REQUIRE(::chown((temp / "mine").c_str(), 65534, 65534) == 0);
  check_refused(temp / "mine", "belongs to another user");
}

TEST_CASE("A name that is taken by anything but a socket is left alone", "[http]") {
  const TempDir temp;
  make_folder(temp / "run", 0700);
  std::ofstream(temp / "victim") << "precious";
  fs::create_symlink(temp / "victim", temp / "run/api.sock");
  check_refused(temp / "run", "is not a socket");
  CHECK(fs::is_symlink(temp / "run/api.sock"));
  CHECK(fs::file_size(temp / "victim") == 8);
}

TEST_CASE("A socket of systemd is only taken where it was meant for this process", "[http]") {
  ::setenv("LISTEN_PID", "1", 1);
  ::setenv("LISTEN_FDS", "1", 1);
  const auto none = dgx::http::inherited_socket();
  REQUIRE_OK(none);
  CHECK_FALSE(none->valid());
  CHECK(std::getenv("LISTEN_FDS") == nullptr);
  ::setenv("LISTEN_PID", std::to_string(::getpid()).c_str(), 1);
  ::setenv("LISTEN_FDS", "2", 1);
  const auto several = dgx::http::inherited_socket();
  REQUIRE_FALSE(several);
  CHECK(several.error().code == ErrorCode::kInvalidArgument);
}
