// SPDX-License-Identifier: Apache-2.0
#include "generator/base/directory.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <sstream>
#include <thread>

#include "generator/base/philox.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temp_dir.hpp"

namespace fs = std::filesystem;
using dgx::Directory;
using dgx::ErrorCode;

namespace {

void write_text(const fs::path& path, const std::string& text) {
  std::ofstream(path) << text;
}

std::string read_text(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

Directory open_or_fail(const fs::path& path) {
  auto folder = Directory::open(path);
  REQUIRE_OK(folder);
  return *std::move(folder);
}

}  // namespace

TEST_CASE("Names with separators, dots, NUL or control characters are not file names", "[base]") {
  using namespace std::string_literals;
  for (const std::string& name : {""s, "."s, ".."s, "a/b"s, "/"s, "a\0b"s, "a\nb"s, "\x1b[0m"s,
                                  "\xFF"s, std::string(256, 'a')}) {
    CAPTURE(name);
    CHECK_FALSE(dgx::is_file_name(name));
  }
  for (const std::string& name : {"a"s, "..."s, "lofi-84-Cm-a3f9.wav"s, "Grüße"s}) {
    CHECK(dgx::is_file_name(name));
  }
}

TEST_CASE("Creating never replaces a file, a link or anything else", "[base]") {
  const dgx::test::TempDir temp;
  const Directory folder = open_or_fail(temp.path());
  write_text(temp / "victim", "precious");
  fs::create_symlink("victim", temp / "link");
  fs::create_symlink("nowhere", temp / "dangling");
  for (const char* name : {"victim", "link", "dangling"}) {
    CAPTURE(name);
    const auto file = folder.create_file(name);
    REQUIRE_FALSE(file);
    CHECK(file.error().code == ErrorCode::kConflict);
  }
  CHECK(read_text(temp / "victim") == "precious");
  CHECK_FALSE(fs::exists(temp / "nowhere"));
}

TEST_CASE("Moving never replaces a file", "[base]") {
  const dgx::test::TempDir temp;
  const Directory folder = open_or_fail(temp.path());
  write_text(temp / "new", "new");
  write_text(temp / "old", "old");
  const auto moved = folder.move_without_replacing("new", folder, "old");
  REQUIRE_FALSE(moved);
  CHECK(moved.error().code == ErrorCode::kConflict);
  CHECK(read_text(temp / "old") == "old");
  CHECK(read_text(temp / "new") == "new");
}

TEST_CASE("Opening a FIFO, a folder, a device or a link is refused at once", "[base]") {
  const dgx::test::TempDir temp;
  const Directory folder = open_or_fail(temp.path());
  REQUIRE(::mkfifo((temp / "fifo").c_str(), 0600) == 0);
  fs::create_directory(temp / "folder");
  fs::create_symlink("/dev/zero", temp / "zero");
  for (const char* name : {"fifo", "folder", "zero"}) {
    CAPTURE(name);
    const auto file = folder.open_file(name);
    REQUIRE_FALSE(file);
    CHECK(file.error().code == ErrorCode::kInvalidArgument);
  }
}

TEST_CASE("A folder below may not be reached through a link or dots", "[base]") {
  const dgx::test::TempDir temp;
  fs::create_directories(temp / "root/inner/deep");
  fs::create_directory(temp / "outside");
  fs::create_directory_symlink(temp / "outside", temp / "root/escape");
  fs::create_directory_symlink("inner", temp / "root/alias");
  const Directory root = open_or_fail(temp / "root");
  CHECK(root.open_beneath("inner/deep").has_value());
  for (const char* path : {"escape", "alias", "alias/deep", "../outside", "inner/../../outside",
                           "/etc", "/proc/self/cwd"}) {
    CAPTURE(path);
    CHECK_FALSE(root.open_beneath(path));
  }
}

TEST_CASE("Ten thousand mutated paths never leave the root", "[base]") {
  const dgx::test::TempDir temp;
  fs::create_directories(temp / "root/a/b");
  fs::create_directory(temp / "outside");
  fs::create_directory_symlink(temp / "outside", temp / "root/l");
  const Directory root = open_or_fail(temp / "root");
  const fs::path real_root = fs::canonical(temp / "root");
  constexpr std::array kPieces = {"a", "b",        "..",     ".",   "/",    "//",
                                  "l", "\\",       "%2e%2e", "...", "root", "outside",
                                  "~", "\xC0\xAE", "/etc",   "\n"};
  dgx::RandomStream random(20, 0);
  int opened = 0;
  for (int round = 0; round < 10000; ++round) {
    std::string path;
    for (std::uint32_t i = 1 + random.below(6); i-- > 0;) {
      path += kPieces[random.below(kPieces.size())];
      if (random.chance(0.5)) path += '/';
    }
    const auto folder = root.open_beneath(path);
    if (!folder) continue;
    ++opened;
    const auto real = fs::read_symlink("/proc/self/fd/" + std::to_string(folder->fd()));
    const auto relative = real.lexically_relative(real_root);
    CAPTURE(path, real.string());
    REQUIRE((relative == "." || (!relative.empty() && *relative.begin() != "..")));
  }
  CHECK(opened > 100);  // The test is not vacuous: many of the mutants are honest paths.
}

TEST_CASE("A folder swapped for a link while files are created gives nothing away", "[base]") {
  const dgx::test::TempDir temp;
  fs::create_directory(temp / "takes");
  fs::create_directory(temp / "victim");
  write_text(temp / "victim/out", "precious");
  const Directory root = open_or_fail(temp.path());
  std::jthread racer([&temp](const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      ::rename((temp / "takes").c_str(), (temp / "aside").c_str());
      fs::create_directory_symlink("victim", temp / "takes");
      ::unlink((temp / "takes").c_str());
      ::rename((temp / "aside").c_str(), (temp / "takes").c_str());
    }
  });
  int created = 0;
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(2);
  while (std::chrono::steady_clock::now() < deadline) {
    const auto folder = root.open_beneath("takes");
    if (!folder) continue;
    const std::string name = "file" + std::to_string(created);
    if (const auto file = folder->create_file(name)) ++created;
  }
  racer.request_stop();
  racer.join();
  CHECK(created > 0);
  CHECK(read_text(temp / "victim/out") == "precious");
  CHECK(std::distance(fs::directory_iterator(temp / "victim"), fs::directory_iterator{}) == 1);
}
