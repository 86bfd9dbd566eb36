// SPDX-License-Identifier: Apache-2.0
// Takes that are listened to from the panel, as the instrument's output has them.
#include <fcntl.h>

#include <chrono>
#include <thread>

#include "generator/audio/wav_writer.hpp"
#include "generator/base/philox.hpp"
#include "generator/base/unique_fd.hpp"
#include "generator/loudness/loudness.hpp"
#include "generator/protocol/codec.hpp"
#include "plugin/instrument/instrument.hpp"
#include "plugin/panel/panel_session.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/receipts.hpp"
#include "tests/support/temp_dir.hpp"

using namespace dgx;
using namespace dgx::plugin;
using namespace dgx::test;
using namespace std::chrono_literals;

namespace {

constexpr int kRate = 48000;
constexpr double kSeconds = 4;

AudioClip noise(std::uint64_t seed, double amplitude) {
  RandomStream random(seed, 0);
  AudioClip clip{kRate, 2, {}};
  for (int i = 0; i < static_cast<int>(2 * kSeconds * kRate); ++i) {
    clip.samples.push_back(static_cast<float>((random.below(2001) / 1000.0 - 1.0) * amplitude));
  }
  return clip;
}

/// A take of the history, whose receipt says what the service measures.
protocol::Take take_of(const AudioClip& clip, const std::filesystem::path& file,
                       const std::string& id) {
  const UniqueFd fd(::open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  REQUIRE_OK(write_wav(fd.get(), clip, SampleFormat::kFloat32, {}, 0));
  const auto measured = measure_loudness(clip);
  REQUIRE_OK(measured);
  protocol::Receipt receipt = test::receipt_of_sketch(id);
  receipt.loudness.integrated_lufs = measured->integrated_lufs;
  receipt.loudness.true_peak_dbtp = measured->true_peak_dbtp;
  protocol::Take take;
  take.id = id;
  take.status = protocol::JobStatus::kCompleted;
  take.created_at = "2026-11-21T10:00:00.000Z";
  take.file_path = file;
  take.receipt_json = protocol::encode(receipt);
  return take;
}

/// A host that plays as fast as it can, with the panel open and two takes in its history.
struct Desk {
  TempDir folder{};
  Instrument instrument{kRate, HostServices(),
                        Result<ServiceAddress>(Error{ErrorCode::kUnavailable, "no home"})};
  std::unique_ptr<PanelSession> session{};
  AudioClip heard{kRate, 2, {}};

  Desk() {
    ui::PollerOptions options;
    options.address.socket = folder / "api.sock";
    session = std::make_unique<PanelSession>(instrument, std::move(options));
    model().apply(ui::TakeChanged{take_of(noise(1, 0.9), folder / "loud.wav", "LOUD")});
    model().apply(ui::TakeChanged{take_of(noise(2, 0.05), folder / "soft.wav", "SOFT")});
  }

  [[nodiscard]] ui::PanelModel& model() const { return session->model; }

  /// Plays a block, and keeps it. The panel looks as often as it would in a host.
  void play() {
    constexpr std::uint32_t kBlock = 256;
    std::array<float, kBlock> left{};
    std::array<float, kBlock> right{};
    instrument.process({}, left.data(), right.data(), kBlock);
    for (std::uint32_t i = 0; i < kBlock; ++i) {
      heard.samples.insert(heard.samples.end(), {left[i], right[i]});
    }
    if (session) session->update();
  }
  /// Plays until it sounds, which the loader decides; false after a minute.
  template <typename Done>
  bool play_until(const Done& done) {
    const auto deadline = std::chrono::steady_clock::now() + 1min;
    while (!done()) {
      if (std::chrono::steady_clock::now() > deadline) return false;
      play();
      std::this_thread::yield();
    }
    return true;
  }
  /// Lets the loader read what was asked for while the host stands still, as a save does.
  void load() {
    session->update();
    static_cast<void>(instrument.save());
  }
  [[nodiscard]] bool sounds() const { return model().heard() && model().heard()->sounds; }
  [[nodiscard]] double lufs_of_next(double seconds) {
    heard.samples.clear();
    while (static_cast<double>(heard.samples.size()) < 2 * seconds * kRate) play();
    return measure_loudness(heard)->integrated_lufs.value_or(-100);
  }
  [[nodiscard]] bool is_silent() const {
    return std::all_of(heard.samples.begin(), heard.samples.end(),
                       [](float x) { return x == 0.0F; });
  }
};

}  // namespace

TEST_CASE("Two takes are heard at one loudness, to a tenth of a decibel", "[panel]") {
  Desk desk;
  desk.model().audition("LOUD");
  REQUIRE(desk.play_until([&] { return desk.sounds(); }));
  const double loud = desk.lufs_of_next(1.5);
  CHECK(loud == Approx(ui::kAuditionLufs).margin(0.1));
  const double share = desk.model().heard()->share;
  desk.model().audition("SOFT");
  desk.load();
  REQUIRE(
      desk.play_until([&] { return desk.model().heard()->take_id == "SOFT" && desk.sounds(); }));
  CHECK(desk.model().heard()->share >= share);  // It goes on where the other one was.
  const double soft = desk.lufs_of_next(1.5);
  CHECK(soft == Approx(loud).margin(0.1));
}

TEST_CASE("What is listened to is on no pad and in no state", "[panel]") {
  Desk desk;
  const InstrumentState before = desk.instrument.save();
  const std::uint32_t changes = desk.instrument.changes();
  desk.model().audition("LOUD");
  REQUIRE(desk.play_until([&] { return desk.sounds(); }));
  CHECK(desk.instrument.changes() == changes);
  const InstrumentState after = desk.instrument.save();
  CHECK(std::all_of(after.pads.begin(), after.pads.end(),
                    [](const PadTake& take) { return take.file.empty(); }));
  CHECK(after.prompt == before.prompt);
  CHECK(after.request == before.request);
}

TEST_CASE("A panel that is closed ends what is listened to", "[panel]") {
  Desk desk;
  desk.model().audition("LOUD");
  REQUIRE(desk.play_until([&] { return desk.sounds(); }));
  desk.session.reset();
  CHECK(desk.play_until([&] { return desk.instrument.audition().share < 0; }));
}

TEST_CASE("An export has nothing of what is listened to, and the panel says that it ended",
          "[panel]") {
  Desk desk;
  desk.model().audition("LOUD");
  REQUIRE(desk.play_until([&] { return desk.sounds(); }));
  desk.instrument.set_control(kFreewheeling, 1);
  desk.heard.samples.clear();
  REQUIRE(desk.play_until([&] { return !desk.model().heard(); }));
  CHECK(desk.is_silent());
  desk.model().audition("SOFT");
  for (int block = 0; block < 400; ++block) desk.play();
  CHECK(desk.is_silent());
  CHECK_FALSE(desk.model().heard());
}

TEST_CASE("A take whose file is gone says so, and what was heard before it ends", "[panel]") {
  Desk desk;
  desk.model().audition("LOUD");
  REQUIRE(desk.play_until([&] { return desk.sounds(); }));
  std::filesystem::remove(desk.folder / "soft.wav");
  desk.model().audition("SOFT");
  REQUIRE(desk.play_until([&] { return !desk.model().heard(); }));
  REQUIRE(desk.model().notice());
  CHECK_THAT(desk.model().notice()->sentence, Catch::Contains("soft.wav"));
  REQUIRE(desk.play_until([&] { return desk.instrument.audition().share < 0; }));
}
