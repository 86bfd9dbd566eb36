// SPDX-License-Identifier: Apache-2.0
// Runs the whole plugin, as hosts load it, for as many blocks as asked, on a thread whose first
// system call makes the kernel kill the process, and under RealtimeSanitizer where it is linked.
// Meanwhile this program's first thread puts takes on pads and saves sessions.
//
// Usage: plugin_realtime BLOCKS [export]: the second word says that the host exports, where the
// plugin may wait and so takes a lock, so that a test sees RealtimeSanitizer find it.

#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "generator/base/philox.hpp"
#include "tests/host/lv2_host.hpp"
#include "tests/host/takes.hpp"
#include "tests/support/realtime_rules.hpp"
#include "tests/support/temp_dir.hpp"

namespace {

using namespace dgx::test;
namespace fs = std::filesystem;

/// Plays on a thread of its own. The host's own work between two blocks (forging events, looking
/// at the sound) is held to the same rules; drawing controls needs none of it.
class AudioThread {
 public:
  explicit AudioThread(Lv2Host& host) : host_(host) {
    for (const char* symbol : {"pad", "follow", "quantise", "follow_from", "tempo_match", "gain",
                               "root", "pad1_tune", "pad2_mode", "pad3_start", "pad4_gain"}) {
      controls_.push_back(&host.control(symbol));
    }
  }

  void play(std::int64_t blocks) noexcept {
    play_by_the_rules(blocks, done_, [this](std::int64_t) { play_block(); });
  }
  [[nodiscard]] bool done() const noexcept { return done_.load(); }
  [[nodiscard]] bool sound_is_sane() const noexcept { return sane_.load(); }

 private:
  void play_block() noexcept {
    const std::uint32_t frames = 1 + random_.below(random_.below(50) == 0 ? 8192 : 128);
    for (std::uint32_t i = 0; i < random_.below(4); ++i) draw_note(i * frames / 4);
    if (random_.below(100) == 0) draw_position(frames);
    if (random_.below(16) == 0) {
      *controls_[random_.below(static_cast<std::uint32_t>(controls_.size()))] =
          static_cast<float>(random_.below(13));
    }
    host_.run_only(frames);
    for (std::uint32_t i = 0; i < frames; ++i) {
      if (!(std::abs(host_.left[i]) < 1000.0F && std::abs(host_.right[i]) < 1000.0F)) sane_ = false;
    }
  }
  void draw_note(std::uint32_t frame) noexcept {
    static constexpr std::array<std::uint8_t, 6> kKinds = {0x90, 0x90, 0x90, 0x80, 0xE0, 0xB0};
    host_.midi(frame, kKinds[random_.below(6)], static_cast<std::uint8_t>(random_.below(128)),
               static_cast<std::uint8_t>(random_.below(128)));
  }
  void draw_position(std::uint32_t frames) noexcept {
    HostPosition position;
    position.frame = random_.below(10'000'000);
    position.speed = random_.below(4) == 0 ? 0.0 : 1.0;
    position.bpm = 60.0 + random_.below(120);
    const double quarters = static_cast<double>(position.frame) * position.bpm / 60.0 / 48000.0;
    position.bar = static_cast<std::int64_t>(quarters / 4.0);
    position.bar_beat = quarters - 4.0 * static_cast<double>(position.bar);
    host_.position(frames - 1, position);
  }

  Lv2Host& host_;
  std::vector<float*> controls_{};
  dgx::RandomStream random_{11, 0};
  std::atomic<bool> done_{false};
  std::atomic<bool> sane_{true};
};

// Faster than any person, and the audio thread has a core for itself.
constexpr std::chrono::milliseconds kPace{1};

}  // namespace

int main(int argc, char** argv) {
  const std::int64_t blocks = argc > 1 ? std::atoll(argv[1]) : 1'000'000;
  const TempDir folder;
  std::vector<std::string> takes;
  for (const int rate : {32000, 44100, 48000, 96000}) {
    const std::string name = std::to_string(rate) + ".wav";
    const auto clip = noise_take(static_cast<std::uint64_t>(rate), 24000, rate);
    takes.push_back(write_take(folder / name, clip, in_tempo(120, 1, 1, 4)).string());
  }
  Lv2Host host({.session_folder = folder / "plugin" / "scratch"});
  for (int pad = 1; pad <= 12; ++pad) {
    if (!host.load(pad, takes[static_cast<std::size_t>(pad) % takes.size()])) return 2;
  }
  if (argc > 2 && std::string(argv[2]) == "export") host.control("freewheel") = 1.0F;
  AudioThread audio(host);
  std::thread([&] { audio.play(blocks); }).detach();

  dgx::RandomStream random(3, 0);
  std::int64_t puts = 0;
  std::int64_t saves = 0;
  for (; !audio.done(); ++puts) {
    host.work_on("pad" + std::to_string(1 + random.below(12)), takes[random.below(4)]);
    if (puts % 50 == 0) host.save(folder / "plugin", "state" + std::to_string(saves++ % 2), false);
    std::this_thread::sleep_for(kPace);
  }
  std::printf("%lld blocks, %lld takes put on pads, %lld saves, %s\n",
              static_cast<long long>(blocks), static_cast<long long>(puts),
              static_cast<long long>(saves),
              __rtsan_realtime_enter != nullptr ? "with RealtimeSanitizer" : "by seccomp alone");
  std::fflush(stdout);
  std::error_code ignored;
  fs::remove_all(folder.path(), ignored);
  ::_exit(audio.sound_is_sane() ? 0 : 1);
}
