// SPDX-License-Identifier: Apache-2.0
// The instrument and its panel where the service is absent, hangs or sends garbage: nothing of that
// is heard, and the panel draws on and says it.
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <vector>

#include "generator/base/xdg.hpp"
#include "plugin/client/service_address.hpp"
#include "plugin/panel/panel_session.hpp"
#include "tests/host/lv2_host.hpp"
#include "tests/host/takes.hpp"
#include "tests/integration/program.hpp"
#include "tests/plugin/panel/sick_service.hpp"
#include "tests/support/catch.hpp"
#include "ui/headless/offscreen.hpp"

using namespace dgx;
using namespace dgx::test;
using plugin::PanelPort;
using plugin::PanelSession;
using Clock = std::chrono::steady_clock;

namespace {

constexpr double kFrameMs = 16;
constexpr double kShownMs = 1000;
constexpr std::uint32_t kBlock = 256;

double milliseconds_since(Clock::time_point then) {
  return std::chrono::duration<double, std::milli>(Clock::now() - then).count();
}

PanelPort& port_of(const Lv2Host& host) {
  struct DirectAccess {
    void* (*get_instance_pointer)(LV2_Handle handle);
  };
  const auto* access = static_cast<const DirectAccess*>(
      lilv_instance_get_extension_data(host.instance(), "urn:distrho:direct-access"));
  return *static_cast<PanelPort*>(
      access->get_instance_pointer(lilv_instance_get_handle(host.instance())));
}

/// A panel without a window before the instrument of a host.
class Panel {
 public:
  explicit Panel(const Lv2Host& host) {
    auto address = plugin::find_address(DGX_BINARY_DIR "/lv2/dgx-music.lv2");
    REQUIRE_OK(address);
    ui::PollerOptions options;
    options.address = address->client;
    options.service = address->command;
    session = std::make_unique<PanelSession>(port_of(host), std::move(options));
    auto opened = ui::OffscreenPanel::open(900, 560, 1);
    REQUIRE_OK(opened);
    screen_ = *std::move(opened);
  }

  void draw() {
    const auto begun = Clock::now();
    session->update();
    updates_ms_.push_back(milliseconds_since(begun));
    screen_->draw(session->model);
    frames_ms_.push_back(milliseconds_since(begun));
  }
  /// What 99 of 100 frames take for what the service says: all that it could hold up.
  double update_p99_ms() { return p99_of(updates_ms_); }
  /// With the drawing, which is Mesa's work and as fast as the processors are free.
  double frame_p99_ms() { return p99_of(frames_ms_); }

  std::unique_ptr<PanelSession> session{};

 private:
  static double p99_of(std::vector<double>& times) {
    std::sort(times.begin(), times.end());
    return times.at(times.size() * 99 / 100);
  }

  std::unique_ptr<ui::OffscreenPanel> screen_{};
  std::vector<double> updates_ms_{};
  std::vector<double> frames_ms_{};
};

/// Some seconds of notes on two pads and the keyboard, with `between` after each block.
template <typename Between>
std::vector<float> play(Lv2Host& host, const Between& between) {
  std::vector<float> sound;
  for (int block = 0; block < 500; ++block) {
    if (block % 40 == 0) host.midi(7, 0x90, 36, 100);
    if (block % 60 == 20) host.midi(100, 0x90, static_cast<std::uint8_t>(50 + block % 24), 90);
    if (block % 60 == 50) host.midi(3, 0x80, static_cast<std::uint8_t>(50 + block % 24 - 30), 0);
    host.run(kBlock);
    sound.insert(sound.end(), host.left.begin(), host.left.end());
    sound.insert(sound.end(), host.right.begin(), host.right.end());
    between(block);
  }
  return sound;
}

std::filesystem::path socket_of_home(const std::filesystem::path& home) {
  for (const char* name : {"XDG_DATA_HOME", "XDG_CONFIG_HOME"}) ::unsetenv(name);
  ::setenv("HOME", home.c_str(), 1);
  ::setenv("XDG_RUNTIME_DIR", (home / "run").c_str(), 1);
  ::setenv("DGX_MUSIC_BIN", "/bin/false", 1);
  const auto address = plugin::find_address("");
  REQUIRE_OK(address);
  return address->client.socket;
}

std::vector<float> undisturbed(const std::filesystem::path& take) {
  Lv2Host host;
  REQUIRE(host.load(1, take));
  return play(host, [](int) {});
}

ui::LinkState shown_for(Sickness sickness) {
  return sickness == Sickness::kAbsent ? ui::LinkState::kAbsent : ui::LinkState::kLost;
}

/// How long the panel takes to know what the service is.
double milliseconds_until_told(Lv2Host& host, Panel& panel) {
  const auto opened = Clock::now();
  REQUIRE(host.run_until([&] {
    panel.draw();
    return panel.session->model.link() != ui::LinkState::kLooking;
  }));
  return milliseconds_since(opened);
}

/// Both the panel and automation ask, and the panel looks for earlier takes.
std::vector<float> play_and_ask(Lv2Host& host, Panel& panel) {
  ui::PanelModel& model = panel.session->model;
  model.prompt.text = "a plain tone";
  return play(host, [&](int block) {
    if (block == 20) model.generate();
    if (block == 40) model.search("rhodes");
    host.control("generate") = block % 100 == 99 ? 1.0F : 0.0F;
    panel.draw();
  });
}

}  // namespace

TEST_CASE("A service that is none is not heard, holds up no frame, and is told within a second",
          "[panel]") {
  const auto sickness = GENERATE(Sickness::kAbsent, Sickness::kHangs, Sickness::kResets,
                                 Sickness::kDrips, Sickness::kFloods);
  const TempDir folder;
  const auto socket = socket_of_home(folder.path());
  const auto take = write_take(folder / "take.wav", noise_take(1, 30'000));
  const auto expected = undisturbed(take);
  CHECK(std::any_of(expected.begin(), expected.end(), [](float x) { return x != 0.0F; }));

  const SickService service(sickness, socket);
  Lv2Host host;
  REQUIRE(host.load(1, take));
  Panel panel(host);
  CHECK(milliseconds_until_told(host, panel) <= kShownMs * patience());
  CHECK(panel.session->model.link() == shown_for(sickness));
  const bool is_bit_identical = play_and_ask(host, panel) == expected;
  CHECK(is_bit_identical);
  // -s shows both.
  INFO("patience " << patience() << ", 99 of 100 frames within " << panel.frame_p99_ms() << " ms");
  CHECK(panel.update_p99_ms() <= kFrameMs * patience());
}
