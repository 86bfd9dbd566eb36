// SPDX-License-Identifier: Apache-2.0
#include "generator/backup/backup.hpp"

#include <sys/stat.h>

#include <set>

#include "generator/history/history_store.hpp"
#include "tests/backup/studio.hpp"
#include "tests/backup/tar_file.hpp"
#include "tests/support/catch.hpp"

using namespace dgx;
using namespace dgx::test;
namespace fs = std::filesystem;

namespace {

std::set<std::string> names_in(const fs::path& folder) {
  std::set<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) {
    names.insert(entry.path().filename().string());
  }
  return names;
}

std::set<std::string> entries_of(const fs::path& tar) {
  std::set<std::string> names;
  for (const TarEntry& entry : read_tar(read_bytes(tar))) names.insert(entry.name);
  return names;
}

}  // namespace

TEST_CASE("A backup is one private file with the history and every file of every take",
          "[backup]") {
  Studio studio;
  studio.add_take("lofi-84-Cm-aaaa");
  const fs::path file = studio.place() / "backup.tar";

  const auto summary = studio.backup(file);

  REQUIRE_OK(summary);
  CHECK(summary->takes == 1);
  CHECK(summary->files == 4);
  CHECK(entries_of(file) ==
        std::set<std::string>{"history.db", "manifest.json", "takes/lofi-84-Cm-aaaa.wav",
                              "takes/lofi-84-Cm-aaaa.drums.wav", "takes/lofi-84-Cm-aaaa.mid",
                              "takes/lofi-84-Cm-aaaa.json"});
  struct stat facts {};
  REQUIRE(::stat(file.c_str(), &facts) == 0);
  CHECK((facts.st_mode & 07777) == 0600);
  CHECK(names_in(studio.place()) == std::set<std::string>{"backup.tar", "data"});
}

TEST_CASE("Takes of one name from two folders both are in the backup", "[backup]") {
  Studio studio;
  studio.add_take("house-aaaa");
  const std::string other = studio.add_take("house-aaaa", studio.place() / "session");
  const auto entries = entries_of(studio.backed_up());
  CHECK(entries.contains("takes/house-aaaa.wav"));
  CHECK(entries.contains("takes/" + other + "-house-aaaa.wav"));
}

TEST_CASE("A backup never replaces a file", "[backup]") {
  Studio studio;
  studio.add_take("house-aaaa");
  const fs::path file = studio.place() / "backup.tar";
  write_bytes(file, "precious");
  const auto summary = studio.backup(file);
  REQUIRE_FALSE(summary);
  CHECK(summary.error().code == ErrorCode::kConflict);
  CHECK(read_bytes(file) == "precious");
}

TEST_CASE("A file that is lost is named, and all others are backed up", "[backup]") {
  Studio studio;
  const std::string lost = studio.add_take("house-aaaa");
  studio.add_take("house-bbbb");
  fs::remove(studio.takes() / "house-aaaa.wav");
  const auto summary = studio.backup(studio.place() / "backup.tar");
  REQUIRE_OK(summary);
  CHECK(summary->files == 7);
  REQUIRE(summary->warnings.size() == 1);
  CHECK_THAT(summary->warnings.front(), Catch::Matchers::Contains("house-aaaa.wav"));
}

TEST_CASE("A link or a pipe in place of a take is not followed", "[backup]") {
  Studio studio;
  studio.add_take("house-aaaa");
  fs::remove(studio.takes() / "house-aaaa.wav");
  write_bytes(studio.place() / "secret", "secret");
  SECTION("a link") {
    fs::create_symlink(studio.place() / "secret", studio.takes() / "house-aaaa.wav");
  }
  SECTION("a pipe") {
    REQUIRE(::mkfifo((studio.takes() / "house-aaaa.wav").c_str(), 0600) == 0);
  }
  const auto summary = studio.backup(studio.place() / "backup.tar");
  REQUIRE_OK(summary);
  CHECK(summary->warnings.size() == 1);
  CHECK_FALSE(entries_of(studio.place() / "backup.tar").contains("takes/house-aaaa.wav"));
}

TEST_CASE("A backup that fails or is cancelled leaves nothing", "[backup]") {
  Studio studio;
  studio.add_take("house-aaaa");
  std::stop_source stop;
  fs::path target = studio.place() / "backup.tar";
  SECTION("cancelled while it copies") {
    const auto summary = backup::write_backup(
        studio.history(), target,
        [&stop](const std::string&, std::int64_t, std::int64_t) { stop.request_stop(); },
        stop.get_token());
    REQUIRE_FALSE(summary);
    CHECK(summary.error().code == ErrorCode::kCancelled);
  }
  SECTION("without a history") {
    fs::remove(studio.history());
    const auto summary = studio.backup(target);
    REQUIRE_FALSE(summary);
    CHECK(summary.error().code == ErrorCode::kNotFound);
  }
  SECTION("into a folder that is not there") {
    const auto summary = studio.backup(studio.place() / "nowhere" / "backup.tar");
    REQUIRE_FALSE(summary);
    CHECK(summary.error().code == ErrorCode::kNotFound);
  }
  CHECK(names_in(studio.place()) == std::set<std::string>{"data"});
}

TEST_CASE("The history is copied although somebody is writing it", "[backup]") {
  Studio studio;
  const std::string take = studio.add_take("house-aaaa");
  auto writer = history::HistoryStore::open(studio.history(), history::OpenMode::kReadWrite,
                                            {std::chrono::milliseconds(0)});
  REQUIRE_OK(writer);
  int written = 0;
  // A writer that would not wait a moment writes at each step of the backup.
  const auto summary =
      backup::write_backup(studio.history(), studio.place() / "backup.tar",
                           [&](const std::string&, std::int64_t, std::int64_t) {
                             REQUIRE_OK(writer->set_favourite(take, ++written % 2 == 0));
                           },
                           {});
  REQUIRE_OK(summary);
  CHECK(written >= 4);
}
