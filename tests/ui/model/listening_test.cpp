// SPDX-License-Identifier: Apache-2.0
#include "generator/protocol/codec.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/receipts.hpp"
#include "tests/ui/model/ready_panel.hpp"

using namespace dgx;
using namespace dgx::ui;

namespace {

/// A panel of an instrument, with three takes of other loudness.
PanelModel with_instrument() {
  PanelModel model = ready();
  model.board.emplace();
  for (const char* id : {"1", "2", "3"}) {
    protocol::Take one = take(id, "J");
    one.file_path = std::string("/takes/") + id + ".wav";
    protocol::Receipt receipt = test::receipt_of_sketch(id);
    receipt.loudness.integrated_lufs = -12.0 - 4 * (id[0] - '1');
    receipt.loudness.true_peak_dbtp = -3.0;
    one.receipt_json = protocol::encode(receipt);
    model.apply(TakeChanged{one});
  }
  model.take_intents();
  return model;
}

}  // namespace

TEST_CASE("Takes are listened to at one loudness, beneath the ceiling", "[ui]") {
  PanelModel model = with_instrument();
  REQUIRE(model.history.find("3")->receipt);
  CHECK(audition_gain_db(model.history.find("1")->receipt) == Approx(-6));
  CHECK(audition_gain_db(model.history.find("2")->receipt) == Approx(-2));
  CHECK(audition_gain_db(model.history.find("3")->receipt) == Approx(2));
  protocol::Receipt hot;
  CHECK(audition_gain_db(hot) == 0);  // Silence has no loudness.
  hot.loudness.integrated_lufs = -30;
  hot.loudness.true_peak_dbtp = -2.5;
  CHECK(audition_gain_db(hot) == Approx(1.5));
  CHECK(audition_gain_db(std::nullopt) == 0);
}

TEST_CASE("A second click ends what is listened to, and its own end does so too", "[ui]") {
  PanelModel model = with_instrument();
  model.audition("1");
  auto acts = model.take_audition_acts();
  REQUIRE(acts.size() == 1);
  CHECK(acts[0].file == "/takes/1.wav");
  CHECK(acts[0].gain_db == Approx(-6));
  CHECK(model.hear({true, -1, {}}));
  CHECK_FALSE(model.heard()->sounds);
  CHECK(model.hear({false, 0.25, {}}));
  CHECK(model.heard()->sounds);
  CHECK(model.heard()->share == 0.25);
  CHECK_FALSE(model.hear({false, 0.25, {}}));
  SECTION("a click") {
    model.audition("1");
  }
  SECTION("its end") {
    CHECK(model.hear({false, -1, {}}));
  }
  SECTION("the trash") {
    protocol::Take gone = model.history.find("1")->take;
    gone.trashed_at = gone.created_at;
    model.apply(TakeChanged{gone});
  }
  CHECK_FALSE(model.heard());
  acts = model.take_audition_acts();
  REQUIRE(acts.size() == 1);
  CHECK(acts[0].file.empty());
}

TEST_CASE("Two takes are compared to and fro", "[ui]") {
  PanelModel model = with_instrument();
  model.audition("1");
  CHECK_FALSE(model.can_compare());
  model.compare();
  CHECK(model.heard()->take_id == "1");
  model.audition("2");
  REQUIRE(model.can_compare());
  model.compare();
  CHECK(model.heard()->take_id == "1");
  CHECK(model.history.selected()->take.id == "1");
  model.compare();
  CHECK(model.heard()->take_id == "2");
  CHECK(model.take_audition_acts().size() == 4);
}

TEST_CASE("A take that cannot be heard says why; without an instrument none is asked for", "[ui]") {
  PanelModel model = with_instrument();
  model.audition("1");
  model.take_audition_acts();
  CHECK(model.hear({false, -1, "cannot play '/takes/1.wav': it is not there"}));
  CHECK_FALSE(model.heard());
  CHECK(model.notice()->is_problem);
  model.board.reset();
  model.audition("1");
  CHECK(model.take_audition_acts().empty());
}
