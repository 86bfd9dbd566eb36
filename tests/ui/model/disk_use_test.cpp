// SPDX-License-Identifier: Apache-2.0
#include "tests/support/catch.hpp"
#include "tests/ui/model/ready_panel.hpp"

using namespace dgx;
using namespace dgx::ui;

namespace {

constexpr protocol::DiskUse kUse{6, 38'400'000, 3, 12'600'000};

/// A panel of an instrument with take "1" on a pad, whose person was offered to discard.
PanelModel offered() {
  PanelModel model = ready();
  model.apply(DiskUseRead{kUse});
  model.board.emplace();
  model.board->pads[4] = {"1", "slow pad", {}, true};
  model.board->pads[5] = {"", "a file of one's own", {}, true};
  model.offer_discard();
  return model;
}

using Ids = std::vector<std::string>;

}  // namespace

TEST_CASE("What takes use is asked when the service is there, and after a change", "[ui]") {
  PanelModel model;
  CHECK_FALSE(model.disk_use());
  model.apply(LinkChanged{LinkState::kReady, {}, protocol::Health{}});
  CHECK(asked<ShowDiskUse>(model).size() == 1);
  model.apply(TakeChanged{take("1", "J")});
  model.apply(TakeChanged{take("2", "J")});
  CHECK(asked<ShowDiskUse>(model).empty());  // One question at a time
  model.apply(DiskUseRead{kUse});
  CHECK(asked<ShowDiskUse>(model).size() == 1);  // Its answer was old before it came.
  model.apply(DiskUseRead{kUse});
  CHECK(asked<ShowDiskUse>(model).empty());
  CHECK(model.disk_use()->bytes == 38'400'000);
}

TEST_CASE("Rejects are discarded after it was said how many and how much", "[ui]") {
  PanelModel model = offered();
  const auto questions = asked<ShowDiskUse>(model);
  REQUIRE(questions.size() == 1);
  CHECK(questions[0].keep == Ids{"1"});
  CHECK_FALSE(model.notice());
  model.apply(DiskUseRead{kUse});
  CHECK(model.notice()->sentence ==
        "3 takes are no favourite, on no pad and not placed: 13 MB. To the trash?");
  CHECK(model.notice()->remedy == Remedy::kDiscard);
  CHECK(asked<DiscardRejects>(model).empty());

  model.use_remedy();
  const auto orders = asked<DiscardRejects>(model);
  REQUIRE(orders.size() == 1);
  CHECK(orders[0].keep == Ids{"1"});
  model.offer_discard();  // While it is done, once more does nothing.
  CHECK(asked<ShowDiskUse>(model).empty());
  model.apply(RejectsDiscarded{{{"2", "3"}, 8'000'000, 1, {}}});
  CHECK(model.notice()->sentence == "Moving takes to the trash: 2 of 3");
  CHECK(asked<DiscardRejects>(model).size() == 1);
  model.apply(RejectsDiscarded{{{"4"}, 4'000'000, 0, {}}});
  CHECK(model.notice()->sentence == "Moved to the trash: 3 takes, 12 MB");
  CHECK_FALSE(model.discarding());
  CHECK(asked<ShowHistory>(model).size() == 1);

  CHECK(model.notice()->remedy == Remedy::kRestoreTakes);
  model.use_remedy();
  Ids restored;
  for (const RestoreTake& one : asked<RestoreTake>(model)) restored.push_back(one.take_id);
  CHECK(restored == Ids{"2", "3", "4"});
}

TEST_CASE("Where nothing is to be discarded, nothing is offered", "[ui]") {
  PanelModel model = offered();
  model.apply(DiskUseRead{{6, 38'400'000, 0, 0}});
  CHECK(model.notice()->remedy == Remedy::kNone);
  CHECK(model.notice()->sentence ==
        "Nothing to discard: all takes are favourites, on pads or placed");
}

TEST_CASE("A discard that stops says why, and what was moved can be taken back", "[ui]") {
  PanelModel model = offered();
  model.apply(DiskUseRead{kUse});
  model.use_remedy();
  SECTION("the files of one cannot be moved") {
    model.apply(RejectsDiscarded{{{"2"}, 4'000'000, 2, "the folder is not there"}});
    CHECK(model.notice()->sentence ==
          "Moved to the trash: 1 take, 4 MB; then it stopped: the folder is not there");
    CHECK(model.notice()->remedy == Remedy::kRestoreTakes);
  }
  SECTION("the service does not answer") {
    model.apply(Refused{DiscardRejects{}, {ErrorCode::kUnavailable, "no answer"}});
    CHECK(model.notice()->sentence == "Moved to the trash: nothing: no answer");
    CHECK(model.notice()->remedy == Remedy::kNone);
  }
  CHECK(model.notice()->is_problem);
  CHECK_FALSE(model.discarding());
  model.take_intents();
  model.apply(DiskUseRead{kUse});
  model.offer_discard();
  CHECK(asked<ShowDiskUse>(model).size() == 1);
}

TEST_CASE("A refused question about the disk is told, and asked again later", "[ui]") {
  PanelModel model = offered();
  model.apply(Refused{ShowDiskUse{}, {ErrorCode::kNotFound, "no such call"}});
  CHECK(model.notice()->sentence == "no such call");
  model.take_intents();
  model.offer_discard();
  CHECK(asked<ShowDiskUse>(model).size() == 1);
}
