// SPDX-License-Identifier: Apache-2.0
// dgx-music doctor, with the parts of an installation broken one at a time.
#include <filesystem>
#include <functional>
#include <sstream>

#include "tests/integration/judges.hpp"
#include "tests/integration/program.hpp"
#include "tests/integration/refusals.hpp"
#include "tests/support/catch.hpp"

using namespace dgx::test;
namespace fs = std::filesystem;

namespace {

/// A program that has all it needs, and a runtime folder that is its own.
class Patient {
 public:
  Patient() {
    program.environment["DGX_MUSIC_RUNTIME_DIR"] = runtime().string();
    fs::create_directory(runtime());
    fs::permissions(runtime(), fs::perms::owner_all);
  }
  [[nodiscard]] fs::path runtime() const { return program.home() / "run"; }
  void make_history() {
    program.use_fake_engine();
    CHECK(program.generate({"a plain tone", "--duration", "1"}).size() == 1);
    program.end_services();
    program.environment.erase("DGX_MUSIC_ENGINE");
  }

  Program program{};
};

/// The line about a part, and the one below it if that holds the remedy.
std::string lines_about(const std::string& out, const std::string& part) {
  std::istringstream text(out);
  std::string found;
  for (std::string line; std::getline(text, line);) {
    if (!found.empty()) return line.starts_with(" ") ? found + "\n" + line : found;
    if (line.substr(std::min<std::size_t>(line.size(), 9)).starts_with(part + " ")) found = line;
  }
  return found;
}

/// All files but SQLite's shared memory and its empty log, which any reader of a history makes.
std::vector<std::string> lasting_files(const fs::path& folder) {
  std::vector<std::string> files = files_beneath(folder);
  std::erase_if(files, [](const std::string& name) {
    return name.ends_with("history.db-shm") || name.ends_with("history.db-wal");
  });
  return files;
}

std::size_t count(const std::string& text, const std::string& word) {
  std::size_t times = 0;
  for (auto at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) ++times;
  return times;
}

/// Exactly one part is missing, it is this one, and what is said about it holds all the words.
void check_missing(const Program& program, const std::string& part,
                   const std::vector<std::string>& words) {
  const Outcome outcome = program.run({"doctor"});
  INFO(outcome.out << outcome.err);
  CHECK(outcome.exit_code == 1);
  CHECK(outcome.err.empty());
  CHECK(is_plain_text(outcome.out));
  const std::string said = lines_about(outcome.out, part);
  CHECK(said.starts_with("missing  "));
  for (const std::string& word : words) CHECK_THAT(said, Catch::Matchers::Contains(word));
  CHECK(count(outcome.out, "missing  ") == 1);
  CHECK(program.run({"doctor", "--json"}).out.starts_with(R"({"ok":false,"parts":[)"));
}

}  // namespace

TEST_CASE("A doctor finds nothing missing where nothing is, and changes nothing", "[integration]") {
  Patient patient;
  SECTION("on a machine that has no take yet") {}
  SECTION("on a machine with a history") {
    patient.make_history();
  }
  const auto before = lasting_files(patient.program.home());

  const Outcome outcome = patient.program.run({"doctor"});

  INFO(outcome.out << outcome.err);
  CHECK(outcome.exit_code == 0);
  CHECK(outcome.out.find("missing  ") == std::string::npos);
  for (const char* part :
       {"configuration", "data folder", "history", "runtime folder", "engine", "model sketch",
        "MusicGen", "transfer", "memory", "graphics card", "Ardour"}) {
    CHECK_FALSE(lines_about(outcome.out, part).empty());
  }
  CHECK(lasting_files(patient.program.home()) == before);
  const Outcome json = patient.program.run({"doctor", "--json"});
  CHECK(json.exit_code == 0);
  CHECK(json.out.starts_with(R"({"ok":true,"parts":[{"part":"configuration","state":"ok",)"));
}

TEST_CASE("A doctor counts the takes of a whole history", "[integration]") {
  Patient patient;
  patient.make_history();
  CHECK_THAT(patient.program.run({"doctor"}).out, Catch::Matchers::Contains("1 take, every page"));
}

TEST_CASE("A doctor names the line of a wrong configuration and goes on", "[integration]") {
  Patient patient;
  write_file(patient.program.config(), "\n\nsoundfnt = \"/a.sf2\"\n");
  check_missing(patient.program, "configuration",
                {patient.program.config().string() + " line 3", "soundfnt", "${EDITOR:-nano}"});
}

TEST_CASE("A doctor names a variable that cannot be used", "[integration]") {
  Patient patient;
  patient.program.environment["DGX_MUSIC_SOUNDFONT"] = "relative.sf2";
  check_missing(patient.program, "configuration", {"DGX_MUSIC_SOUNDFONT", "relative.sf2"});
}

TEST_CASE("A doctor names a data folder that is no folder", "[integration]") {
  Patient patient;
  write_file(patient.program.data(), "in the way");
  const Outcome outcome = patient.program.run({"doctor"});
  CHECK(outcome.exit_code == 1);
  CHECK_THAT(lines_about(outcome.out, "data folder"),
             Catch::Matchers::Contains(patient.program.data().string() + " is not a folder") &&
                 Catch::Matchers::Contains("ls -ld"));
}

