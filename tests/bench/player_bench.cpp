// SPDX-License-Identifier: Apache-2.0
// What the instrument's signal processing costs: the part of one core that sixteen voices take, in
// blocks of 64 frames at 48 kHz, by thread CPU time. Usage: dgx_bench_player [seconds]

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <vector>

#include "generator/base/philox.hpp"
#include "plugin/engine/clip_player.hpp"

namespace {

using dgx::plugin::ClipPlayer;
using dgx::plugin::MidiEvent;
using dgx::plugin::PadSettings;
using dgx::plugin::PlayMode;
using dgx::plugin::Sample;

constexpr int kRate = 48000;
constexpr std::uint32_t kBlock = 64;
constexpr double kBlockSeconds = static_cast<double>(kBlock) / kRate;

double cpu_seconds() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

dgx::AudioClip noise(double seconds) {
  dgx::RandomStream random(1, 0);
  dgx::AudioClip clip{kRate, 2, {}};
  const auto samples = static_cast<std::size_t>(2 * seconds * kRate);
  for (std::size_t i = 0; i < samples; ++i) {
    clip.samples.push_back(static_cast<float>(random.below(2000)) / 1000.0F - 1.0F);
  }
  return clip;
}

MidiEvent note_on(int note) {
  return {0, {0x90, static_cast<std::uint8_t>(note), 100}};
}

void measure(const char* name, const Sample& sample, int first_note, int step, double seconds) {
  ClipPlayer player(kRate);
  if (!player.set_sample(0, &sample)) std::abort();
  PadSettings settings;
  settings.mode = PlayMode::kLoop;
  player.set_pad(0, settings);
  std::vector<MidiEvent> chord;
  for (int i = 0; i < 16; ++i) chord.push_back(note_on(first_note + step * i));
  std::array<float, kBlock> left{};
  std::array<float, kBlock> right{};
  std::vector<double> parts;
  const auto blocks = static_cast<int>(seconds / kBlockSeconds);
  double sum = 0;
  for (int block = 0; block < blocks; ++block) {
    left.fill(0.0F);
    right.fill(0.0F);
    const double begin = cpu_seconds();
    player.process(block == 0 ? chord : std::vector<MidiEvent>{}, left.data(), right.data(),
                   kBlock);
    parts.push_back((cpu_seconds() - begin) / kBlockSeconds);
    sum += parts.back();
  }
  std::sort(parts.begin(), parts.end());
  std::printf("| %-34s | %6.2f %% | %6.2f %% |\n", name, 100 * sum / blocks,
              100 * parts[parts.size() * 999 / 1000]);
}

}  // namespace

int main(int argc, char** argv) {
  const double seconds = argc > 1 ? std::atof(argv[1]) : 10;
  const auto begin = std::chrono::steady_clock::now();
  const Sample sample(noise(60));
  const std::chrono::duration<double> made = std::chrono::steady_clock::now() - begin;
  const double before = cpu_seconds();
  const ClipPlayer player(kRate);
  std::printf("60 s of audio made ready in %.2f s; a player made in %.1f ms\n\n", made.count(),
              1000 * (cpu_seconds() - before));
  std::printf("| 16 voices, 64 frames, 48 kHz        | of a core | p99.9    |\n|---|---|---|\n");
  measure("chord around the root (53 to 68)", sample, 53, 1, seconds);
  measure("whole range (48 to 93)", sample, 48, 3, seconds);
  measure("top octave (81 to 96)", sample, 81, 1, seconds);
}
