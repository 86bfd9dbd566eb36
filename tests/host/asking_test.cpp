// SPDX-License-Identifier: Apache-2.0
// The instrument, the service, the engine and the sketch model together, without a panel.
#include <algorithm>
#include <cstdlib>
#include <fstream>

#include "tests/host/lv2_host.hpp"
#include "tests/host/takes.hpp"
#include "tests/integration/program.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temp_dir.hpp"

using namespace dgx;
using namespace dgx::test;
namespace fs = std::filesystem;

namespace {

constexpr int kBlock = 512;

/// Somebody's machine, in whose environment this process is too: the plugin looks there for the
/// service. What it starts ends with this.
class Home {
 public:
  Home() {
    for (const char* name : {"XDG_DATA_HOME", "XDG_CONFIG_HOME"}) ::unsetenv(name);
    ::setenv("HOME", program.home().c_str(), 1);
    ::setenv("XDG_RUNTIME_DIR", (program.home() / "run").c_str(), 1);
    ::setenv("DGX_MUSIC_BIN", DGX_BINARY_DIR "/bin/dgx-music", 1);
    fs::create_directories(program.home() / "run");
  }
  [[nodiscard]] bool service_runs() const { return fs::exists(program.socket()); }

  Program program{};
};

/// Past the second in which the trigger is not heard.
void let_settle(Lv2Host& host) {
  for (int i = 0; i < 48000 / kBlock + 1; ++i) host.run(kBlock);
}

void pull_trigger(Lv2Host& host) {
  host.control("generate") = 1;
  host.run(kBlock);
  host.control("generate") = 0;
  host.run(kBlock);
}

bool sounds(Lv2Host& host, std::uint8_t note) {
  host.midi(0, 0xB0, 120, 0);
  host.run(kBlock);
  host.midi(0, 0x90, note, 127);
  for (int block = 0; block < 200; ++block) {
    host.run(kBlock);
    if (std::any_of(host.left.begin(), host.left.end(), [](float x) { return x != 0.0F; })) {
      return true;
    }
  }
  return false;
}

std::string state_text(const fs::path& folder) {
  std::ifstream stream(folder / "state.ttl");
  return {std::istreambuf_iterator<char>(stream), {}};
}

protocol::Receipt first_receipt(const Program& program) {
  const auto takes = files_beneath(program.takes());
  const auto wav = std::find_if(takes.begin(), takes.end(),
                                [](const std::string& name) { return name.ends_with(".wav"); });
  REQUIRE(wav != takes.end());
  return receipt_beside(program.takes() / *wav);
}

}  // namespace

TEST_CASE("The trigger makes a take of the prompt, in the host's tempo, on a pad", "[host]") {
  const Home home;
  const TempDir folder;
  Lv2Host host({.session_folder = folder / "session/plugins/7/scratch"});
  host.set_text("prompt", "lo-fi hip hop, Rhodes");
  host.position(0, {.bpm = 96, .beats_per_bar = 3});
  let_settle(host);
  CHECK_FALSE(home.service_runs());
  pull_trigger(host);
  REQUIRE(host.run_until([&] { return host.control("takes") == 1; }));
  CHECK(home.service_runs());
  const auto receipt = first_receipt(home.program);
  CHECK(receipt.request.bpm == 96.0);
  CHECK(receipt.request.time_signature == "3/4");
  CHECK(receipt.request.bars == 8);
}

TEST_CASE("A take that was asked for sounds, and the session knows which one it is", "[host]") {
  const Home home;
  const TempDir folder;
  Lv2Host host({.session_folder = folder / "session/plugins/7/scratch"});
  host.set_text("prompt", "lo-fi hip hop, Rhodes");
  let_settle(host);
  pull_trigger(host);
  REQUIRE(host.run_until([&] { return host.control("takes") == 1; }));
  CHECK(sounds(host, 36));
  CHECK_FALSE(sounds(host, 37));
  host.save(folder / "session/plugins/7", "state1");
  const std::string state = state_text(folder / "session/plugins/7/state1");
  CHECK_THAT(state, Catch::Contains("pad1_name> \"lo-fi hip hop, Rhodes\""));
  CHECK_THAT(state, Catch::Contains(first_receipt(home.program).take_id));
}

