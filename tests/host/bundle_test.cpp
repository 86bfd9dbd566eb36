// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "tests/host/lv2_host.hpp"
#include "tests/host/takes.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/command.hpp"
#include "tests/support/temp_dir.hpp"

using namespace dgx::test;

namespace {

const std::string kBundle = DGX_BINARY_DIR "/lv2/dgx-music.lv2";

}  // namespace

TEST_CASE("lv2_validate finds nothing to say against the bundle", "[host]") {
  const auto result = run_command("lv2_validate " + kBundle + "/*.ttl 2>&1");
  INFO(result.output);
  CHECK(result.output.find("Found 0 errors") != std::string::npos);
  CHECK(result.output.find("warning") == std::string::npos);
  CHECK(result.exit_code == 0);
}

TEST_CASE("The plugin shows its descriptor and nothing else", "[host]") {
  const auto result = run_command("nm -D --defined-only " + kBundle +
                                  "/dgx-music.so | awk '$2 != \"A\" { print $3 }' | sort | xargs");
  CHECK(result.output == "lv2_descriptor lv2_generate_ttl\n");
}

TEST_CASE("The panel shows its descriptor and nothing else", "[host]") {
  const auto result = run_command("nm -D --defined-only " + kBundle +
                                  "/dgx-music_ui.so | awk '$2 != \"A\" { print $3 }' | xargs");
  CHECK(result.output == "lv2ui_descriptor\n");
}

#ifndef DGX_SANITIZED
std::string needed(const std::string& module) {
  return run_command("readelf -d " + kBundle + "/" + module +
                     " | sed -n 's/.*(NEEDED).*\\[\\(.*\\)\\.so.*/\\1/p' | sort | xargs")
      .output;
}

TEST_CASE("The plugin loads nothing but what every program has", "[host]") {
  CHECK(needed("dgx-music.so") == "ld-linux-x86-64 libc libgcc_s libm libstdc++\n");
}

TEST_CASE("The panel loads X11, OpenGL and FreeType beside that", "[host]") {
  CHECK(needed("dgx-music_ui.so") ==
        "libGL libX11 libXcursor libXext libXrandr libc libfreetype libgcc_s libm libstdc++\n");
}
#endif

TEST_CASE("An instance is there at once, and nothing is started for it", "[host]") {
  const auto threads = [] {
    const std::filesystem::directory_iterator tasks("/proc/self/task");
    return std::distance(begin(tasks), end(tasks));
  };
  { const Lv2Host first; }  // The thread sanitizer begins a thread of its own with the first.
  const auto before = threads();
  const auto host = std::make_unique<Lv2Host>();
  host->run(64);
  CHECK(threads() == before + 2);  // The loader, and who tells a service whether the host plays
  const auto children = run_command("pgrep -P $PPID -x dgx-music");
  CHECK(children.output.empty());
}

TEST_CASE("Every factory preset sets every control, and leaves the takes", "[host]") {
  const TempDir folder;
  Lv2Host host;
  REQUIRE(host.load(1, write_take(folder / "take.wav", noise_take(1, 100))));
  const auto presets = host.presets();
  CHECK(presets.size() == 8);
  for (const std::string& preset : presets) {
    CAPTURE(preset);
    host.control("pad12_tune") = 7;
    host.control("follow_from") = 99;
    REQUIRE(host.load_preset(preset));
    CHECK(host.control("pad12_tune") == 0);
    CHECK(host.control("follow_from") == 1);
    host.run(64);
    CHECK(host.control("takes") == 1);
  }
  REQUIRE(host.load_preset("Loops that start on bars"));
  CHECK(host.control("quantise") == 1);
  CHECK(host.control("pad7_mode") == 2);
  REQUIRE(host.load_preset("Soft keys: swell in, ring out"));
  CHECK(host.control("pad1_attack") == Approx(0.4));
}

TEST_CASE("Any number of instances live beside each other", "[host]") {
  std::vector<std::unique_ptr<Lv2Host>> hosts;
  for (int i = 0; i < 32; ++i) hosts.push_back(std::make_unique<Lv2Host>());
  for (const auto& host : hosts) {
    host->midi(0, 0x90, 36, 100);
    host->run(256);
    CHECK(host->left[100] == 0.0F);
  }
}
