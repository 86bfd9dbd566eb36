// SPDX-License-Identifier: Apache-2.0
#include "generator/backup/restore.hpp"

#include <sys/stat.h>

#include "generator/history/history_store.hpp"
#include "generator/protocol/codec.hpp"
#include "tests/backup/studio.hpp"
#include "tests/support/catch.hpp"

using namespace dgx;
using namespace dgx::test;
namespace fs = std::filesystem;

namespace {

/// The data folder as it is when its history has been lost or moved away.
void lose_history(const Studio& studio) {
  for (const char* ending : {"", "-wal", "-shm"}) fs::remove(studio.history().string() + ending);
}

void lose_everything(const Studio& studio) {
  fs::remove_all(studio.data());
}

}  // namespace

TEST_CASE("What was backed up comes back byte for byte", "[backup]") {
  Studio studio;
  const std::string first = studio.add_take("lofi-84-Cm-aaaa");
  studio.add_take("house-bbbb");
  const auto takes = contents_of(studio.takes());
  const auto receipt = protocol::encode(studio.receipt_of(first));
  const fs::path file = studio.backed_up();
  lose_everything(studio);

  const auto summary = studio.restore(file);

  REQUIRE_OK(summary);
  CHECK(summary->takes == 2);
  CHECK(summary->files == 8);
  CHECK(summary->moved == 0);
  CHECK(contents_of(studio.takes()) == takes);
  CHECK(protocol::encode(studio.receipt_of(first)) == receipt);
  CHECK_FALSE(fs::exists(studio.data() / ".restore"));
  struct stat facts {};
  REQUIRE(::stat(studio.history().c_str(), &facts) == 0);
  CHECK((facts.st_mode & 07777) == 0600);
  auto store = history::HistoryStore::open(studio.history(), history::OpenMode::kReadWrite);
  REQUIRE_OK(store);
  CHECK(store->check_integrity());
}

TEST_CASE("Takes that lived in a session come to the data folder, and their rows say so",
          "[backup]") {
  Studio studio;
  const fs::path session = studio.place() / "song/dgx-music/takes";
  const std::string take = studio.add_take("house-aaaa", session);
  const auto files = contents_of(session);
  const fs::path file = studio.backed_up();
  lose_everything(studio);
  fs::remove_all(studio.place() / "song");

  const auto summary = studio.restore(file);

  REQUIRE_OK(summary);
  CHECK(summary->moved == 1);
  CHECK(studio.file_path_of(take) == (studio.takes() / "house-aaaa.wav").string());
  const protocol::Receipt receipt = studio.receipt_of(take);
  CHECK(receipt.file_path == (studio.takes() / "house-aaaa.wav").string());
  CHECK(*receipt.midi_path == (studio.takes() / "house-aaaa.mid").string());
  CHECK(receipt.stems.front().file_path == (studio.takes() / "house-aaaa.drums.wav").string());
  CHECK(read_bytes(studio.takes() / "house-aaaa.wav") == files.at("house-aaaa.wav"));
  CHECK(read_bytes(studio.takes() / "house-aaaa.json") == protocol::encode_for_people(receipt));
  CHECK_FALSE(fs::exists(studio.place() / "song"));
}

TEST_CASE("Takes of one name from two folders both come back", "[backup]") {
  Studio studio;
  const std::string one = studio.add_take("house-aaaa");
  const std::string two = studio.add_take("house-aaaa", studio.place() / "session");
  const fs::path file = studio.backed_up();
  lose_everything(studio);
  REQUIRE_OK(studio.restore(file));
  for (const std::string& take : {one, two}) {
    CHECK_THAT(read_bytes(studio.file_path_of(take)),
               Catch::Matchers::StartsWith("the audio of " + take));
    CHECK(read_bytes(*studio.receipt_of(take).midi_path) == "the notes of " + take);
  }
}

TEST_CASE("Where only the history was lost, the takes that are there stay", "[backup]") {
  Studio studio;
  const std::string take = studio.add_take("house-aaaa");
  const auto takes = contents_of(studio.takes());
  const fs::path file = studio.backed_up();
  lose_history(studio);
  REQUIRE_OK(studio.restore(file));
  CHECK(contents_of(studio.takes()) == takes);
  CHECK(studio.file_path_of(take) == (studio.takes() / "house-aaaa.wav").string());
}

