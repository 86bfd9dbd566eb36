// SPDX-License-Identifier: Apache-2.0
#include "plugin/loader/sample_loader.hpp"

#include <fcntl.h>

#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "generator/audio/wav_writer.hpp"
#include "generator/base/philox.hpp"
#include "generator/base/unique_fd.hpp"
#include "plugin/engine/clip_player.hpp"
#include "plugin/engine/pad.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temp_dir.hpp"

using namespace dgx::plugin;
namespace fs = std::filesystem;

namespace {

constexpr int kRate = 48000;

/// A take whose samples all have one value.
fs::path write_take(const fs::path& file, float value, std::size_t frames = 2000) {
  const dgx::AudioClip clip{kRate, 2, std::vector<float>(2 * frames, value)};
  const dgx::UniqueFd fd(::open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  REQUIRE_OK(dgx::write_wav(fd.get(), clip, dgx::SampleFormat::kFloat32, {}, 0));
  return file;
}

/// What the loader told, for whoever waits for it.
class Ear {
 public:
  SampleLoader::Told told() {
    return [this](const LoadOutcome& outcome) {
      const std::lock_guard lock(mutex_);
      outcomes_.push_back(outcome);
      heard_.notify_all();
    };
  }
  LoadOutcome wait_for(std::size_t number) {
    std::unique_lock lock(mutex_);
    heard_.wait(lock, [&] { return outcomes_.size() >= number; });
    return outcomes_[number - 1];
  }
  std::size_t count() {
    const std::lock_guard lock(mutex_);
    return outcomes_.size();
  }

 private:
  std::mutex mutex_;
  std::condition_variable heard_;
  std::vector<LoadOutcome> outcomes_{};
};

/// One block of the host: the pad's note, and the first sample that sounds.
float strike(PlayerLink& link, ClipPlayer& player, int pad) {
  player.reset();
  link.apply(player);
  const std::array<MidiEvent, 1> note = {
      MidiEvent{0, {0x90, static_cast<std::uint8_t>(kFirstPadNote + pad), 127}}};
  std::array<float, 64> left{};
  std::array<float, 64> right{};
  player.process(note, left.data(), right.data(), 64);
  return left[0];
}

struct Workshop {
  dgx::test::TempDir folder{};
  PlayerLink link{};
  Ear ear{};
  ClipPlayer player{kRate};
  SampleLoader loader{link, ear.told()};
};

}  // namespace

TEST_CASE("A take is loaded onto its pad, replaced, and cleared", "[plugin]") {
  Workshop shop;
  shop.loader.load(3, write_take(shop.folder / "one.wav", 0.25F));
  REQUIRE_OK(shop.ear.wait_for(1).status);
  CHECK(strike(shop.link, shop.player, 3) == 0.25F);
  CHECK(strike(shop.link, shop.player, 2) == 0.0F);

  shop.loader.load(3, write_take(shop.folder / "two.wav", 0.5F));
  REQUIRE_OK(shop.ear.wait_for(2).status);
  CHECK(strike(shop.link, shop.player, 3) == 0.5F);

  shop.loader.clear(3);
  shop.loader.load(0, shop.folder / "one.wav");  // Tells when the clearing is on its way, too.
  REQUIRE_OK(shop.ear.wait_for(3).status);
  CHECK(strike(shop.link, shop.player, 3) == 0.0F);
}

TEST_CASE("A file that cannot be played leaves the pad as it is and is named", "[plugin]") {
  Workshop shop;
  shop.loader.load(0, write_take(shop.folder / "good.wav", 0.25F));
  REQUIRE_OK(shop.ear.wait_for(1).status);
  const std::string whole = [&] {
    std::ifstream stream(shop.folder / "good.wav", std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(stream), {});
  }();
  std::ofstream(shop.folder / "text.wav") << "no audio at all";
  std::ofstream(shop.folder / "empty.wav") << "";
  std::ofstream(shop.folder / "cut.wav") << whole.substr(0, whole.size() / 2);
  // 16 bit stereo at 48 kHz, and a data chunk of no bytes.
  constexpr char kNoFrames[] =
      "RIFF\x24\0\0\0WAVEfmt \x10\0\0\0\x01\0\x02\0\x80\xbb\0\0\0\xee\x02\0\x04\0\x10\0"
      "data\0\0\0\0";
  std::ofstream(shop.folder / "silent.wav") << std::string(kNoFrames, 44);
  std::size_t told = 1;
  for (const std::string name : {"text.wav", "empty.wav", "cut.wav", "silent.wav", "missing.wav"}) {
    CAPTURE(name);
    shop.loader.load(0, shop.folder / name);
    const LoadOutcome outcome = shop.ear.wait_for(++told);
    CHECK(outcome.pad == 0);
    CHECK(outcome.file == shop.folder / name);
    REQUIRE_FALSE(outcome.status.has_value());
    CHECK_FALSE(outcome.status.error().message.empty());
    CHECK(strike(shop.link, shop.player, 0) == 0.25F);
  }
}

TEST_CASE("Whoever waits for the loader finds what was asked for on its way", "[plugin]") {
  Workshop shop;
  CHECK(shop.loader.wait_until_idle(std::chrono::seconds(0)));
  const fs::path file = write_take(shop.folder / "take.wav", 0.5F, 200'000);
  for (int pad = 0; pad < kPads; ++pad) shop.loader.load(pad, file);
  REQUIRE(shop.loader.wait_until_idle(std::chrono::minutes(1)));
  for (int pad = 0; pad < kPads; ++pad) CHECK(strike(shop.link, shop.player, pad) == 0.5F);
}

TEST_CASE("While the host does not run, requests wait, and ending does not", "[plugin]") {
  Workshop shop;
  const fs::path file = write_take(shop.folder / "take.wav", 0.5F);
  for (int round = 0; round < 200; ++round) {
    shop.loader.load(round % kPads, file);
  }
  // The destructor comes while the queue is full: it must not wait for a host that never runs.
  SUCCEED();
}

TEST_CASE("Takes may be swapped all the time while they are played", "[plugin]") {
  Workshop shop;
  std::vector<fs::path> files;
  for (int i = 0; i < 4; ++i) {
    const float value = static_cast<float>(i + 1) / 16.0F;
    files.push_back(write_take(shop.folder / (std::to_string(i) + ".wav"), value));
  }
  std::atomic<bool> wrong = false;
  std::jthread audio([&](const std::stop_token& stop) {
    std::array<float, 64> left{};
    std::array<float, 64> right{};
    std::uint8_t note = kFirstPadNote;
    while (!stop.stop_requested()) {
      shop.link.apply(shop.player);
      left.fill(0.0F);
      right.fill(0.0F);
      note = static_cast<std::uint8_t>(kFirstPadNote + (note + 1) % kPads);
      const std::array<MidiEvent, 1> event = {MidiEvent{0, {0x90, note, 127}}};
      shop.player.process(event, left.data(), right.data(), 64);
      for (const float sample : left) {
        if (!(sample >= 0.0F && sample <= 16.0F)) wrong = true;
      }
    }
  });
  dgx::RandomStream random(1, 0);
  std::size_t told = 0;
  for (int round = 0; round < 300; ++round) {
    const int pad = static_cast<int>(random.below(kPads));
    if (random.below(5) == 0) {
      shop.loader.clear(pad);
    } else {
      shop.loader.load(pad, files[random.below(4)]);
      REQUIRE_OK(shop.ear.wait_for(++told).status);
    }
  }
  audio.request_stop();
  audio.join();
  CHECK_FALSE(wrong);
}
