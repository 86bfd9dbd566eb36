// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <fstream>
#include <string>

#include "tests/host/lv2_host.hpp"
#include "tests/host/takes.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temp_dir.hpp"

using namespace dgx::test;
namespace fs = std::filesystem;

namespace {

float first_sample(Lv2Host& host, std::uint8_t note) {
  host.midi(0, 0xB0, 120, 0);
  host.run(1024);
  host.midi(0, 0x90, note, 127);
  host.run(64);
  return host.left[0];
}

float sample_of(std::uint64_t seed) {
  return noise_take(seed, 1).samples[0];
}

/// The folder that Ardour gives to one plugin of a session.
fs::path plugin_folder(const fs::path& session, int id) {
  return session / "plugins" / std::to_string(id);
}

HostOptions in_session(const fs::path& session, int id) {
  return {.session_folder = plugin_folder(session, id) / "scratch"};
}

bool all_files_are_below(const fs::path& folder, const fs::path& session) {
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (!entry.is_symlink()) continue;
    std::error_code broken;
    const fs::path target = fs::canonical(entry.path(), broken);
    if (broken || !target.string().starts_with(fs::canonical(session).string())) return false;
  }
  return true;
}

}  // namespace

TEST_CASE("A session brings back takes, controls and a long prompt, byte by byte", "[host]") {
  const TempDir folder;
  std::string prompt;
  while (prompt.size() < 30'000) prompt += "Grüße, 日本語 \"quoted\" \\ and\nmore; ";
  {
    Lv2Host host(in_session(folder / "session", 7));
    REQUIRE(host.load(1, write_take(folder / "one.wav", noise_take(1, 1000))));
    REQUIRE(host.load(12, write_take(folder / "twelve.wav", noise_take(2, 1000))));
    host.set_text("prompt", prompt);
    host.control("pad12_gain") = -20;
    host.run(64);
    host.save(plugin_folder(folder / "session", 7), "state1");
  }
  Lv2Host host(in_session(folder / "session", 7));
  REQUIRE(host.restore(plugin_folder(folder / "session", 7) / "state1"));
  REQUIRE(host.run_until([&] { return host.control("takes") == 2.0F; }));
  CHECK(first_sample(host, 36) == sample_of(1));
  CHECK(first_sample(host, 47) == Approx(sample_of(2) / 10));
  host.get("prompt");
  REQUIRE(host.run_until([&] { return host.told.contains("prompt"); }));
  CHECK(host.told["prompt"] == prompt);
  CHECK(host.warnings().empty());
}

TEST_CASE("What a session holds is its own: it moves, and the first file may go", "[host]") {
  const TempDir folder;
  const fs::path first = write_take(folder / "take.wav", noise_take(1, 1000));
  {
    Lv2Host host(in_session(folder / "session", 7));
    REQUIRE(host.load(1, first));
    host.save(plugin_folder(folder / "session", 7), "state1");
    CHECK(all_files_are_below(plugin_folder(folder / "session", 7), folder / "session"));
  }
  fs::remove(first);
  fs::rename(folder / "session", folder / "moved");
  Lv2Host host(in_session(folder / "moved", 7));
  REQUIRE(host.restore(plugin_folder(folder / "moved", 7) / "state1"));
  REQUIRE(host.run_until([&] { return host.control("takes") == 1.0F; }));
  CHECK(first_sample(host, 36) == sample_of(1));
}

TEST_CASE("A session that is renamed while it is open keeps its takes", "[host]") {
  const TempDir folder;
  HostOptions options = in_session(folder / "old", 7);
  auto host = std::make_unique<Lv2Host>(options);
  REQUIRE(host->load(1, write_take(folder / "take.wav", noise_take(1, 1000))));
  host->save(plugin_folder(folder / "old", 7), "state1");
  // As Ardour does: the folder moves, and makePath gives the new one from then on.
  fs::rename(folder / "old", folder / "new");
  host->move_session(plugin_folder(folder / "new", 7) / "scratch");
  host->save(plugin_folder(folder / "new", 7), "state2");
  CHECK(all_files_are_below(plugin_folder(folder / "new", 7), folder / "new"));
  host.reset();

  Lv2Host again(in_session(folder / "new", 7));
  REQUIRE(again.restore(plugin_folder(folder / "new", 7) / "state2"));
  REQUIRE(again.run_until([&] { return again.control("takes") == 1.0F; }));
  CHECK(first_sample(again, 36) == sample_of(1));
}

TEST_CASE("A session that is saved under another name has files of its own", "[host]") {
  const TempDir folder;
  Lv2Host host(in_session(folder / "old", 7));
  REQUIRE(host.load(1, write_take(folder / "take.wav", noise_take(1, 1000))));
  host.save(plugin_folder(folder / "old", 7), "state1");
  host.move_session(plugin_folder(folder / "new", 7) / "scratch");
  host.save(plugin_folder(folder / "new", 7), "state1");
  CHECK(all_files_are_below(plugin_folder(folder / "new", 7), folder / "new"));
  fs::remove_all(folder / "old");
  Lv2Host again(in_session(folder / "new", 7));
  REQUIRE(again.restore(plugin_folder(folder / "new", 7) / "state1"));
  REQUIRE(again.run_until([&] { return again.control("takes") == 1.0F; }));
  CHECK(first_sample(again, 36) == sample_of(1));
}

TEST_CASE("An older snapshot plays its own take, not one of the same name", "[host]") {
  const TempDir folder;
  const fs::path plugin = plugin_folder(folder / "session", 7);
  fs::create_directories(folder / "a");
  fs::create_directories(folder / "b");
  {
    Lv2Host host(in_session(folder / "session", 7));
    REQUIRE(host.load(1, write_take(folder / "a" / "take.wav", noise_take(1, 1000))));
    host.save(plugin, "state1");
    host.set_path("pad1", write_take(folder / "b" / "take.wav", noise_take(2, 1000)).string());
    REQUIRE(host.run_until([&] { return first_sample(host, 36) == sample_of(2); }));
    host.save(plugin, "state2");
  }
  for (const auto& [state, seed] : {std::pair("state1", 1), std::pair("state2", 2)}) {
    Lv2Host host(in_session(folder / "session", 7));
    REQUIRE(host.restore(plugin / state));
    REQUIRE(host.run_until([&] { return host.control("takes") == 1.0F; }));
    CHECK(first_sample(host, 36) == sample_of(static_cast<std::uint64_t>(seed)));
  }
}

TEST_CASE("No two saved states are equal", "[host]") {
  const TempDir folder;
  Lv2Host host(in_session(folder / "session", 7));
  const auto text_of = [&](const std::string& state) {
    host.save(plugin_folder(folder / "session", 7), state);
    std::ifstream stream(plugin_folder(folder / "session", 7) / state / "state.ttl");
    return std::string(std::istreambuf_iterator<char>(stream), {});
  };
  CHECK(text_of("state1") != text_of("state2"));
}

TEST_CASE("A copied track plays, and after its first save stands alone", "[host]") {
  const TempDir folder;
  const fs::path session = folder / "session";
  {
    Lv2Host original(in_session(session, 7));
    REQUIRE(original.load(1, write_take(folder / "take.wav", noise_take(1, 1000))));
    original.save(plugin_folder(session, 7), "state1");
    Lv2Host copy(in_session(session, 8));
    REQUIRE(copy.restore(plugin_folder(session, 7) / "state1"));
    REQUIRE(copy.run_until([&] { return copy.control("takes") == 1.0F; }));
    copy.save(plugin_folder(session, 8), "state1");
  }
  fs::remove_all(plugin_folder(session, 7));
  Lv2Host copy(in_session(session, 8));
  REQUIRE(copy.restore(plugin_folder(session, 8) / "state1"));
  REQUIRE(copy.run_until([&] { return copy.control("takes") == 1.0F; }));
  CHECK(first_sample(copy, 36) == sample_of(1));
}

TEST_CASE("An unpacked archive has no scratch and no files folder, and plays", "[host]") {
  const TempDir folder;
  const fs::path plugin = plugin_folder(folder / "session", 7);
  {
    Lv2Host host(in_session(folder / "session", 7));
    REQUIRE(host.load(1, write_take(folder / "take.wav", noise_take(1, 1000))));
    host.save(plugin, "state1");
  }
  // As an archive does: links become the files that they point to.
  const fs::path unpacked = plugin_folder(folder / "unpacked", 7);
  fs::create_directories(unpacked / "state1");
  for (const auto& entry : fs::directory_iterator(plugin / "state1")) {
    fs::copy_file(entry.path(), unpacked / "state1" / entry.path().filename());
  }
  {
    Lv2Host host(in_session(folder / "unpacked", 7));
    REQUIRE(host.restore(unpacked / "state1"));
    REQUIRE(host.run_until([&] { return host.control("takes") == 1.0F; }));
    CHECK(first_sample(host, 36) == sample_of(1));
    host.save(unpacked, "state2");
  }
  Lv2Host host(in_session(folder / "unpacked", 7));
  REQUIRE(host.restore(unpacked / "state2"));
  REQUIRE(host.run_until([&] { return host.control("takes") == 1.0F; }));
  CHECK(first_sample(host, 36) == sample_of(1));
}

TEST_CASE("A take that is missing leaves its pad silent, is told, and is found again", "[host]") {
  const TempDir folder;
  const fs::path plugin = plugin_folder(folder / "session", 7);
  {
    Lv2Host host(in_session(folder / "session", 7));
    REQUIRE(host.load(1, write_take(folder / "one.wav", noise_take(1, 1000))));
    REQUIRE(host.load(2, write_take(folder / "two.wav", noise_take(2, 1000))));
    host.save(plugin, "state1");
  }
  fs::path lost;
  for (const auto& entry : fs::recursive_directory_iterator(plugin)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with("one-")) lost = entry.path().filename();
  }
  std::vector<fs::path> taken_away;
  for (const auto& entry : fs::recursive_directory_iterator(plugin)) {
    if (entry.path().filename() == lost) taken_away.push_back(entry.path());
  }
  for (const fs::path& file : taken_away) fs::rename(file, file.string() + ".away");

  Lv2Host host(in_session(folder / "session", 7));
  REQUIRE(host.restore(plugin / "state1"));
  REQUIRE(host.run_until(
      [&] { return host.control("takes") == 1.0F && host.control("missing") == 1.0F; }));
  CHECK(first_sample(host, 36) == 0.0F);
  CHECK(first_sample(host, 37) == sample_of(2));
  REQUIRE(host.warnings().size() == 1);
  CHECK(host.warnings()[0].find(lost.string()) != std::string::npos);
  host.get("notice");
  REQUIRE(host.run_until([&] { return host.told.contains("notice"); }));
  CHECK(host.told["notice"].find("Pad 1") != std::string::npos);
  // Saving does not forget it.
  host.save(plugin, "state2");
  for (const fs::path& file : taken_away) fs::rename(file.string() + ".away", file);
  Lv2Host again(in_session(folder / "session", 7));
  REQUIRE(again.restore(plugin / "state2"));
  REQUIRE(again.run_until([&] { return again.control("takes") == 2.0F; }));
  CHECK(first_sample(again, 36) == sample_of(1));
}