TEST_CASE("A file that has a take's name is not replaced", "[backup]") {
  Studio studio;
  const std::string take = studio.add_take("house-aaaa");
  const fs::path file = studio.backed_up();
  lose_everything(studio);
  fs::create_directories(studio.takes());
  write_bytes(studio.takes() / "house-aaaa.mid", "another's");
  REQUIRE_OK(studio.restore(file));
  CHECK(read_bytes(studio.takes() / "house-aaaa.mid") == "another's");
  CHECK(studio.file_path_of(take) == (studio.takes() / (take + "-house-aaaa.wav")).string());
  CHECK(read_bytes(*studio.receipt_of(take).midi_path) == "the notes of " + take);
}

TEST_CASE("A data folder with a history is left as it is", "[backup]") {
  Studio studio;
  studio.add_take("house-aaaa");
  const fs::path file = studio.backed_up();
  SECTION("a whole one") {}
  SECTION("a damaged one") {
    write_bytes(studio.history(), "no database");
  }
  SECTION("a log without its database") {
    lose_history(studio);
    write_bytes(studio.history().string() + "-wal", "what was written last");
  }
  SECTION("a link in its place") {
    lose_history(studio);
    fs::create_symlink("/nowhere", studio.history());
  }
  const auto before = contents_of(studio.data());
  const auto summary = studio.restore(file);
  REQUIRE_FALSE(summary);
  CHECK(summary.error().code == ErrorCode::kConflict);
  CHECK_THAT(summary.error().message, Catch::Matchers::Contains("nothing was changed"));
  CHECK(contents_of(studio.data()) == before);
}

TEST_CASE("A restore that is cancelled changes nothing, and can be done again", "[backup]") {
  Studio studio;
  studio.add_take("house-aaaa");
  const fs::path file = studio.backed_up();
  const auto takes = contents_of(studio.takes());
  lose_everything(studio);
  std::stop_source stop;
  const auto cancelled = backup::restore_backup(
      file, studio.data(), [] {},
      [&stop](const std::string&, std::int64_t, std::int64_t) { stop.request_stop(); },
      stop.get_token());
  REQUIRE_FALSE(cancelled);
  CHECK(cancelled.error().code == ErrorCode::kCancelled);
  CHECK(contents_of(studio.data()).size() == 1);  // The lock
  REQUIRE_OK(studio.restore(file));
  CHECK(contents_of(studio.takes()) == takes);
}

TEST_CASE("What a killed restore left is taken away by the next", "[backup]") {
  Studio studio;
  studio.add_take("house-aaaa");
  const fs::path file = studio.backed_up();
  const auto takes = contents_of(studio.takes());
  lose_everything(studio);
  fs::create_directories(studio.data() / ".restore/takes");
  write_bytes(studio.data() / ".restore/history.db", "half of it");
  write_bytes(studio.data() / ".restore/takes/house-aaaa.wav", "half of it");
  // It was killed after it had moved one file.
  fs::create_directories(studio.takes());
  write_bytes(studio.takes() / "house-aaaa.wav", takes.at("house-aaaa.wav"));
  REQUIRE_OK(studio.restore(file));
  CHECK(contents_of(studio.takes()) == takes);
  CHECK_FALSE(fs::exists(studio.data() / ".restore"));
}

TEST_CASE("A take in the trash is backed up, and comes back as one in the trash", "[backup]") {
  Studio studio;
  const std::string take = studio.add_take("house-aaaa");
  const auto files = contents_of(studio.takes());
  {
    auto store = history::HistoryStore::open(studio.history(), history::OpenMode::kReadWrite);
    REQUIRE_OK(store);
    REQUIRE_OK(store->trash_take(take));
  }
  fs::create_directory(studio.takes() / ".trash");
  for (const auto& [name, content] : files) {
    fs::rename(studio.takes() / name, studio.takes() / ".trash" / name);
  }
  const fs::path file = studio.backed_up();
  lose_everything(studio);
  const auto summary = studio.restore(file);
  REQUIRE_OK(summary);
  CHECK(summary->lost == 0);
  // In takes/, from where nothing has to be moved to take it out of the trash.
  CHECK(contents_of(studio.takes()) == files);
  auto store = history::HistoryStore::open(studio.history(), history::OpenMode::kReadWrite);
  REQUIRE_OK(store);
  const auto restored = store->find_take(take);
  REQUIRE_OK(restored);
  CHECK(restored->trashed_at);
}

TEST_CASE("What was lost before the backup is told", "[backup]") {
  Studio studio;
  studio.add_take("house-aaaa");
  for (const char* ending : {".wav", ".drums.wav", ".mid", ".json"}) {
    fs::remove(studio.takes() / (std::string("house-aaaa") + ending));
  }
  const fs::path file = studio.place() / "backup.tar";
  REQUIRE_OK(studio.backup(file));
  lose_everything(studio);
  const auto summary = studio.restore(file);
  REQUIRE_OK(summary);
  CHECK(summary->lost == 1);
}
