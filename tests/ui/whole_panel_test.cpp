// SPDX-License-Identifier: Apache-2.0
// A person at the panel, with the real program behind it.
#include <csignal>

#include "tests/integration/program.hpp"
#include "tests/support/ardour_session.hpp"
#include "tests/support/catch.hpp"
#include "tests/ui/panel_desk.hpp"
#include "ui/headless/offscreen.hpp"

using namespace dgx;
using namespace dgx::test;
using namespace dgx::ui;

namespace {

/// The program, its service, and somebody who sits before the panel.
class Person {
 public:
  Person() : service_(program_.start({"serve", "--foreground"})) {
    REQUIRE(service_.wait_for_error("serving "));
    auto opened = OffscreenPanel::open(900, 560, 1);
    REQUIRE_OK(opened);
    panel_ = *std::move(opened);
    PollerOptions options;
    options.address.socket = program_.socket();
    desk_ = std::make_unique<PanelDesk>(std::move(options));
    desk_->draw = [this] { panel_->draw(desk_->model); };
    REQUIRE(sees([&] { return model().model_in_use() != nullptr; }));
  }

  PanelModel& model() { return desk_->model; }
  void click(const std::string& target) {
    panel_->draw(model());
    REQUIRE_OK(panel_->click(model(), target));
  }
  void type(const std::string& text) { panel_->type(model(), text); }
  template <typename Done>
  bool sees(const Done& done) {
    return desk_->wait_until(done);
  }
  /// A take that was made in the panel.
  void make_take() {
    click("prompt");
    type("a short beat");
    click("bars 2");
    click("generate");
    REQUIRE(sees([&] { return model().history.selected() != nullptr && !model().busy(); }));
  }
  /// What the hook in Ardour shows of a session, by the folders of this program.
  [[nodiscard]] ArdourSession open_session() const {
    return {program_.socket().parent_path() / "ardour", "song"};
  }
  [[nodiscard]] bool has_notice(const std::string& words) {
    return model().notice() && model().notice()->sentence.find(words) != std::string::npos;
  }
  /// The service's exit code.
  int leave() {
    service_.send(SIGTERM);
    return service_.wait().exit_code;
  }

 private:
  Program program_{};
  Running service_;
  std::unique_ptr<OffscreenPanel> panel_{};
  std::unique_ptr<PanelDesk> desk_{};
};

}  // namespace

TEST_CASE("A prompt that is typed in the panel becomes a take with a waveform", "[ui]") {
  Person person;
  person.click("prompt");
  person.type("Warm lo-fi hip hop, dusty drums");
  person.click("bars 4");
  person.click("generate");
  REQUIRE(person.sees([&] {
    const ShownTake* take = person.model().history.selected();
    return take != nullptr && !person.model().busy() &&
           person.model().history.waveform(take->take.id) != nullptr;
  }));
  const ShownTake& take = *person.model().history.selected();
  CHECK(take.take.prompt == "Warm lo-fi hip hop, dusty drums");
  CHECK(take.take.model_name == "sketch");
  CHECK_THAT(take.facts(), Catch::Contains("4 bars"));
  CHECK(std::filesystem::exists(take.take.file_path));

  person.click("variation");
  REQUIRE(person.sees([&] { return person.model().history.takes.size() == 2; }));
  CHECK(person.leave() == 0);
}

TEST_CASE("Cancel in the panel leaves no take", "[ui]") {
  Person person;
  person.click("prompt");
  person.type("slow ambient pad");
  person.model().prompt.unit = LengthUnit::kSeconds;
  person.model().prompt.seconds = 300;
  person.click("generate");
  REQUIRE(person.sees([&] { return person.model().job() && !person.model().job()->id.empty(); }));
  person.click("cancel");
  REQUIRE(person.sees([&] { return !person.model().busy(); }));
  CHECK(person.model().job()->status == protocol::JobStatus::kCancelled);
  CHECK(person.leave() == 0);
}

TEST_CASE("A take is inserted at the playhead from the panel", "[ui]") {
  Person person;
  person.make_take();
  person.click("insert");
  REQUIRE(person.sees([&] { return person.has_notice("no Ardour session is open"); }));

  ArdourSession session = person.open_session();
  person.click("insert");
  REQUIRE(person.sees([&] { return session.has("next.json"); }));
  CHECK(session.posted().at == "playhead");
  CHECK(session.posted().track == "selected");
  REQUIRE(person.sees([&] { return person.has_notice("Waiting for Ardour"); }));
  session.place(24'000);
  REQUIRE(person.sees([&] { return !person.model().inserting(); }));
  CHECK(person.model().notice()->sentence ==
        "Placed on Audio 1 from sample 24000, 4800 samples long");
  CHECK(person.leave() == 0);
}

TEST_CASE("What nobody kept is discarded from the panel, and comes back", "[ui]") {
  Person person;
  person.make_take();
  person.click("variation");
  REQUIRE(person.sees([&] { return person.model().history.takes.size() == 2; }));
  const ShownTake kept = person.model().history.takes.back();
  const ShownTake reject = person.model().history.takes.front();
  person.click("star " + kept.take.id);
  REQUIRE(person.sees([&] { return person.model().history.find(kept.take.id)->take.favourite; }));

  person.click("discard rejects");
  REQUIRE(person.sees([&] { return person.has_notice("1 take is no favourite"); }));
  CHECK(std::filesystem::exists(reject.take.file_path));
  person.click("remedy");
  REQUIRE(person.sees([&] { return person.has_notice("Moved to the trash: 1 take"); }));
  REQUIRE(person.sees([&] { return person.model().history.takes.size() == 1; }));
  CHECK(person.model().history.takes[0].take.id == kept.take.id);
  CHECK_FALSE(std::filesystem::exists(reject.take.file_path));
  CHECK(std::filesystem::exists(kept.take.file_path));

  person.click("remedy");
  REQUIRE(person.sees([&] { return person.model().history.takes.size() == 2; }));
  CHECK(std::filesystem::exists(reject.take.file_path));
  CHECK(person.leave() == 0);
}

TEST_CASE("An insertion is taken back, or goes on a new track after the selected one could not do",
          "[ui]") {
  Person person;
  person.make_take();
  ArdourSession session = person.open_session();
  person.click("insert");
  REQUIRE(person.sees([&] { return person.has_notice("Waiting for Ardour"); }));
  person.click("remedy");
  REQUIRE(person.sees([&] { return person.has_notice("Taken back"); }));
  CHECK_FALSE(session.has("next.json"));

  person.click("insert");
  REQUIRE(person.sees([&] { return person.has_notice("Waiting for Ardour"); }));
  const std::string id = session.claim();
  session.finish(id, {id, "no audio track is selected in Ardour", {}, {}, {}, {}});
  REQUIRE(person.sees([&] { return person.has_notice("Not placed: no audio track"); }));
  person.click("remedy");
  REQUIRE(person.sees([&] { return person.has_notice("Waiting for Ardour"); }));
  CHECK(session.posted().track == "new");
  CHECK(person.leave() == 0);
}
