// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <set>

#include "generator/base/philox.hpp"
#include "tests/history/history_fixture.hpp"
#include "tests/support/torn_vfs.hpp"

namespace fs = std::filesystem;
using dgx::Error;
using dgx::ErrorCode;
using dgx::history::HistoryStore;
using dgx::history::OpenMode;
using dgx::history::OpenOptions;
using dgx::test::read_bytes;
using dgx::test::TempDir;
using dgx::test::write_bytes;

namespace {

struct Files {
  std::string database;
  std::string log;
};

// A history as a killed program leaves it: half in the file, half in the log.
Files make_files(const fs::path& file) {
  {
    HistoryStore store = dgx::test::open_store(file);
    for (int i = 0; i < 12; ++i) {
      dgx::test::add_completed_job(store, "warm Rhodes " + std::to_string(i), 2);
    }
  }
  HistoryStore store = dgx::test::open_store(file);
  for (int i = 0; i < 3; ++i) dgx::test::add_completed_job(store, "dusty drums", 2);
  return {read_bytes(file), read_bytes(file.string() + "-wal")};
}

void flip(std::string& bytes, std::size_t range, dgx::RandomStream& random) {
  for (std::uint32_t count = 1 + random.below(4); count-- > 0;) {
    const auto place = random.below(static_cast<std::uint32_t>(std::min(range, bytes.size())));
    bytes[place] = static_cast<char>(bytes[place] ^ static_cast<char>(1 + random.below(255)));
  }
}

// One of the ways in which a disk or a copy goes wrong.
Files damage(Files files, std::uint32_t kind, dgx::RandomStream& random) {
  switch (kind % 6) {
    case 0:  // the header
      files.log.clear();
      flip(files.database, 100, random);
      break;
    case 1:  // the first page, which holds the schema
      files.log.clear();
      flip(files.database, 4096, random);
      break;
    case 2:  // anywhere
      files.log.clear();
      flip(files.database, files.database.size(), random);
      break;
    case 3:  // a log cut off
      files.log.resize(random.below(static_cast<std::uint32_t>(files.log.size())));
      break;
    case 4:  // a log with other bytes in it
      flip(files.log, files.log.size(), random);
      break;
    default:  // a file cut off
      files.log.clear();
      files.database.resize(random.below(static_cast<std::uint32_t>(files.database.size())));
  }
  return files;
}

bool is_a_sentence(const Error& error, const fs::path& file) {
  return error.code != ErrorCode::kInternal && error.message.size() > 20 &&
         error.message.find(file.string()) != std::string::npos &&
         error.message.find('\n') == std::string::npos;
}

// Uses everything; what meets the damage has to say so, and nothing may crash.
template <typename Result>
void expect_value_or_sentence(const Result& result, const fs::path& file) {
  if (result) return;
  CAPTURE(result.error().message);
  CHECK(is_a_sentence(result.error(), file));
}

void read_everything(HistoryStore& store, const fs::path& file) {
  expect_value_or_sentence(store.page({.page_size = 200}), file);
  expect_value_or_sentence(store.page({.text = "rhodes"}), file);
  expect_value_or_sentence(store.page({.favourites_only = true}), file);
  expect_value_or_sentence(store.page({.completed_only = true}), file);
  expect_value_or_sentence(store.jobs_in(dgx::protocol::JobStatus::kCompleted), file);
  expect_value_or_sentence(store.most_used_prompts(10), file);
  expect_value_or_sentence(store.check_integrity(), file);
}

std::set<std::string> names_in(const fs::path& folder) {
  std::set<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) names.insert(entry.path().filename());
  return names;
}

}  // namespace

