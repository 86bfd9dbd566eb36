// SPDX-License-Identifier: Apache-2.0
// A person at the panel, with the real program behind it.
#include <signal.h>
#include <sys/eventfd.h>

#include <cstdlib>

#include "generator/base/socket_io.hpp"
#include "tests/integration/program.hpp"
#include "tests/support/catch.hpp"
#include "ui/headless/offscreen.hpp"
#include "ui/poller/generator_poller.hpp"

using namespace dgx;
using namespace dgx::test;
using namespace dgx::ui;
using namespace std::chrono_literals;

namespace {

constexpr auto kPatience = 60s;

class Person {
 public:
  explicit Person(const Program& program) {
    auto opened = OffscreenPanel::open(900, 560, 1);
    REQUIRE_OK(opened);
    panel_ = *std::move(opened);
    PollerOptions options;
    options.address.socket = program.socket();
    options.wake = [this] { ::eventfd_write(woken_.get(), 1); };
    poller_ = std::make_unique<GeneratorPoller>(std::move(options));
    panel_->draw(model);
  }

  PanelModel model{};

  void click(const std::string& target) {
    panel_->draw(model);
    REQUIRE_OK(panel_->click(model, target));
  }
  void type(const std::string& text) { panel_->type(model, text); }

  template <typename Done>
  bool sees(const Done& done) {
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    for (;;) {
      for (Intent& intent : model.take_intents()) poller_->post(std::move(intent));
      for (const Update& update : poller_->take_updates()) model.apply(update);
      panel_->draw(model);
      for (Intent& intent : model.take_intents()) poller_->post(std::move(intent));
      if (done()) return true;
      const auto ready = wait_readable(woken_.get(), -1, deadline);
      if (!ready || *ready != Readiness::kReadable) return false;
      eventfd_t count = 0;
      ::eventfd_read(woken_.get(), &count);
    }
  }

 private:
  UniqueFd woken_{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
  std::unique_ptr<OffscreenPanel> panel_{};
  std::unique_ptr<GeneratorPoller> poller_{};
};

}  // namespace

TEST_CASE("A prompt that is typed in the panel becomes a take with a waveform", "[ui]") {
  const Program program;
  Running service = program.start({"serve", "--foreground"});
  REQUIRE(service.wait_for_error("serving "));
  Person person(program);
  REQUIRE(person.sees([&] { return person.model.model_in_use() != nullptr; }));
  person.click("prompt");
  person.type("Warm lo-fi hip hop, dusty drums");
  person.click("bars 4");
  person.click("generate");
  REQUIRE(person.sees([&] {
    const ShownTake* take = person.model.history.selected();
    return take != nullptr && person.model.history.waveform(take->take.id) != nullptr;
  }));
  const ShownTake& take = *person.model.history.selected();
  CHECK(take.take.prompt == "Warm lo-fi hip hop, dusty drums");
  CHECK(take.take.model_name == "sketch");
  CHECK_THAT(take.facts(), Catch::Contains("4 bars"));
  CHECK(std::filesystem::exists(take.take.file_path));

  person.click("variation");
  REQUIRE(person.sees([&] { return person.model.history.takes.size() == 2; }));
  service.send(SIGTERM);
  CHECK(service.wait().exit_code == 0);
}

TEST_CASE("Cancel in the panel leaves no take", "[ui]") {
  const Program program;
  Running service = program.start({"serve", "--foreground"});
  REQUIRE(service.wait_for_error("serving "));
  Person person(program);
  REQUIRE(person.sees([&] { return person.model.model_in_use() != nullptr; }));
  person.click("prompt");
  person.type("slow ambient pad");
  person.model.prompt.unit = LengthUnit::kSeconds;
  person.model.prompt.seconds = 300;
  person.click("generate");
  REQUIRE(person.sees([&] { return person.model.job() && !person.model.job()->id.empty(); }));
  person.click("cancel");
  REQUIRE(person.sees([&] { return !person.model.busy(); }));
  CHECK(person.model.job()->status == protocol::JobStatus::kCancelled);
  service.send(SIGTERM);
  CHECK(service.wait().exit_code == 0);
}
