// SPDX-License-Identifier: Apache-2.0
#include "plugin/panel/panel_session.hpp"

#include <poll.h>

#include <array>
#include <atomic>
#include <chrono>
#include <functional>
#include <vector>

#include "plugin/instrument/instrument.hpp"
#include "tests/http/http_fixture.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temp_dir.hpp"

using namespace dgx;
using namespace dgx::plugin;
using namespace dgx::test;
using namespace std::chrono_literals;
using protocol::JobStatus;

namespace {

ServiceAddress address_of(const std::filesystem::path& socket) {
  ServiceAddress address;
  address.client.socket = socket;
  address.command.executable = socket.parent_path() / "no-such-program";
  address.command.log_file = socket.parent_path() / "log";
  address.command.start = 1000ms;
  return address;
}

ui::PollerOptions options_of(const ServiceAddress& address) {
  ui::PollerOptions options;
  options.address = address.client;
  options.service = address.command;
  return options;
}

/// An instrument with its panel open, which a person may close.
class Desk {
 public:
  explicit Desk(const std::filesystem::path& socket)
      : address_(address_of(socket)),
        instrument_(std::make_unique<Instrument>(48000, HostServices(), address_)) {
    open();
  }
  ~Desk() { session.reset(); }
  Desk(const Desk&) = delete;
  Desk& operator=(const Desk&) = delete;

  [[nodiscard]] Instrument& instrument() const { return *instrument_; }

  void open() {
    ui::PollerOptions options = options_of(address_);
    options.wake = [this] { ++news_; };
    session = std::make_unique<PanelSession>(*instrument_, std::move(options));
  }
  /// How often the poller has brought something.
  [[nodiscard]] int news() const { return news_; }
  /// How often wait_until() saw something to draw.
  [[nodiscard]] int frames() const { return frames_; }
  [[nodiscard]] ui::PanelModel& model() const { return session->model; }

  /// Looks sixty times a second, as a host does; false after a minute.
  [[nodiscard]] bool wait_until(const std::function<bool()>& done) const {
    const auto deadline = std::chrono::steady_clock::now() + 1min;
    while (!done()) {
      if (std::chrono::steady_clock::now() > deadline) return false;
      if (session && session->update()) ++frames_;
      ::poll(nullptr, 0, 16);
    }
    return true;
  }
  [[nodiscard]] bool shows_take_of_pad(std::size_t pad) const {
    const ui::ShownTake* take = model().history.selected();
    return take != nullptr && take->take.id == model().board->pads.at(pad).take_id;
  }
  void ask_for_a_tone() const {
    REQUIRE(wait_until([&] { return model().model_in_use() != nullptr; }));
    model().prompt.text = "a plain tone";
    model().prompt.unit = ui::LengthUnit::kSeconds;
    model().prompt.seconds = 1;
    model().generate();
  }

 private:
  ServiceAddress address_;
  std::unique_ptr<Instrument> instrument_;
  std::atomic<int> news_{0};
  mutable int frames_ = 0;

 public:
  std::unique_ptr<PanelSession> session{};
};

}  // namespace

TEST_CASE("What the panel asks for is made by the instrument, shown, and on a pad", "[panel]") {
  const TestService service;
  Desk desk(service.socket());
  desk.ask_for_a_tone();
  CHECK(desk.model().busy());
  REQUIRE(desk.wait_until([&] { return !desk.model().busy(); }));
  CHECK(desk.model().job()->status == JobStatus::kCompleted);
  REQUIRE(desk.wait_until([&] { return desk.shows_take_of_pad(0); }));
  CHECK(desk.model().board->pads[0].name == "a plain tone");
  CHECK(desk.instrument().prompt() == "a plain tone");
  CHECK_THAT(desk.instrument().request(), Catch::Contains("\"duration\":1"));
}

TEST_CASE("A panel that is closed stops nothing; one that is opened again shows it", "[panel]") {
  const TestService service;
  Desk desk(service.socket());
  desk.ask_for_a_tone();
  desk.session->update();
  desk.session.reset();
  REQUIRE(desk.wait_until([&] { return !desk.instrument().pads()[0].take.file.empty(); }));
  desk.open();
  CHECK(desk.model().prompt.text == "a plain tone");
  CHECK(desk.model().prompt.seconds == 1);
  REQUIRE(desk.wait_until([&] { return desk.shows_take_of_pad(0); }));
  CHECK_FALSE(desk.model().busy());
}

TEST_CASE("A request of the trigger is followed in the panel too", "[panel]") {
  const TestService service;
  Desk desk(service.socket());
  REQUIRE(desk.wait_until([&] { return desk.model().link() == ui::LinkState::kReady; }));
  desk.instrument().set_prompt("a plain tone");
  desk.instrument().place({0, Transport{}});
  desk.instrument().generate_by_controls();
  REQUIRE(desk.wait_until([&] { return desk.shows_take_of_pad(0) && !desk.model().busy(); }));
  CHECK(desk.model().prompt.text == "a plain tone");
}

