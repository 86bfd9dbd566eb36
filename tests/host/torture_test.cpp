// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <atomic>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <limits>
#include <string>
#include <thread>
#include <vector>

#include "generator/base/philox.hpp"
#include "tests/host/lv2_host.hpp"
#include "tests/host/takes.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temp_dir.hpp"

using namespace dgx::test;
namespace fs = std::filesystem;

namespace {

int rounds(int usual, int many) {
  return std::getenv("DGX_TEST_LONG") != nullptr ? many : usual;
}

std::vector<std::string> draw_takes(const TempDir& folder) {
  std::vector<std::string> files;
  for (const int rate : {22050, 44100, 48000, 96000}) {
    const std::string name = std::to_string(rate) + ".wav";
    files.push_back(write_take(folder / name,
                               noise_take(static_cast<std::uint64_t>(rate), 3000, rate),
                               in_tempo(120, 1, 1, 4))
                        .string());
  }
  return files;
}

void draw_events(Lv2Host& host, dgx::RandomStream& random, std::uint32_t frames) {
  for (std::uint32_t i = 0; i < random.below(5); ++i) {
    static constexpr std::array<std::uint8_t, 6> kKinds = {0x90, 0x90, 0x80, 0xE0, 0xB0, 0xC0};
    host.midi(i * frames / 5, kKinds[random.below(6)], static_cast<std::uint8_t>(random.below(128)),
              static_cast<std::uint8_t>(random.below(128)));
  }
  if (random.below(3) != 0) return;
  HostPosition position;
  position.frame = static_cast<std::int64_t>(random.below(1'000'000)) - 1000;
  position.speed = random.below(4) == 0 ? 0.0 : 1.0;
  position.bar = static_cast<std::int64_t>(random.below(100)) - 2;
  position.bar_beat = random.uniform() * 8.0;
  position.bpm =
      random.below(20) == 0 ? std::numeric_limits<double>::infinity() : random.uniform() * 400.0;
  position.beats_per_bar = random.below(9);
  position.beat_unit = static_cast<int>(random.below(17));
  host.position(frames - 1, position);
}

void draw_controls(Lv2Host& host, dgx::RandomStream& random) {
  static constexpr std::array<const char*, 10> kSymbols = {
      "gain",      "pad",        "follow",       "quantise",  "pad1_mode",
      "pad2_tune", "pad3_start", "pad4_release", "freewheel", "follow_from"};
  static constexpr std::array<float, 5> kValues = {-1e9F, 0.0F, 1.0F, 3.7F, 1e9F};
  float& control = host.control(kSymbols[random.below(10)]);
  control = random.below(30) == 0 ? std::nanf("") : kValues[random.below(5)];
}

bool is_sane(const Lv2Host& host, std::uint32_t frames) {
  for (std::uint32_t i = 0; i < frames; ++i) {
    if (!(std::abs(host.left[i]) < 1000.0F && std::abs(host.right[i]) < 1000.0F)) return false;
  }
  return true;
}

}  // namespace

TEST_CASE("Loading, playing, saving, restoring and unloading may go on for ever", "[host]") {
  const TempDir folder;
  const auto takes = draw_takes(folder);
  const fs::path plugin = folder / "session" / "plugins" / "7";
  dgx::RandomStream random(17, 0);
  int state = 0;
  const int cycles = rounds(150, 10'000);
  for (int cycle = 0; cycle < cycles; ++cycle) {
    Lv2Host host(
        {.rate = random.below(2) == 0 ? 48000.0 : 44100.0, .session_folder = plugin / "scratch"});
    if (state > 0) REQUIRE(host.restore(plugin / ("state" + std::to_string(state))));
    for (std::uint32_t block = 0; block < 3 + random.below(6); ++block) {
      const std::uint32_t frames = 1 + random.below(random.below(4) == 0 ? 8192 : 256);
      draw_events(host, random, frames);
      draw_controls(host, random);
      if (random.below(3) == 0) {
        host.set_path("pad" + std::to_string(1 + random.below(12)), takes[random.below(4)]);
      }
      host.run(frames);
      REQUIRE(is_sane(host, frames));
    }
    if (random.below(2) == 0) {
      const fs::path old = plugin / ("state" + std::to_string(state));
      host.save(plugin, "state" + std::to_string(state + 1));
      fs::remove_all(old);
      ++state;
    }
  }
}

TEST_CASE("Sessions are saved and pads are filled while the audio thread plays", "[host]") {
  const TempDir folder;
  const auto takes = draw_takes(folder);
  const fs::path plugin = folder / "session" / "plugins" / "7";
  Lv2Host host({.session_folder = plugin / "scratch"});
  std::atomic<bool> sane = true;
  std::jthread audio([&](const std::stop_token& stop) {
    dgx::RandomStream random(2, 0);
    while (!stop.stop_requested()) {
      draw_events(host, random, 128);
      host.run_only(128);
      if (!is_sane(host, 128)) sane = false;
    }
  });
  dgx::RandomStream random(3, 0);
  const int cycles = rounds(100, 2000);
  for (int cycle = 0; cycle < cycles; ++cycle) {
    host.work_on("pad" + std::to_string(1 + random.below(12)), takes[random.below(4)]);
    const std::string state = "state" + std::to_string(cycle);
    if (cycle % 5 == 0) host.save(plugin, state, false);
    if (cycle % 10 == 5) host.restore(plugin / ("state" + std::to_string(cycle - 5)), false);
  }
  audio.request_stop();
  audio.join();
  CHECK(sane);
}
