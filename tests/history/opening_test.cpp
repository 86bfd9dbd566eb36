// SPDX-License-Identifier: Apache-2.0
#include <grp.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>
#include <set>

#include "generator/digest/sha256.hpp"
#include "tests/history/history_fixture.hpp"

namespace fs = std::filesystem;
using dgx::Error;
using dgx::ErrorCode;
using dgx::history::HistoryStore;
using dgx::history::OpenMode;
using dgx::test::add_completed_job;
using dgx::test::judge;
using dgx::test::open_store;
using dgx::test::read_bytes;
using dgx::test::TempDir;
using dgx::test::write_bytes;

namespace {

std::set<std::string> names_in(const fs::path& folder) {
  std::set<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) {
    names.insert(entry.path().filename().string());
  }
  return names;
}

// Both ways of opening refuse the file with `code`, and neither leaves a trace.
std::string refusal(const TempDir& temp, ErrorCode code) {
  const fs::path file = temp / "history.db";
  const auto digest = dgx::sha256_of_file(file);
  REQUIRE_OK(digest);
  const auto names = names_in(temp.path());
  std::string message;
  for (const OpenMode mode : {OpenMode::kReadOnly, OpenMode::kReadWrite}) {
    const auto store = HistoryStore::open(file, mode);
    REQUIRE_FALSE(store);
    CHECK(store.error().code == code);
    message = store.error().message;
    CHECK(message.find(file.string()) != std::string::npos);
    CHECK(*dgx::sha256_of_file(file) == *digest);
    CHECK(names_in(temp.path()) == names);
  }
  return message;
}