TEST_CASE("Five hundred damaged copies open and work, or are refused and left as they are",
          "[history]") {
  const dgx::test::TornVfs without_fsync;  // Nothing here is about the disk's cache.
  const TempDir temp;
  const Files whole = make_files(temp / "whole.db");
  REQUIRE(whole.log.size() > 20'000);
  dgx::RandomStream random(12, 0);
  int opened = 0;
  int refused = 0;
  const std::uint32_t copies = dgx::test::long_tests() ? 20'000 : 500;
  for (std::uint32_t copy = 0; copy < copies; ++copy) {
    CAPTURE(copy);
    const fs::path folder = temp / std::to_string(copy);
    fs::create_directory(folder);
    const fs::path file = folder / "history.db";
    const Files files = damage(whole, copy, random);
    write_bytes(file, files.database);
    if (!files.log.empty()) write_bytes(file.string() + "-wal", files.log);

    auto reader = HistoryStore::open(file, OpenMode::kReadOnly);
    if (reader) {
      read_everything(*reader, file);
    } else {
      CHECK(is_a_sentence(reader.error(), file));
    }
    reader = Error{};
    REQUIRE(read_bytes(file) == files.database);
    REQUIRE(read_bytes(file.string() + "-wal") == files.log);

    const auto names = names_in(folder);
    auto writer = HistoryStore::open(file, OpenMode::kReadWrite);
    if (writer) {
      ++opened;
      read_everything(*writer, file);
      expect_value_or_sentence(writer->add_job(dgx::test::make_job("and on it goes")), file);
    } else {
      ++refused;
      CAPTURE(writer.error().message);
      CHECK(is_a_sentence(writer.error(), file));
      REQUIRE(read_bytes(file) == files.database);
      REQUIRE(read_bytes(file.string() + "-wal") == files.log);
      // It may clear away the empty log that the reader left, and adds nothing.
      const auto names_now = names_in(folder);
      CHECK(std::includes(names.begin(), names.end(), names_now.begin(), names_now.end()));
    }
    writer = Error{};
    fs::remove_all(folder);
  }
  CHECK(opened > static_cast<int>(copies / 4));
  CHECK(refused > static_cast<int>(copies / 4));
}

TEST_CASE("A writer finds the damaged page before it writes; a reader shows what is whole",
          "[history]") {
  const TempDir temp;
  const fs::path file = temp / "history.db";
  write_bytes(file, make_files(temp / "whole.db").database);
  // Far from all that is read when it is opened: a page of the search index.
  const std::string root = dgx::test::judge(
      file, "SELECT rootpage FROM sqlite_schema WHERE name = 'generations_fts_docsize'");
  std::string bytes = read_bytes(file);
  bytes.replace((std::stoul(root) - 1) * 4096, 4096, 4096, '\xFF');
  write_bytes(file, bytes);
  const auto writer = HistoryStore::open(file, OpenMode::kReadWrite);
  REQUIRE_FALSE(writer);
  CHECK(writer.error().code == ErrorCode::kCorrupt);
  CHECK(writer.error().message.find("age " + std::to_string(std::stoul(root))) !=
        std::string::npos);
  CHECK(read_bytes(file) == bytes);
  HistoryStore reader = dgx::test::open_store(file, OpenMode::kReadOnly);
  CHECK(reader.page({})->total == 24);
  CHECK(reader.check_integrity().error().code == ErrorCode::kCorrupt);
}

TEST_CASE("A log that was cut off gives all changes before the cut, each whole", "[history]") {
  const dgx::test::TornVfs without_fsync;
  const TempDir temp;
  const Files whole = make_files(temp / "whole.db");
  dgx::RandomStream random(13, 0);
  std::int64_t fewest = 30;
  std::int64_t most = 0;
  for (int round = 0; round < 60; ++round) {
    const fs::path file = temp / ("cut-" + std::to_string(round) + ".db");
    write_bytes(file, whole.database);
    const auto size = random.below(static_cast<std::uint32_t>(whole.log.size() + 1));
    write_bytes(file.string() + "-wal", whole.log.substr(0, size));
    HistoryStore store = dgx::test::open_store(file);
    REQUIRE_OK(store.check_integrity());
    const std::int64_t total = store.page({})->total;
    CHECK(total % 2 == 0);
    CHECK(store.page({.text = "rhodes"})->total == 24);
    fewest = std::min(fewest, total);
    most = std::max(most, total);
  }
  CHECK(fewest == 24);
  CHECK(most == 30);
}