TEST_CASE("In a saved session takes go into the session's folder", "[host]") {
  const Home home;
  const TempDir folder;
  fs::create_directories(folder / "session");
  std::ofstream(folder / "session" / "song.ardour") << "<Session/>";
  Lv2Host host({.session_folder = folder / "session/plugins/7/scratch"});
  host.set_text("prompt", "slow house");
  let_settle(host);
  CHECK_FALSE(fs::exists(folder / "session/dgx-music"));
  pull_trigger(host);
  REQUIRE(host.run_until([&] { return host.control("takes") == 1; }));
  CHECK_FALSE(files_beneath(folder / "session/dgx-music/takes").empty());
}

TEST_CASE("A prompt preset is asked for in the prompt's place; takes never replace takes",
          "[host]") {
  const Home home;
  const TempDir folder;
  Lv2Host host;
  for (int pad = 1; pad <= 12; ++pad) {
    if (pad == 2 || pad == 6) continue;
    const auto seed = static_cast<std::uint64_t>(pad);
    REQUIRE(host.load(pad,
                      write_take(folder / (std::to_string(pad) + ".wav"), noise_take(seed, 1000))));
  }
  let_settle(host);
  host.control("pad") = 5;
  host.control("prompt_preset") = 1;
  pull_trigger(host);
  REQUIRE(host.run_until([&] { return host.control("takes") == 11; }));
  CHECK(sounds(host, 41));  // Pad 6: the first empty one from the selected one on
  pull_trigger(host);
  REQUIRE(host.run_until([&] { return host.control("takes") == 12; }));
  pull_trigger(host);
  REQUIRE(host.run_until([&] { return !host.warnings().empty(); }));
  CHECK_THAT(host.warnings()[0], Catch::Contains("all pads have takes"));
}

TEST_CASE("The trigger is not heard after a restore, in an export, or without a prompt", "[host]") {
  const Home home;
  const TempDir folder;
  fs::copy(DGX_SOURCE_DIR "/tests/golden/instrument/v1", folder / "v1");
  write_take(folder.path() / "v1" / "take.wav", noise_take(1, 1000));
  Lv2Host host;
  pull_trigger(host);  // A host may set ports before it runs anything.
  let_settle(host);
  REQUIRE(host.restore(folder / "v1"));
  pull_trigger(host);
  host.control("generate") = 1;
  let_settle(host);  // It stays up: no edge.
  host.control("generate") = 0;
  host.control("freewheel") = 1;
  host.run(kBlock);
  pull_trigger(host);
  host.control("freewheel") = 0;
  host.run(kBlock);
  CHECK(host.warnings().empty());
  CHECK_FALSE(home.service_runs());

  host.set_text("prompt", "");
  host.run(kBlock);
  pull_trigger(host);
  REQUIRE(host.warnings().size() == 1);
  CHECK_THAT(host.warnings()[0], Catch::Contains("prompt"));
  CHECK_FALSE(home.service_runs());
}

TEST_CASE("A text file becomes the prompt; what is none is refused by name", "[host]") {
  const TempDir folder;
  Lv2Host host;
  std::ofstream(folder / "prompt.txt") << "  dark trap,\n808 bass – Grüße\n";
  host.set_path("prompt_file", folder / "prompt.txt");
  REQUIRE(host.run_until([&] { return host.told["prompt"] == "dark trap, 808 bass – Grüße"; }));
  std::ofstream(folder / "long.txt") << std::string(4001, 'x');
  std::ofstream(folder / "binary.txt") << "\xFF\xFE";
  std::ofstream(folder / "empty.txt") << " \n";
  for (const std::string name : {"long.txt", "binary.txt", "empty.txt", "none.txt", ""}) {
    const auto before = host.warnings().size();
    host.set_path("prompt_file", (folder.path() / name).string());
    REQUIRE(host.run_until([&] { return host.warnings().size() == before + 1; }));
    CHECK_THAT(host.warnings().back(), Catch::Contains(name));
  }
  CHECK(host.told["prompt"] == "dark trap, 808 bass – Grüße");
}