TEST_CASE("States of older versions are read, newer ones refused untouched", "[host]") {
  const TempDir folder;
  const std::string version = GENERATE("v1", "v2");
  fs::copy(DGX_SOURCE_DIR "/tests/golden/instrument/" + version, folder / version);
  write_take(folder.path() / version / "take.wav", noise_take(1, 1000));
  Lv2Host host;
  REQUIRE(host.restore(folder.path() / version));
  REQUIRE(host.run_until([&] { return host.control("takes") == 1.0F; }));
  CHECK(first_sample(host, 38) == Approx(sample_of(1) / 2).epsilon(0.01));
  host.get("prompt");
  REQUIRE(host.run_until([&] { return host.told.contains("prompt"); }));
  CHECK(host.told["prompt"] == "lo-fi, warm Rhodes");

  fs::copy(DGX_SOURCE_DIR "/tests/golden/instrument/newer", folder / "newer");
  REQUIRE(host.restore(folder / "newer"));
  REQUIRE(host.warnings().size() == 1);
  CHECK(host.warnings()[0].find("version 1 to 2, got 3") != std::string::npos);
  CHECK(host.control("takes") == 1.0F);
}

TEST_CASE("What a take is called, and the last request, are kept", "[host]") {
  const TempDir folder;
  fs::copy(DGX_SOURCE_DIR "/tests/golden/instrument/v2", folder / "v2");
  write_take(folder.path() / "v2" / "take.wav", noise_take(1, 1000));
  Lv2Host host(in_session(folder / "session", 7));
  REQUIRE(host.restore(folder / "v2"));
  REQUIRE(host.run_until([&] { return host.control("takes") == 1.0F; }));
  host.save(plugin_folder(folder / "session", 7), "state1");
  std::ifstream stream(plugin_folder(folder / "session", 7) / "state1" / "state.ttl");
  const std::string text(std::istreambuf_iterator<char>(stream), {});
  for (const char* kept : {"01JD8ZQ7M2V5K9X4B3C6N8P0R1", "01JD8ZQ7M2V5K9X4B3C6N8P0R2",
                           "Dusty Rhodes", "\"bars\":4", "#home> \"7\""}) {
    CAPTURE(kept);
    CHECK_THAT(text, Catch::Contains(kept));
  }
}

