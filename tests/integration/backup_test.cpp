// SPDX-License-Identifier: Apache-2.0
// Backup and restore as a person does them, while takes are being made.
#include <sys/stat.h>

#include <cstdio>
#include <filesystem>
#include <map>
#include <sstream>

#include "tests/integration/judges.hpp"
#include "tests/integration/program.hpp"
#include "tests/integration/refusals.hpp"
#include "tests/support/catch.hpp"

using namespace dgx::test;
namespace fs = std::filesystem;

namespace {

constexpr const char* kCompletedRows =
    "SELECT id, job_id, position, prompt, duration_seconds, file_path, file_size_bytes, "
    "metadata FROM generations WHERE status = 'completed' ORDER BY id";

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

/// Writes to the history without pause until it is ended, and says by how much the slowest write
/// was held up. It does not sync: how fast the disk is, is not the question.
std::vector<std::string> writer_beside(const Program& program) {
  return {"/usr/bin/python3", "-c",
          "import signal, sqlite3, sys, time\n"
          "ended = []\n"
          "signal.signal(signal.SIGTERM, lambda *_: ended.append(1))\n"
          "db = sqlite3.connect(sys.argv[1], timeout=30, isolation_level=None)\n"
          "db.execute('PRAGMA synchronous = OFF')\n"
          "slowest = writes = 0\n"
          "print('writing', flush=True)\n"
          "while not ended:\n"
          "    begin = time.monotonic()\n"
          "    db.execute('UPDATE prompts SET used_count = used_count + 1')\n"
          "    slowest = max(slowest, time.monotonic() - begin)\n"
          "    writes += 1\n"
          "    time.sleep(0.001)\n"
          "print(writes, slowest)\n",
          program.database().string()};
}

/// All that a restore has to give back of a history that has at least the rows of `before`.
void check_restored(const Program& original, const Program& restored, const std::string& before) {
  CHECK(sqlite3_says(restored.database(), "PRAGMA integrity_check") == "ok");
  CHECK(sqlite3_says(restored.database(), "PRAGMA foreign_key_check").empty());
  const auto rows = lines_of(sqlite3_says(restored.database(), kCompletedRows));
  const auto acknowledged = lines_of(before);
  CHECK(rows.size() >= acknowledged.size());
  const std::string files =
      sqlite3_says(restored.database(),
                   "SELECT file_path, json_extract(metadata, '$.audio_sha256') FROM generations "
                   "WHERE status = 'completed'");
  for (const std::string& line : lines_of(files)) {
    const std::size_t bar = line.find('|');
    const fs::path wav = line.substr(0, bar);
    CHECK(wav.parent_path() == restored.takes());
    CHECK(audio_sha256_by_coreutils(wav) == line.substr(bar + 1));
    CHECK(read_file(wav) == read_file(original.takes() / wav.filename()));
  }
  CHECK(lines_of(files).size() == rows.size());
}

}  // namespace

TEST_CASE("A backup while takes are being made holds every take acknowledged before it",
          "[integration]") {
  Program program;
  program.use_fake_engine();
  const int jobs = long_tests() ? 200 : 24;
  std::vector<Running> running;
  CHECK(program.generate({"a plain tone", "--duration", "1"}).size() == 1);
  running.reserve(static_cast<std::size_t>(jobs));
  for (int job = 0; job < jobs; ++job) {
    running.push_back(program.start(
        {"generate", "a plain tone", "--duration", "1", "--variations", "8", "--json"}));
  }
  Program writer;
  writer.launcher = writer_beside(program);
  Running writing = writer.start({});
  REQUIRE(writing.wait_for_output("writing"));

  for (int round = 0; round < 3; ++round) {
    const std::string before = sqlite3_says(program.database(), kCompletedRows);
    const fs::path file = program.home() / ("backup-" + std::to_string(round) + ".tar");
    const Outcome backup = program.run({"backup", file.string()});
    INFO(backup.err);
    REQUIRE(backup.exit_code == 0);
    const Program elsewhere;
    const Outcome restore = elsewhere.run({"restore", file.string()});
    INFO(restore.err);
    REQUIRE(restore.exit_code == 0);
    check_restored(program, elsewhere, before);
  }

  writing.send(SIGTERM);
  const Outcome written = writing.wait();
  INFO(written.out << written.err);
  double writes = 0;
  double slowest = 0;
  REQUIRE(std::sscanf(written.out.c_str(), "writing %lf %lf", &writes, &slowest) == 2);
  WARN("slowest of " << writes << " writes beside 3 backups: " << slowest * 1000 << " ms");
  CHECK(slowest <= 0.250 * patience());
  for (Running& job : running) CHECK(job.wait().exit_code == 0);
}