void make_history(const fs::path& file) {
  HistoryStore store = open_store(file);
  add_completed_job(store, "warm Rhodes", 3);
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// The exit status of `work` in a child process; a child that was killed is -signal.
int in_child(const std::function<int()>& work) {
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) ::_exit(work());
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace

TEST_CASE("A new database is private, ours, and in its newest form at once", "[history]") {
  const TempDir temp;
  const fs::path file = temp / "history.db";
  { const HistoryStore store = open_store(file); }
  struct stat status {};
  REQUIRE(::stat(file.c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0600);
  CHECK(names_in(temp.path()) == std::set<std::string>{"history.db"});
  CHECK(judge(file,
              "PRAGMA application_id; PRAGMA user_version; PRAGMA journal_mode;"
              "PRAGMA integrity_check;"
              "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' "
              "AND NOT strict AND name NOT LIKE 'sqlite_%';") == "1145526381\n5\nwal\nok\n");
}

TEST_CASE("An empty file becomes a database", "[history]") {
  const TempDir temp;
  write_bytes(temp / "history.db", "");
  make_history(temp / "history.db");
  CHECK(open_store(temp / "history.db").page({})->total == 3);
}

TEST_CASE("Reading where there is no history finds none and creates nothing", "[history]") {
  const TempDir temp;
  const auto missing = HistoryStore::open(temp / "history.db", OpenMode::kReadOnly);
  REQUIRE_FALSE(missing);
  CHECK(missing.error().code == ErrorCode::kNotFound);
  CHECK(names_in(temp.path()).empty());
  write_bytes(temp / "history.db", "");
  CHECK(HistoryStore::open(temp / "history.db", OpenMode::kReadOnly).error().code ==
        ErrorCode::kNotFound);
  CHECK(fs::file_size(temp / "history.db") == 0);
}

TEST_CASE("A database in a folder that does not exist is refused by name", "[history]") {
  const TempDir temp;
  const auto store = HistoryStore::open(temp / "no/history.db", OpenMode::kReadWrite);
  REQUIRE_FALSE(store);
  CHECK(store.error().code == ErrorCode::kNotFound);
  CHECK(contains(store.error().message, (temp / "no/history.db").string()));
}

TEST_CASE("A database from a newer program is refused untouched, with both versions", "[history]") {
  const TempDir temp;
  make_history(temp / "history.db");
  judge(temp / "history.db", "PRAGMA user_version = 6");
  const std::string message = refusal(temp, ErrorCode::kUnsupportedVersion);
  CHECK(contains(message, "version 6"));
  CHECK(contains(message, "up to 5"));
}

TEST_CASE("A newer program's last change, still in the log, is seen and kept", "[history]") {
  const TempDir temp;
  make_history(temp / "history.db");
  fs::create_directory(temp / "copy");
  const fs::path copy = temp / "copy/history.db";
  // A program that was killed leaves its log behind: copied while a connection holds it open.
  judge(temp / "history.db",
        "PRAGMA user_version = 6;\n.shell cp '" + (temp / "history.db").string() + "' '" +
            (temp / "history.db-wal").string() + "' '" + (temp / "copy").string() + "'\n");
  const std::string file_before = read_bytes(copy);
  const std::string log_before = read_bytes(copy.string() + "-wal");
  REQUIRE(log_before.size() > 4096);
  for (const OpenMode mode : {OpenMode::kReadOnly, OpenMode::kReadWrite}) {
    const auto store = HistoryStore::open(copy, mode);
    REQUIRE_FALSE(store);
    CHECK(store.error().code == ErrorCode::kUnsupportedVersion);
    CHECK(read_bytes(copy) == file_before);
    CHECK(read_bytes(copy.string() + "-wal") == log_before);
  }
}

TEST_CASE("A database of another program is refused untouched", "[history]") {
  const TempDir temp;
  const fs::path file = temp / "history.db";
  SECTION("with an application_id of its own") {
    make_history(file);
    judge(file, "PRAGMA application_id = 252006674");
  }
  SECTION("with other tables") {
    judge(file, "CREATE TABLE notes (text)");
  }
  SECTION("with a table of the same name") {
    judge(file, "CREATE TABLE generations (id, prompt); CREATE TABLE prompts (id, text)");
  }
  SECTION("with a version and nothing in it") {
    judge(file, "PRAGMA user_version = 7; VACUUM");
  }
  SECTION("with our id and without our tables") {
    make_history(file);
    judge(file, "DROP TABLE events");
  }
  SECTION("with our id and without the search index") {
    make_history(file);
    judge(file, "DROP TABLE generations_fts");
  }
  SECTION("with our id and version 0") {
    make_history(file);
    judge(file, "PRAGMA user_version = 0");
  }
  SECTION("with our id and the version before its tables") {
    make_history(file);
    judge(file, "PRAGMA user_version = 1");
  }
  CHECK(contains(refusal(temp, ErrorCode::kCorrupt), "restore it from a backup"));
}

TEST_CASE("What is no database at all is refused untouched", "[history]") {
  const TempDir temp;
  const fs::path file = temp / "history.db";
  SECTION("a text") {
    write_bytes(file, std::string(10'000, 'x'));
  }
  SECTION("one byte") {
    write_bytes(file, "S");
  }
  SECTION("the magic number alone") {
    write_bytes(file, std::string("SQLite format 3\0", 16));
  }
  SECTION("zeros") {
    write_bytes(file, std::string(8192, '\0'));
  }
  SECTION("half of a database") {
    make_history(file);
    const std::string bytes = read_bytes(file);
    write_bytes(file, bytes.substr(0, bytes.size() / 2));
  }
  SECTION("a database without its last byte") {
    make_history(file);
    const std::string bytes = read_bytes(file);
    write_bytes(file, bytes.substr(0, bytes.size() - 1));
  }
  CHECK(contains(refusal(temp, ErrorCode::kCorrupt), "nothing was changed"));
}

TEST_CASE("A folder, a device or a pipe in place of the database is refused at once", "[history]") {
  const TempDir temp;
  fs::create_directory(temp / "folder");
  REQUIRE(::mkfifo((temp / "pipe").c_str(), 0600) == 0);
  for (const fs::path& file : {temp / "folder", temp / "pipe", fs::path("/dev/null")}) {
    CAPTURE(file.string());
    for (const OpenMode mode : {OpenMode::kReadOnly, OpenMode::kReadWrite}) {
      const auto store = HistoryStore::open(file, mode);
      REQUIRE_FALSE(store);
      CHECK(store.error().code == ErrorCode::kCorrupt);
    }
  }
}

TEST_CASE("A log whose database is gone is not thrown away", "[history]") {
  const TempDir temp;
  write_bytes(temp / "history.db-wal", std::string(5000, 'w'));
  const auto store = HistoryStore::open(temp / "history.db", OpenMode::kReadWrite);
  REQUIRE_FALSE(store);
  CHECK(store.error().code == ErrorCode::kCorrupt);
  CHECK(names_in(temp.path()) == std::set<std::string>{"history.db-wal"});
  CHECK(read_bytes(temp / "history.db-wal").size() == 5000);
}

TEST_CASE("A path may hold what means something in a URI", "[history]") {
  const TempDir temp;
  fs::create_directory(temp / "a?mode=memory#x %41 ü");
  const fs::path file = temp / "a?mode=memory#x %41 ü" / "history.db?vfs=none";
  make_history(file);
  CHECK(fs::file_size(file) > 4096);
  CHECK(open_store(file, OpenMode::kReadOnly).page({})->total == 3);
}

TEST_CASE("A reader sees what a writer commits while both are open", "[history]") {
  const TempDir temp;
  HistoryStore writer = open_store(temp / "history.db");
  HistoryStore reader = open_store(temp / "history.db", OpenMode::kReadOnly);
  CHECK(reader.page({})->total == 0);
  add_completed_job(writer, "warm Rhodes");
  CHECK(reader.page({})->total == 1);
  CHECK(reader.page({.text = "rhodes"})->total == 1);
  const auto refused = reader.add_job(dgx::test::make_job("from a reader"));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::kIo);
  CHECK(writer.page({})->total == 1);
}

TEST_CASE("Opening the history a second time in a process keeps the locks of the first",
          "[history]") {
  const TempDir temp;
  const fs::path file = temp / "history.db";
  HistoryStore first = open_store(file);
  add_completed_job(first, "warm Rhodes");
  { const HistoryStore second = open_store(file, OpenMode::kReadOnly); }
  CHECK_FALSE(HistoryStore::open(temp / "none.db", OpenMode::kReadOnly));
  // Another program that takes itself for the last one would remove the log when it closes.
  CHECK(judge(file, "SELECT count(*) FROM generations") == "1\n");
  CHECK(fs::exists(file.string() + "-wal"));
  add_completed_job(first, "more");
  CHECK(judge(file, "SELECT count(*) FROM generations") == "2\n");
}

TEST_CASE("Reading changes no byte of the database", "[history]") {
  const TempDir temp;
  make_history(temp / "history.db");
  const std::string before = read_bytes(temp / "history.db");
  {
    HistoryStore reader = open_store(temp / "history.db", OpenMode::kReadOnly);
    CHECK(reader.page({.text = "rhodes"})->total == 3);
    REQUIRE_OK(reader.check_integrity());
  }
  CHECK(read_bytes(temp / "history.db") == before);
  // What the reader may leave beside it is in nobody's way.
  HistoryStore writer = open_store(temp / "history.db");
  add_completed_job(writer, "more");
  CHECK(writer.page({})->total == 4);
}

TEST_CASE("A history that may only be read is read, in a folder that may not be written",
          "[history]") {
  const TempDir temp;
  make_history(temp / "history.db");
  fs::permissions(temp.path(), fs::perms(0555));
  fs::permissions(temp / "history.db", fs::perms(0444));
  const int status = in_child([&temp] {
    // root may write everywhere: be somebody else.
    if (::geteuid() == 0 && (::setgroups(0, nullptr) != 0 || ::setuid(65534) != 0)) return 2;
    auto reader = HistoryStore::open(temp / "history.db", OpenMode::kReadOnly);
    if (!reader) return 3;
    const auto page = reader->page({.text = "rhodes"});
    if (!page || page->total != 3) return 4;
    const auto writer = HistoryStore::open(temp / "history.db", OpenMode::kReadWrite);
    return !writer && writer.error().code == ErrorCode::kIo ? 0 : 5;
  });
  fs::permissions(temp.path(), fs::perms(0755));
  CHECK(status == 0);
  CHECK(names_in(temp.path()) == std::set<std::string>{"history.db"});
}

TEST_CASE("Many processes that create the history at once get one and the same", "[history]") {
  const TempDir temp;
  for (int round = 0; round < 5; ++round) {
    const fs::path file = temp / ("history-" + std::to_string(round) + ".db");
    std::vector<pid_t> children;
    for (int i = 0; i < 6; ++i) {
      const pid_t child = ::fork();
      REQUIRE(child >= 0);
      if (child == 0) {
        auto store = HistoryStore::open(file, OpenMode::kReadWrite);
        if (!store) {
          ::dprintf(2, "%s\n", store.error().message.c_str());
          ::_exit(1);
        }
        ::_exit(store->add_job(dgx::test::make_job("together")).has_value() ? 0 : 2);
      }
      children.push_back(child);
    }
    for (const pid_t child : children) {
      int status = 0;
      REQUIRE(::waitpid(child, &status, 0) == child);
      CHECK(status == 0);
    }
    HistoryStore store = open_store(file);
    CHECK(store.page({})->total == 6);
    REQUIRE_OK(store.check_integrity());
  }
}
