// SPDX-License-Identifier: Apache-2.0
// What can be wrong around the program: folders, database, engine, soundfont, configuration.
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "tests/integration/judges.hpp"
#include "tests/integration/program.hpp"
#include "tests/integration/refusals.hpp"
#include "tests/support/catch.hpp"

using namespace dgx::test;
namespace fs = std::filesystem;

namespace {

Outcome generate_into(const Program& program, const fs::path& folder) {
  return program.run({"generate", "a plain tone", "--output-dir", folder.string()});
}

/// A program whose home belongs to nobody, and that runs as nobody where the tests run as root.
void give_up_root(Program& program) {
  if (::geteuid() != 0) return;
  for (const auto& entry : fs::recursive_directory_iterator(program.home())) {
    REQUIRE(::lchown(entry.path().c_str(), 65534, 65534) == 0);
  }
  REQUIRE(::lchown(program.home().c_str(), 65534, 65534) == 0);
  program.launcher = {"setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"};
}

/// A database with one finished take in it.
void make_history(const Program& program) {
  CHECK(program.generate({"a plain tone", "--duration", "1"}).size() == 1);
  program.end_services();
}

}  // namespace

TEST_CASE("Output folders that cannot be used are refused by name", "[integration]") {
  Program program;
  program.use_fake_engine();
  const fs::path root = program.home() / "music";
  fs::create_directories(root / "inside");
  fs::create_directories(program.home() / "victim");
  fs::create_directory_symlink(program.home() / "victim", root / "link");
  write_file(root / "file", "not a folder");
  program.allow_root(root);

  const auto refused = [&](const fs::path& folder, const std::vector<std::string>& words) {
    INFO(folder.string());
    check_refused(generate_into(program, folder), words);
    check_nothing_written(program);
  };
  refused(root / "missing", {(root / "missing").string(), "No such file or directory"});
  refused("/nowhere/at/all", {"output_dir must be an existing folder", "/nowhere/at/all"});
  refused(root / "file", {(root / "file").string(), "Not a directory"});
  refused(root / "link", {(root / "link").string(), "leaves", root.string()});
  refused(root / "link/deeper", {"leaves"});
  refused(root / "inside/../inside", {"output_dir must not contain \"..\""});
  refused("music/../../etc", {"output_dir must not contain \"..\""});
  refused(program.home() / "victim", {"output_dir must be beneath", "allowed_roots", "victim"});
  refused("/etc", {"output_dir must be beneath", "got /etc"});
  refused("", {"output_dir must be", "got \"\""});
  refused("\x1b[31m", {"output_dir", "control characters"});
  refused("/tmp/\xFF", {"output_dir must be UTF-8"});
  CHECK(files_beneath(program.home() / "victim").empty());
  CHECK(files_beneath(root / "inside").empty());
}

TEST_CASE("A folder that its user may not write is refused", "[integration]") {
  Program program;
  program.use_fake_engine();
  const fs::path root = program.home() / "music";
  fs::create_directories(root / "locked");
  program.allow_root(root);
  give_up_root(program);
  fs::permissions(root / "locked", fs::perms::owner_read | fs::perms::owner_exec);
  check_refused(generate_into(program, root / "locked"),
                {"output_dir must be writable", (root / "locked").string()});
  check_nothing_written(program);

  fs::permissions(program.home(), fs::perms::owner_read | fs::perms::owner_exec);
  Program homeless;
  homeless.use_fake_engine();
  homeless.launcher = program.launcher;
  homeless.environment["HOME"] = (root / "locked").string();
  check_refused(homeless.run({"generate", "a plain tone"}),
                {"cannot create the data folder", "locked", "Permission denied"});
  fs::permissions(root / "locked", fs::perms::owner_all);
  fs::permissions(program.home(), fs::perms::owner_all);
}