TEST_CASE("A history comes back from its backup as it was", "[integration]") {
  Program program;
  CHECK(
      program.generate({"house, 120 BPM", "--bars", "1", "--stems", "--variations", "2"}).size() ==
      2);
  const std::string rows = sqlite3_says(program.database(), ".dump");
  std::map<std::string, std::string> files;
  for (const std::string& name : files_beneath(program.takes())) {
    files[name] = read_file(program.takes() / name);
  }
  const fs::path backup = program.home() / "my backup.tar";
  const Outcome backed_up = program.run({"backup", backup.string()});
  CHECK(backed_up.exit_code == 0);
  CHECK(backed_up.err.empty());
  CHECK_THAT(backed_up.out, Catch::Matchers::Contains("Backed up 2 takes in"));
  fs::remove_all(program.data());

  const Outcome restored = program.run({"restore", backup.string()});

  CHECK(restored.exit_code == 0);
  CHECK(restored.err.empty());
  CHECK_THAT(restored.out, Catch::Matchers::Contains("Restored 2 takes in"));
  CHECK(sqlite3_says(program.database(), ".dump") == rows);
  REQUIRE(files_beneath(program.takes()).size() == files.size());
  for (const auto& [name, content] : files) CHECK(read_file(program.takes() / name) == content);
  CHECK(program.run({"doctor"}).exit_code == 0);
  CHECK(program.generate({"house, 120 BPM", "--bars", "1"}).size() == 1);
}

TEST_CASE("A restore does not wait for a service that has nothing to do", "[integration]") {
  Program program;
  program.use_fake_engine();
  CHECK(program.generate({"a plain tone", "--duration", "1"}).size() == 1);
  const fs::path backup = program.home() / "backup.tar";
  REQUIRE(program.run({"backup", backup.string()}).exit_code == 0);
  for (const char* end : {"", "-wal", "-shm"}) fs::remove(program.database().string() + end);
  const Outcome restored = program.run({"restore", backup.string()});
  INFO(restored.err);
  CHECK(restored.exit_code == 0);
  CHECK(restored.err.empty());
  CHECK_FALSE(fs::exists(program.socket()));
}

TEST_CASE("tar unpacks a backup, for the day when this program is gone", "[integration]") {
  Program program;
  program.use_fake_engine();
  const auto receipts = program.generate({"a plain tone", "--duration", "1"});
  const fs::path backup = program.home() / "backup.tar";
  REQUIRE(program.run({"backup", backup.string()}).exit_code == 0);
  const fs::path place = program.home() / "by-hand";
  fs::create_directory(place);
  Program tar;  // What is put behind its words becomes the name to leave out.
  tar.launcher = {"tar", "-C", place.string(), "-xf", backup.string(), "--exclude"};
  REQUIRE(tar.run({}).exit_code == 0);
  const fs::path wav = receipts.front().file_path;
  CHECK(read_file(place / "takes" / wav.filename()) == read_file(wav));
  CHECK(sqlite3_says(place / "history.db", "SELECT count(*) FROM generations") == "1");
}

TEST_CASE("A take that somebody changed is backed up, and said to be changed", "[integration]") {
  Program program;
  program.use_fake_engine();
  const auto receipts = program.generate({"a plain tone", "--duration", "1"});
  const fs::path wav = receipts.front().file_path;
  std::string changed = read_file(wav);
  changed[changed.size() / 2] = static_cast<char>(changed[changed.size() / 2] ^ 0x40);
  write_file(wav, changed);
  const Outcome backup = program.run({"backup", (program.home() / "backup.tar").string()});
  CHECK(backup.exit_code == 0);
  CHECK_THAT(backup.err, Catch::Matchers::Contains(wav.string() + " is not what was made"));
}

TEST_CASE("What cannot be backed up or restored is refused in one sentence", "[integration]") {
  Program program;
  program.use_fake_engine();
  const fs::path backup = program.home() / "backup.tar";
  check_refused(program.run({"backup", backup.string()}), {"no history yet"});
  CHECK(program.generate({"a plain tone", "--duration", "1"}).size() == 1);
  check_refused(program.run({"backup", "/nowhere/backup.tar"}), {"/nowhere"});
  REQUIRE(program.run({"backup", backup.string()}).exit_code == 0);
  check_refused(program.run({"backup", backup.string()}), {backup.string(), "replaces nothing"});
  program.end_services();
  const auto before = files_beneath(program.data());
  check_refused(program.run({"restore", backup.string()}),
                {program.database().string(), "nothing was changed", "DGX_MUSIC_DATA_DIR"});
  CHECK(files_beneath(program.data()) == before);
  const Program elsewhere;
  check_refused(elsewhere.run({"restore", "/nowhere/backup.tar"}), {"/nowhere/backup.tar"});
  write_file(backup, read_file(backup).substr(0, 20'000));
  check_refused(elsewhere.run({"restore", backup.string()}),
                {backup.string(), "was not restored", "not a whole backup"});
}

TEST_CASE("A command that finds its second program missing says so", "[integration]") {
  Program program;
  program.launcher = {"sh", "-c", "cp \"$0\" \"$HOME\" && exec \"$HOME/dgx-music\" \"$@\""};
  check_refused(program.run({"backup", (program.home() / "backup.tar").string()}),
                {(program.home() / "dgx-music-transfer").string(), "cannot be run"});
}