TEST_CASE("A copied track has an identity of its own, a reopened one keeps it", "[host]") {
  const TempDir folder;
  const auto id_in = [&](int plugin) {
    std::ifstream stream(plugin_folder(folder / "session", plugin) / "state1" / "state.ttl");
    const std::string text(std::istreambuf_iterator<char>(stream), {});
    const auto at = text.find("#id> \"");
    return at == std::string::npos ? "" : text.substr(at + 6, 26);
  };
  const auto save_copy = [&](int from, int to) {
    Lv2Host host(in_session(folder / "session", to));
    REQUIRE(host.restore(plugin_folder(folder / "session", from) / "state1"));
    host.save(plugin_folder(folder / "session", to), "state1");
  };
  Lv2Host(in_session(folder / "session", 7)).save(plugin_folder(folder / "session", 7), "state1");
  const std::string first = id_in(7);
  CHECK(first.size() == 26);
  save_copy(7, 7);
  CHECK(id_in(7) == first);
  save_copy(7, 8);
  CHECK(id_in(8).size() == 26);
  CHECK(id_in(8) != first);
}

TEST_CASE("A file whose content changed since is played, and that is said", "[host]") {
  const TempDir folder;
  fs::copy(DGX_SOURCE_DIR "/tests/golden/instrument/v2", folder / "v2");
  const std::string other(64, 'a');
  std::ifstream stream(folder / "v2" / "state.ttl");
  std::string text(std::istreambuf_iterator<char>(stream), {});
  const std::string key = "pad3_sha256> \"";
  text.insert(text.find(key) + key.size(), other);
  std::ofstream(folder / "v2" / "state.ttl") << text;
  write_take(folder.path() / "v2" / "take.wav", noise_take(1, 1000));
  Lv2Host host;
  REQUIRE(host.restore(folder / "v2"));
  REQUIRE(host.run_until([&] { return host.control("takes") == 1.0F; }));
  REQUIRE(host.run_until([&] { return host.warnings().size() == 1; }));
  CHECK_THAT(host.warnings()[0], Catch::Contains("its content changed"));
}

