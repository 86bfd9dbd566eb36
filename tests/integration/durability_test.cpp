// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <sstream>

#include "tests/integration/judges.hpp"
#include "tests/integration/program.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/small_disk.hpp"

using namespace dgx::test;
namespace fs = std::filesystem;

namespace {

/// The system calls of a run in their order, as strace wrote them down.
class Calls {
 public:
  explicit Calls(const std::string& trace) {
    std::istringstream text(trace);
    for (std::string line; std::getline(text, line);) {
      // A failed call changed nothing; a resumed one was noted where it began.
      if (line.find(" = -1 ") == std::string::npos && line.find("resumed>") == std::string::npos) {
        lines_.push_back(line);
      }
    }
  }

  /// The first call from `from` on that is `name` and holds all `words`; fails if there is none.
  [[nodiscard]] std::size_t find(const std::string& name, const std::vector<std::string>& words,
                                 std::size_t from = 0) const {
    for (std::size_t i = from; i < lines_.size(); ++i) {
      if (matches(lines_[i], name, words)) return i;
    }
    std::string wanted = name;
    for (const std::string& word : words) wanted += " " + word;
    FAIL("no " << wanted << " from call " << from << " of " << lines_.size());
    return lines_.size();
  }
  [[nodiscard]] std::size_t find_last(const std::string& name,
                                      const std::vector<std::string>& words) const {
    std::size_t last = find(name, words);
    for (std::size_t i = last; i < lines_.size(); ++i) {
      if (matches(lines_[i], name, words)) last = i;
    }
    return last;
  }
  [[nodiscard]] const std::string& operator[](std::size_t i) const { return lines_[i]; }
  [[nodiscard]] std::size_t size() const { return lines_.size(); }

 private:
  static bool matches(const std::string& line, const std::string& name,
                      const std::vector<std::string>& words) {
    if (line.find(" " + name + "(") == std::string::npos) return false;
    return std::all_of(words.begin(), words.end(), [&](const std::string& word) {
      return line.find(word) != std::string::npos;
    });
  }

  std::vector<std::string> lines_{};
};

Calls traced_generate(Program& program) {
  const TempDir folder;
  program.launcher = {"strace",
                      "-f",
                      "-y",
                      "-s",
                      "4096",
                      "-o",
                      (folder / "trace").string(),
                      "-e",
                      "trace=fsync,fdatasync,renameat2,mkdir,mkdirat,openat,pwrite64,unlinkat"};
  program.environment["ASAN_OPTIONS"] = "detect_leaks=0";  // It cannot work beside strace.
  write_file(program.config(), "idle_exit = 1\n");         // strace waits for the service, too.
  const auto outcome = program.run({"generate", "a plain tone", "--duration", "1", "--stems"});
  INFO(outcome.err);
  REQUIRE(outcome.exit_code == 0);
  return Calls(read_file(folder / "trace"));
}

std::string in_angles(const fs::path& path) {
  return "<" + path.string() + ">";
}

void check_disk_full(const Program& program, const Outcome& outcome) {
  INFO(outcome.err);
  CHECK(outcome.exit_code == 2);
  CHECK(outcome.err.find("dgx-music: writing the WAV file failed at byte") != std::string::npos);
  CHECK(sqlite3_says(program.database(),
                     "SELECT state, error_code FROM jobs ORDER BY number DESC "
                     "LIMIT 1") == "failed|disk_full");
  CHECK(sqlite3_says(program.database(), "PRAGMA integrity_check") == "ok");
  CHECK(program.run({"history"}).exit_code == 0);
}

const std::vector<std::string> kTwoMegabytes = {"generate", "a plain tone", "--duration", "7"};

}  // namespace

