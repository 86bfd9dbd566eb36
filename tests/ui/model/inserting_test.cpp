// SPDX-License-Identifier: Apache-2.0
#include "tests/support/catch.hpp"
#include "tests/ui/model/ready_panel.hpp"

using namespace dgx;
using namespace dgx::ui;

namespace {

protocol::InsertionView insertion(protocol::InsertionStatus status) {
  protocol::InsertionView view;
  view.insertion_id = "I";
  view.take_id = "1";
  view.status = status;
  if (status != protocol::InsertionStatus::kWaiting &&
      status != protocol::InsertionStatus::kClaimed) {
    view.ended_at = "2026-11-21T10:00:00.000Z";
  }
  return view;
}

PanelModel inserting() {
  PanelModel model = ready();
  model.insert("1");
  model.apply(InsertionPosted{insertion(protocol::InsertionStatus::kWaiting)});
  return model;
}

}  // namespace

TEST_CASE("A take is placed at the playhead, and where it lies is said", "[ui]") {
  PanelModel model = ready();
  model.host.sample_rate = 48000;
  model.insert("1");
  model.insert("1");
  const auto posted = asked<InsertTake>(model);
  REQUIRE(posted.size() == 1);
  CHECK(posted[0].request.take_id == "1");
  CHECK(posted[0].request.track == "selected");
  CHECK(posted[0].request.at == "playhead");
  model.apply(InsertionPosted{insertion(protocol::InsertionStatus::kWaiting)});
  CHECK(model.inserting());
  CHECK(model.notice()->sentence == "Waiting for Ardour to take it");
  model.apply(insertion(protocol::InsertionStatus::kClaimed));
  CHECK(model.notice()->remedy == Remedy::kNone);
  auto done = insertion(protocol::InsertionStatus::kDone);
  done.placed_track = "Rhodes 2";
  done.sample = 3'000'024;
  done.length = 1'097'142;
  model.apply(done);
  CHECK_FALSE(model.inserting());
  CHECK(model.notice()->sentence == "Placed on Rhodes 2 from 1:02.500, 22.9 s long");
  CHECK_FALSE(model.notice()->is_problem);
}

TEST_CASE("What could not go on the selected track is offered a new one", "[ui]") {
  PanelModel model = inserting();
  model.take_intents();
  auto failed = insertion(protocol::InsertionStatus::kFailed);
  failed.message = "no audio track is selected in Ardour";
  model.apply(failed);
  CHECK(model.notice()->sentence == "Not placed: no audio track is selected in Ardour");
  CHECK(model.notice()->is_problem);
  model.use_remedy();
  const auto again = asked<InsertTake>(model);
  REQUIRE(again.size() == 1);
  CHECK(again[0].request.take_id == "1");
  CHECK(again[0].request.track == "new");
  model.apply(InsertionPosted{insertion(protocol::InsertionStatus::kWaiting)});
  model.apply(failed);
  CHECK(model.notice()->remedy == Remedy::kNone);
}

TEST_CASE("An insertion is taken back, also before the service has it", "[ui]") {
  PanelModel model = ready();
  model.insert("1");
  SECTION("before") {
    model.use_remedy();
    CHECK(asked<TakeBackInsertion>(model).empty());
    model.apply(InsertionPosted{insertion(protocol::InsertionStatus::kWaiting)});
  }
  SECTION("after") {
    model.apply(InsertionPosted{insertion(protocol::InsertionStatus::kWaiting)});
    model.use_remedy();
  }
  const auto back = asked<TakeBackInsertion>(model);
  REQUIRE(back.size() == 1);
  CHECK(back[0].insertion_id == "I");
  model.apply(insertion(protocol::InsertionStatus::kCancelled));
  CHECK_FALSE(model.inserting());
  CHECK(model.notice()->sentence == "Taken back; nothing was placed");
}

TEST_CASE("An insertion that is refused says why; those of others say nothing here", "[ui]") {
  PanelModel model = inserting();
  auto other = insertion(protocol::InsertionStatus::kDone);
  other.insertion_id = "J";
  model.apply(other);
  CHECK(model.inserting());
  model.apply(Refused{InsertTake{}, {ErrorCode::kConflict, "no Ardour session is open"}});
  CHECK_FALSE(model.inserting());
  CHECK(model.notice()->sentence == "no Ardour session is open");
}

TEST_CASE("After the service was lost, what became of an insertion is asked for", "[ui]") {
  PanelModel model = inserting();
  model.take_intents();
  model.apply(LinkChanged{LinkState::kLost, {}, {}});
  model.apply(LinkChanged{LinkState::kReady, {}, protocol::Health{}});
  CHECK(asked<ShowInsertion>(model).size() == 1);
}