TEST_CASE("A doctor names a history that cannot be used, and leaves it as it is", "[integration]") {
  Patient patient;
  patient.make_history();
  const fs::path file = patient.program.database();
  const std::string whole = read_file(file);
  SECTION("damaged in a page that nobody has read yet") {
    std::string damaged = whole;
    damaged.replace(damaged.size() - 4096, 4096, 4096, '\xA5');
    write_file(file, damaged);
    check_missing(patient.program, "history", {file.string(), "mv ", ".damaged"});
    CHECK(read_file(file) == damaged);
  }
  SECTION("another program's") {
    write_file(file, std::string(8192, 'x'));
    check_missing(patient.program, "history", {"not an SQLite database", "mv "});
  }
  SECTION("from a newer program") {
    const int version = std::stoi(sqlite3_says(file, "PRAGMA user_version"));
    sqlite3_changes(file, "PRAGMA user_version = " + std::to_string(version + 1));
    check_missing(patient.program, "history",
                  {"version " + std::to_string(version + 1), "dgx-music --version"});
  }
}

TEST_CASE("A doctor names a runtime folder that others could use", "[integration]") {
  Patient patient;
  fs::permissions(patient.runtime(), fs::perms::others_read | fs::perms::others_exec,
                  fs::perm_options::add);
  check_missing(patient.program, "runtime folder", {"0700", "chmod 700 "});
}

TEST_CASE("A doctor names a runtime folder that is a link", "[integration]") {
  Patient patient;
  fs::remove(patient.runtime());
  fs::create_symlink(patient.program.home(), patient.runtime());
  check_missing(patient.program, "runtime folder", {"is not a folder", "ls -ld "});
}

TEST_CASE("A doctor names an engine that is not there or does not answer", "[integration]") {
  Patient patient;
  SECTION("not there") {
    patient.program.environment["DGX_MUSIC_ENGINE"] = "/nowhere/engine";
  }
  SECTION("no engine") {
    patient.program.environment["DGX_MUSIC_ENGINE"] = "/bin/false";
  }
  check_missing(patient.program, "engine", {"scripts/install"});
}

TEST_CASE("A doctor names a soundfont that is missing", "[integration]") {
  Patient patient;
  patient.program.environment["DGX_MUSIC_SOUNDFONT"] = "/nowhere/a.sf2";
  check_missing(patient.program, "model sketch", {"/nowhere/a.sf2", "soundfont"});
}

TEST_CASE("A doctor says how to get weights, and which are there", "[integration]") {
  Patient patient;
  CHECK_THAT(lines_about(patient.program.run({"doctor"}).out, "MusicGen"),
             Catch::Matchers::StartsWith("note") &&
                 Catch::Matchers::Contains("dgx-music models pull musicgen-small"));
  write_file(patient.program.data() / "models/musicgen-small/dgx-music-model.json",
             R"({"format":1,"id":"musicgen-small","licence":"CC-BY-NC-4.0","files":[{"name":)"
             R"("config.json","size":2,"sha256":")" +
                 std::string(64, 'a') + R"("}]})");
  CHECK_THAT(lines_about(patient.program.run({"doctor"}).out, "MusicGen"),
             Catch::Matchers::StartsWith("ok") &&
                 Catch::Matchers::Contains("musicgen-small (CC-BY-NC-4.0)"));
}

TEST_CASE("A doctor names a model in the store that cannot be used", "[integration]") {
  Patient patient;
  write_file(patient.program.data() / "models/mine/dgx-music-model.json", "{");
  const Outcome outcome = patient.program.run({"doctor"});
  CHECK(outcome.exit_code == 0);  // The built-in model makes takes.
  CHECK_THAT(lines_about(outcome.out, "model mine"),
             Catch::Matchers::StartsWith("note") &&
                 Catch::Matchers::Contains("dgx-music models remove mine"));
}

TEST_CASE("A doctor prints no foreign control character", "[integration]") {
  Patient patient;
  write_file(patient.program.config(), "\"\\u001b[31m\" = 1\n");
  check_missing(patient.program, "configuration", {"\\x1b[31m"});
}

TEST_CASE("A doctor uses colours on a terminal and nowhere else", "[integration]") {
  Patient patient;
  CHECK(patient.program.run({"doctor"}).out.find('\x1b') == std::string::npos);
  const Outcome shown = patient.program.start_on_terminal({"doctor"}, 60).wait();
  CHECK(shown.out.find("\x1b[2mok") != std::string::npos);
  patient.program.environment["NO_COLOR"] = "1";
  CHECK(patient.program.start_on_terminal({"doctor"}, 60).wait().out.find('\x1b') ==
        std::string::npos);
}

TEST_CASE("A doctor says what does not work without the program for transfers", "[integration]") {
  Patient patient;
  const fs::path alone = patient.program.home() / "alone";
  fs::create_directory(alone);
  fs::copy_file(DGX_BINARY_DIR "/bin/dgx-music", alone / "dgx-music");
  patient.program.environment["DGX_MUSIC_ENGINE"] = DGX_BINARY_DIR "/bin/dgx-music-engine";
  patient.program.executable = alone / "dgx-music";
  const Outcome outcome = patient.program.run({"doctor"});
  INFO(outcome.out << outcome.err);
  CHECK(outcome.exit_code == 0);
  const std::string said = lines_about(outcome.out, "transfer");
  CHECK(said.starts_with("note "));
  CHECK_THAT(said, Catch::Matchers::Contains((alone / "dgx-music-transfer").string()) &&
                       Catch::Matchers::Contains("backup, restore and models pull need it") &&
                       Catch::Matchers::Contains("scripts/install"));
}