TEST_CASE("A person's change is told to the session once, a restored state never", "[host]") {
  const TempDir folder;
  Lv2Host host(in_session(folder / "session", 7));
  host.run(64);
  CHECK(host.state_changes == 0);
  REQUIRE(host.load(1, write_take(folder / "take.wav", noise_take(1, 1000))));
  host.set_text("prompt", "house");
  for (int block = 0; block < 10; ++block) host.run(64);
  CHECK(host.state_changes == 2);
  host.save(plugin_folder(folder / "session", 7), "state1");
  REQUIRE(host.restore(plugin_folder(folder / "session", 7) / "state1"));
  for (int block = 0; block < 10; ++block) host.run(64);
  CHECK(host.state_changes == 2);
}

TEST_CASE("A file that a person cannot have meant changes nothing, and is told", "[host]") {
  const TempDir folder;
  Lv2Host host;
  REQUIRE(host.load(1, write_take(folder / "take.wav", noise_take(1, 1000))));
  std::ofstream(folder / "text.wav") << "no audio";
  for (const std::string& bad : {(folder / "text.wav").string(), (folder / "none.wav").string(),
                                 std::string("relative.wav"), std::string("/dev/zero")}) {
    CAPTURE(bad);
    const auto before = host.warnings().size();
    host.set_path("pad1", bad);
    REQUIRE(host.run_until([&] { return host.warnings().size() == before + 1; }));
    CHECK(host.warnings().back().find(bad) != std::string::npos);
    CHECK(first_sample(host, 36) == sample_of(1));
  }
  host.set_path("pad1", "");
  CHECK(host.run_until([&] { return first_sample(host, 36) == 0.0F; }));
  CHECK(host.control("takes") == 0.0F);
}