TEST_CASE("Where no session made a runtime folder the data folder has one", "[integration]") {
  Program program;
  program.use_fake_engine();
  give_up_root(program);
  if (program.launcher.empty()) return;  // Whoever runs the tests has a session.
  program.environment.erase("XDG_RUNTIME_DIR");
  CHECK(program.generate({"a plain tone", "--duration", "1"}).size() == 1);
  CHECK(fs::exists(program.data() / "run/api.sock"));
}

TEST_CASE("A missing soundfont is named with what to install", "[integration]") {
  Program program;
  program.environment["DGX_MUSIC_SOUNDFONT"] = "/nowhere/at/all.sf2";
  check_refused(program.run({"generate", "house"}), {"fluid-soundfont-gm", "/nowhere/at/all.sf2"});
  check_nothing_written(program);

  program.environment["DGX_MUSIC_SOUNDFONT"] = "relative.sf2";
  check_refused(program.run({"generate", "house"}),
                {"DGX_MUSIC_SOUNDFONT must be an absolute path, got relative.sf2"});
  check_nothing_written(program);
}

TEST_CASE("A soundfont that is none is refused before anything is written", "[integration]") {
  Program program;
  const fs::path other = program.home() / "other.sf2";
  program.environment["DGX_MUSIC_SOUNDFONT"] = other.string();
  for (const std::string content : {"", "this is no soundfont", "RIFF1234sfbk, cut short"}) {
    INFO(content);
    write_file(other, content);
    check_refused(program.run({"generate", "house"}),
                  {"soundfont " + other.string() + " is not a whole SoundFont file"});
    check_nothing_written(program);
  }
}

TEST_CASE("A damaged soundfont fails the job in one sentence", "[integration]") {
  Program program;
  const fs::path broken = program.home() / "broken.sf2";
  write_file(broken, std::string("RIFF\x15\0\0\0sfbk and then no more", 29));
  program.environment["DGX_MUSIC_SOUNDFONT"] = broken.string();
  const auto outcome = program.run({"generate", "house"});
  CHECK(outcome.exit_code == 2);
  // The lines before the last are FluidSynth's own words.
  const auto last = outcome.err.rfind("dgx-music: soundfont " + broken.string() +
                                      " could not be read by FluidSynth");
  REQUIRE(last != std::string::npos);
  CHECK(outcome.err.find('\n', last) == outcome.err.size() - 1);
  CHECK(files_beneath(program.takes()).empty());
  CHECK(sqlite3_says(program.database(), "SELECT state FROM jobs") == "failed");
}

TEST_CASE("A missing engine is named", "[integration]") {
  Program program;
  program.environment["DGX_MUSIC_ENGINE"] = "/nowhere/dgx-music-engine";
  check_refused(program.run({"generate", "house"}), {"/nowhere/dgx-music-engine", "install"});
  check_nothing_written(program);
}

TEST_CASE("A configuration that cannot be read is named with file and line", "[integration]") {
  const Program program;
  const auto refused = [&](const std::string& content, const std::vector<std::string>& words) {
    write_file(program.config(), content);
    INFO(content);
    for (const std::string command : {"generate", "history", "show"}) {
      const auto outcome = program.run({command, "house"});
      check_refused(outcome, words);
      check_refused(outcome, {program.config().string()});
    }
    CHECK_FALSE(fs::exists(program.data()));
  };
  refused("# a comment\nallowed_roots = [\n", {"line "});
  refused("\n\nsoundfnt = \"/a.sf2\"\n", {"line 3", "soundfnt", "soundfont"});
  refused("allowed_roots = \"/music\"\n", {"line 1", "allowed_roots must be a list"});
  refused("\nallowed_roots = [\"music\"]\n", {"line 2", "absolute", "music"});
  refused("soundfont = 3\n", {"line 1", "soundfont"});
  refused("embed_receipts = \"perhaps\"\n", {"line 1", "embed_receipts must be true or false"});
  refused("a = \"\xFF\"\n", {"line 1"});
  refused("\"\\u001b[31m\" = 1\n", {"line 1", "\\x1b[31m"});
  fs::remove(program.config());
  fs::create_directories(program.config());
  check_refused(program.run({"history"}), {program.config().string(), "regular file"});
}