TEST_CASE("Each file is durable before it gets its name, and all names before the row",
          "[integration]") {
  Program program;
  program.use_fake_engine();
  const Calls calls = traced_generate(program);

  const std::string temporary = (program.takes() / ".tmp").string();
  std::size_t last_rename = 0;
  int renames = 0;
  for (std::size_t i = 0; i < calls.size(); ++i) {
    if (calls[i].find(" renameat2(") == std::string::npos) continue;
    const std::size_t begin = calls[i].find('"') + 1;
    const std::string name = calls[i].substr(begin, calls[i].find('"', begin) - begin);
    INFO(calls[i]);
    CHECK(calls[i].find("RENAME_NOREPLACE") != std::string::npos);
    CHECK(calls[i].find(in_angles(temporary)) != std::string::npos);
    CHECK(calls.find("fsync", {temporary + "/" + name}) < i);
    last_rename = i;
    ++renames;
  }
  CHECK(renames == 5);  // WAV, two stems, MIDI, receipt
  CHECK(calls[last_rename].find(".high.wav") == std::string::npos);
  CHECK(calls[last_rename].find(".wav") != std::string::npos);  // The WAV is seen last.
  const std::size_t folder = calls.find("fsync", {in_angles(program.takes())}, last_rename);
  const std::size_t commit = calls.find("pwrite64", {"history.db-wal"}, last_rename);
  CHECK(folder < commit);
  CHECK(calls.find("fdatasync", {"history.db-wal"}, commit) > commit);
}

TEST_CASE("Folders that are made are durable before the row that needs them", "[integration]") {
  Program program;
  program.use_fake_engine();
  const Calls calls = traced_generate(program);
  const std::size_t commit =
      calls.find("pwrite64", {"history.db-wal"}, calls.find_last("renameat2", {}));
  const std::size_t takes = calls.find("mkdirat", {in_angles(program.data()), "\"takes\""});
  CHECK(calls.find("fsync", {in_angles(program.data())}, takes) < commit);
  for (fs::path made = program.data(); made != program.home(); made = made.parent_path()) {
    INFO(made.string());
    const std::size_t at = calls.find("mkdir", {"\"" + made.string() + "\""});
    CHECK(calls.find("fsync", {in_angles(made.parent_path())}, at) < commit);
  }
}

TEST_CASE("A file that may not grow fails its job, and leaves nothing", "[integration]") {
  Program program;
  program.use_fake_engine();
  program.launcher = {"prlimit", "--fsize=1000000"};
  check_disk_full(program, program.run(kTwoMegabytes));
  CHECK(files_beneath(program.takes()).empty());
  program.launcher.clear();
  program.end_services();  // The limit was handed on to it.
  CHECK(program.generate({"a plain tone", "--duration", "7"}).size() == 1);
}

TEST_CASE("A disk that fills up fails the job, and is used again when there is room",
          "[integration]") {
  Program program;
  program.use_fake_engine();
  const fs::path place = program.home() / "small";
  const SmallDisk disk(place, "1m");
  if (!disk.mounted()) {
    WARN("only root can mount a small disk; the limit on files stands for it");
    return;
  }
  program.allow_root(place);
  auto into_place = kTwoMegabytes;
  into_place.insert(into_place.end(), {"--output-dir", place.string()});
  check_disk_full(program, program.run(into_place));
  CHECK(files_beneath(place).empty());
  disk.grow("8m");
  CHECK(program.run(into_place).exit_code == 0);
  CHECK(files_beneath(place).size() == 3);
}

TEST_CASE("A data folder on a full disk harms no history, and works when there is room",
          "[integration]") {
  Program program;
  program.use_fake_engine();
  const SmallDisk disk(program.data(), "1m");
  if (!disk.mounted()) {
    WARN("only root can mount a small disk");
    return;
  }
  const auto first = program.generate({"a plain tone", "--duration", "1"});
  check_disk_full(program, program.run(kTwoMegabytes));
  CHECK(files_beneath(program.takes()).size() == 3);

  const auto room = fs::space(program.data()).available;
  write_file(program.data() / "ballast", std::string(room, 'x'));
  const auto refused = program.run({"generate", "a plain tone", "--duration", "1"});
  INFO(refused.err);
  CHECK(refused.exit_code == 2);
  CHECK(refused.err.find("dgx-music: ") == 0);
  CHECK(program.run({"history"}).exit_code == 0);
  CHECK(program.run({"show", first[0].take_id}).exit_code == 0);
  CHECK(sqlite3_says(program.database(), "PRAGMA integrity_check") == "ok");

  fs::remove(program.data() / "ballast");
  disk.grow("8m");
  CHECK(program.generate({"a plain tone", "--duration", "7"}).size() == 1);
}
