// SPDX-License-Identifier: Apache-2.0
// A person at the panel, with the real program behind it.
#include <csignal>

#include "tests/integration/program.hpp"
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
    return take != nullptr && person.model().history.waveform(take->take.id) != nullptr;
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