TEST_CASE("A database that is damaged or not ours is refused and left as it is", "[integration]") {
  Program program;
  program.use_fake_engine();
  make_history(program);
  const std::string whole = read_file(program.database());
  std::string damaged = whole;
  damaged.replace(4096, 4096, 4096, '\xA5');
  const std::vector<std::string> broken = {std::string(8192, 'x'), whole.substr(0, 5000), damaged};
  for (const std::string& bytes : broken) {
    write_file(program.database(), bytes);
    const auto before = files_beneath(program.data());
    for (const std::string command : {"generate", "history", "show"}) {
      if (command != "generate" && &bytes == &broken.back())
        continue;  // Readers read what they can.
      INFO(command << " with " << bytes.size() << " bytes");
      check_refused(program.run({command, "a plain tone"}),
                    {program.database().string(), "nothing was changed", "restore"});
      CHECK(read_file(program.database()) == bytes);
      CHECK(files_beneath(program.data()) == before);
    }
  }
}

TEST_CASE("A database from a newer program is refused with both versions, byte for byte the same",
          "[integration]") {
  Program program;
  program.use_fake_engine();
  make_history(program);
  const int version = std::stoi(sqlite3_says(program.database(), "PRAGMA user_version"));
  sqlite3_changes(program.database(), "PRAGMA user_version = " + std::to_string(version + 1));
  const std::string bytes = read_file(program.database());
  const auto before = files_beneath(program.data());
  for (const std::string command : {"generate", "history", "show"}) {
    check_refused(program.run({command, "a plain tone"}),
                  {program.database().string(), "version " + std::to_string(version + 1),
                   std::to_string(version)});
  }
  CHECK(read_file(program.database()) == bytes);
  CHECK(files_beneath(program.data()) == before);
}

TEST_CASE("A database that another process keeps locked is waited for, then refused",
          "[integration]") {
  Program program;
  program.use_fake_engine();
  make_history(program);
  Program other;
  other.launcher = {"/usr/bin/python3", "-c",
                    "import sqlite3, signal, sys\n"
                    "sqlite3.connect(sys.argv[1]).execute('BEGIN EXCLUSIVE')\n"
                    "print('held', flush=True)\n"
                    "signal.pause()",
                    program.database().string()};
  Running holder = other.start({});
  REQUIRE(holder.wait_for_output("held"));
  const auto outcome = program.run({"generate", "a plain tone"});
  check_refused(outcome, {program.database().string(), "locked"});
  CHECK(outcome.seconds >= 1.5);
  CHECK(outcome.seconds <= 30 * patience());
  CHECK(program.run({"history"}).exit_code == 0);  // Readers do not wait for writers.
  CHECK(files_beneath(program.takes()).size() == 3);
}

TEST_CASE("A folder, pipe or dangling link in place of the database is refused at once",
          "[integration]") {
  Program program;
  program.use_fake_engine();
  fs::create_directories(program.data());
  const auto refused = [&](const std::vector<std::string>& words) {
    for (const std::string command : {"generate", "history"}) {
      const auto outcome = program.run({command, "a plain tone"});
      check_refused(outcome, words);
      CHECK(outcome.seconds < 4 * patience());
    }
    CHECK(files_beneath(program.takes()).empty());
    fs::remove(program.database());
  };
  fs::create_directory(program.database());
  refused({program.database().string(), "not a regular file"});
  REQUIRE(::mkfifo(program.database().c_str(), 0600) == 0);
  refused({program.database().string(), "not a regular file"});
  fs::create_symlink("/dev/full", program.database());
  refused({program.database().string(), "not a regular file"});
  fs::create_symlink(program.home() / "victim.db", program.database());
  check_refused(program.run({"generate", "a plain tone"}), {program.database().string()});
  CHECK_FALSE(fs::exists(program.home() / "victim.db"));
}
