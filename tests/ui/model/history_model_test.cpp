// SPDX-License-Identifier: Apache-2.0
#include "ui/model/history_model.hpp"

#include "generator/protocol/codec.hpp"
#include "tests/support/catch.hpp"

using namespace dgx;
using namespace dgx::ui;

namespace {

protocol::Take take(const std::string& id, const std::string& created_at) {
  protocol::Take take;
  take.id = id;
  take.status = protocol::JobStatus::kCompleted;
  take.prompt = "prompt of " + id;
  take.created_at = created_at;
  return take;
}

HistoryModel two_takes() {
  HistoryModel history;
  history.show(
      {},
      {{take("b", "2026-11-21T10:00:02.000Z"), take("a", "2026-11-21T10:00:01.000Z")}, 2, 1, 50});
  return history;
}

std::string ids(const HistoryModel& history) {
  std::string ids;
  for (const ShownTake& one : history.takes) ids += one.take.id;
  return ids;
}

}  // namespace

TEST_CASE("A new take stands where its time puts it", "[ui]") {
  HistoryModel history = two_takes();
  history.change(take("c", "2026-11-21T10:00:03.000Z"));
  history.change(take("0", "2026-11-21T10:00:00.000Z"));
  CHECK(ids(history) == "cba0");
  CHECK(history.total == 4);
  history.change(take("c", "2026-11-21T10:00:03.000Z"));
  CHECK(ids(history) == "cba0");
}

TEST_CASE("A take in the trash leaves the list, and comes back to its place", "[ui]") {
  HistoryModel history = two_takes();
  protocol::Take gone = take("b", "2026-11-21T10:00:02.000Z");
  gone.trashed_at = "2026-11-21T11:00:00.000Z";
  history.change(gone);
  CHECK(ids(history) == "a");
  CHECK(history.total == 1);
  history.change(take("b", "2026-11-21T10:00:02.000Z"));
  CHECK(ids(history) == "ba");
}

TEST_CASE("An answer to a search that was changed meanwhile is dropped", "[ui]") {
  HistoryModel history = two_takes();
  history.asked.words = "pad";
  history.show({"pa", false, 1}, {{take("x", "2026")}, 1, 1, 50});
  CHECK(ids(history) == "ba");
  history.show({"pad", false, 1}, {{take("y", "2026")}, 1, 1, 50});
  CHECK(ids(history) == "y");
}

TEST_CASE("The next page follows the one before, without takes that are there already", "[ui]") {
  HistoryModel history = two_takes();
  history.asked.page = 2;
  history.show(
      {"", false, 2},
      {{take("a", "2026-11-21T10:00:01.000Z"), take("0", "2026-11-21T10:00:00.000Z")}, 3, 2, 2});
  CHECK(ids(history) == "ba0");
}

TEST_CASE("A take is shown by its name, else by its prompt, with the facts of its receipt",
          "[ui]") {
  protocol::Receipt receipt;
  receipt.request.prompt = "slow pad";
  receipt.tempo.bars = 8;
  receipt.tempo.bpm = 84;
  receipt.key = "Cm";
  protocol::Take row = take("b", "2026-11-21T10:00:02.000Z");
  row.duration_seconds = 22.857;
  row.receipt_json = protocol::encode(receipt);
  HistoryModel history;
  history.change(row);
  CHECK(history.takes[0].title() == "prompt of b");
  CHECK(history.takes[0].facts() == "8 bars  \xC2\xB7  84 BPM  \xC2\xB7  Cm  \xC2\xB7  22.9 s");
  row.name = "intro";
  row.receipt_json = "{";
  history.change(row);
  CHECK(history.takes[0].title() == "intro");
  CHECK(history.takes[0].facts() == "22.9 s");
}

TEST_CASE("Only a take of the list can be selected", "[ui]") {
  HistoryModel history = two_takes();
  CHECK(history.selected() == nullptr);
  history.select("nothing");
  CHECK(history.selected() == nullptr);
  history.select("a");
  REQUIRE(history.selected() != nullptr);
  CHECK(history.selected()->take.id == "a");
}