TEST_CASE("A take is put on a pad and taken away again", "[panel]") {
  const TestService service;
  service.completed_job("a plain tone");
  Desk desk(service.socket());
  REQUIRE(desk.wait_until([&] { return desk.model().history.selected() != nullptr; }));
  desk.model().load_to_pad(6);
  REQUIRE(desk.wait_until([&] { return !desk.model().board->pads[6].empty(); }));
  CHECK(desk.instrument().pads()[6].take.take_id == desk.model().history.selected()->take.id);
  CHECK(desk.instrument().changes() > 0);
  desk.model().empty_pad(6);
  REQUIRE(desk.wait_until([&] { return desk.model().board->pads[6].empty(); }));
}

TEST_CASE("The panel shows which keys sound, and where the root is", "[panel]") {
  const TestService service;
  service.completed_job("a plain tone");
  Desk desk(service.socket());
  REQUIRE(desk.wait_until([&] { return desk.model().history.selected() != nullptr; }));
  CHECK(desk.model().board->root == 60);
  desk.model().load_to_pad(2);
  REQUIRE(desk.wait_until([&] { return desk.model().board->pads[2].loaded; }));
  Instrument& instrument = desk.instrument();
  instrument.set_control(kSelectedPad, 3);
  instrument.set_control(kRootNote, 55);
  std::array<float, 64> left{};
  std::array<float, 64> right{};
  const auto play = [&](const std::vector<MidiEvent>& events) {
    instrument.process(events, left.data(), right.data(), left.size());
  };
  play({{0, {0x90, 38, 100}}, {0, {0x90, 36, 100}}, {0, {0x90, 67, 100}}});
  CHECK(desk.session->update());
  const ui::PadBoard& board = *desk.model().board;
  CHECK(board.root == 55);
  CHECK(board.selected == 2);
  CHECK(board.sounding.has(38));
  CHECK(board.sounding.has(67));
  CHECK_FALSE(board.sounding.has(36));
  play({});
  CHECK_FALSE(desk.session->update());  // Nothing that is shown has changed.
  instrument.set_control(kFreewheeling, 1);
  play({});
  CHECK(desk.session->update());
  CHECK(board.sounding == ui::KeySet());
}

TEST_CASE("Opening a panel starts nothing, and what cannot be started is said", "[panel]") {
  const TempDir folder;
  Desk desk(folder / "api.sock");
  REQUIRE(desk.wait_until([&] { return desk.model().link() == ui::LinkState::kAbsent; }));
  CHECK_FALSE(std::filesystem::exists(folder / "log"));
  desk.model().prompt.text = "a plain tone";
  desk.model().generate();
  REQUIRE(desk.wait_until([&] { return desk.model().job() && !desk.model().busy(); }));
  CHECK(desk.model().job()->status == JobStatus::kFailed);
  CHECK_THAT(desk.model().job()->problem, Catch::Contains("no-such-program"));
}

TEST_CASE("Nothing is drawn anew while no service runs and nothing happens", "[panel]") {
  const TempDir folder;
  Desk desk(folder / "api.sock");
  REQUIRE(desk.wait_until([&] { return desk.model().link() == ui::LinkState::kAbsent; }));
  const int frames = desk.frames();
  const int looks = desk.news();
  REQUIRE(desk.wait_until([&] { return desk.news() >= looks + 2; }));  // Twice more, in vain
  CHECK_FALSE(desk.session->update());
  CHECK(desk.frames() == frames);
}

TEST_CASE("The session hears of a prompt when a person rests, and at the end", "[panel]") {
  const TempDir folder;
  Desk desk(folder / "api.sock");
  const auto begin = PanelSession::Clock::now();
  desk.model().prompt.text = "dark";
  desk.session->update(begin);
  desk.model().prompt.text = "dark trap";
  desk.session->update(begin + 400ms);
  desk.session->update(begin + 800ms);
  CHECK(desk.instrument().prompt().empty());
  desk.session->update(begin + 900ms);
  CHECK(desk.instrument().prompt() == "dark trap");
  CHECK(desk.instrument().changes() == 1);
  desk.model().prompt.text = "dark trap, 808";
  desk.session.reset();
  CHECK(desk.instrument().prompt() == "dark trap, 808");
}

TEST_CASE("A prompt that comes from elsewhere is shown, and not sent back", "[panel]") {
  const TempDir folder;
  Desk desk(folder / "api.sock");
  desk.instrument().set_prompt("house");
  CHECK(desk.session->update());
  CHECK(desk.model().prompt.text == "house");
  CHECK(desk.session->take_prompt_change());
  CHECK_FALSE(desk.session->take_prompt_change());
  desk.session->update(PanelSession::Clock::now() + 1s);
  CHECK(desk.instrument().changes() == 1);
}

TEST_CASE("Tempo and meter of the host are shown as they change", "[panel]") {
  const TempDir folder;
  Desk desk(folder / "api.sock");
  desk.session->update();
  CHECK_FALSE(desk.model().host.bpm.has_value());
  Transport transport;
  transport.bpm = 93;
  transport.beats_per_bar = 6;
  transport.beat_unit = 8;
  transport.rolls = true;
  desk.instrument().place({0, transport});
  CHECK(desk.session->update());
  CHECK(desk.model().host.bpm == 93.0);
  CHECK(desk.model().host.time_signature == "6/8");
  CHECK(desk.model().host.rolling);
  transport.bpm = 1e6;  // No tempo that could be asked for
  desk.instrument().place({0, transport});
  CHECK(desk.model().host.bpm == 93.0);
}
