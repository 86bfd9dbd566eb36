// SPDX-License-Identifier: Apache-2.0
#include "ui/model/panel_model.hpp"

#include "tests/support/catch.hpp"
#include "tests/ui/model/ready_panel.hpp"

using namespace dgx;
using namespace dgx::ui;
using protocol::JobStatus;

TEST_CASE("Opening the panel asks for nothing that would start a service", "[ui]") {
  PanelModel model;
  model.apply(LinkChanged{LinkState::kAbsent, {}, {}});
  CHECK(model.take_intents().empty());
  model.start_service();
  CHECK(asked<StartService>(model).size() == 1);
}

TEST_CASE("A service that is there is asked for the history, once", "[ui]") {
  PanelModel model;
  model.apply(LinkChanged{LinkState::kReady, {}, protocol::Health{}});
  model.apply(LinkChanged{LinkState::kReady, {}, protocol::Health{}});
  CHECK(asked<ShowHistory>(model).size() == 1);
}

TEST_CASE("Generate sends the request, and only one at a time", "[ui]") {
  PanelModel model = ready();
  model.generate();
  model.generate();
  const auto requests = asked<GenerateTakes>(model);
  REQUIRE(requests.size() == 1);
  CHECK(requests[0].request.prompt == "slow pad");
  CHECK(model.busy());
  CHECK(model.prompt.earlier().front() == "slow pad");
}

TEST_CASE("A request that cannot be made is said, and nothing is sent", "[ui]") {
  PanelModel model = ready();
  model.prompt.text = "";
  model.generate();
  CHECK(model.take_intents().empty());
  REQUIRE(model.notice());
  CHECK(model.notice()->is_problem);
  CHECK_FALSE(model.busy());
  CHECK(model.obstacle()->field == "prompt");
}

TEST_CASE("Cancel before the service has the job cancels it as soon as it has", "[ui]") {
  PanelModel model = ready();
  model.generate();
  model.take_intents();
  model.cancel();
  CHECK(model.take_intents().empty());
  model.apply(JobSubmitted{{"j", JobStatus::kPending, {}, {}}});
  const auto cancels = asked<CancelJob>(model);
  REQUIRE(cancels.size() == 1);
  CHECK(cancels[0].job_id == "j");
}

TEST_CASE("Cancel is sent once", "[ui]") {
  PanelModel model = with_job("j");
  model.cancel();
  model.cancel();
  CHECK(asked<CancelJob>(model).size() == 1);
  model.apply(job("j", JobStatus::kCancelled));
  CHECK_FALSE(model.busy());
  model.cancel();
  CHECK(model.take_intents().empty());
}

TEST_CASE("News that comes late does not bring a job back that has ended", "[ui]") {
  PanelModel model = with_job("j");
  model.apply(job("j", JobStatus::kCompleted));
  model.apply(job("j", JobStatus::kProcessing));
  model.apply(protocol::ProgressEvent{"j", 0.5, {}});
  CHECK_FALSE(model.busy());
}

TEST_CASE("The first take of an own job is shown with its waveform, in any order of the news",
          "[ui]") {
  const bool job_first = GENERATE(true, false);
  PanelModel model = with_job("j");
  if (job_first) model.apply(job("j", JobStatus::kCompleted));
  model.apply(TakeChanged{take("1", "j")});
  if (!job_first) model.apply(job("j", JobStatus::kCompleted));
  model.apply(TakeChanged{take("2", "j")});
  REQUIRE(model.history.selected() != nullptr);
  CHECK(model.history.selected()->take.id == "1");
  const auto waveforms = asked<ShowWaveform>(model);
  REQUIRE_FALSE(waveforms.empty());
  CHECK(waveforms.front().take_id == "1");
}

TEST_CASE("Takes of other doors are listed and leave the selection alone", "[ui]") {
  PanelModel model = with_job("j");
  model.apply(TakeChanged{take("1", "other")});
  CHECK(model.history.selected() == nullptr);
  CHECK(model.history.takes.size() == 1);
}

TEST_CASE("Jobs of other doors that come first are counted", "[ui]") {
  PanelModel model = with_job("j");
  model.apply(protocol::QueuePage{{job("a", JobStatus::kProcessing), job("b", JobStatus::kPending),
                                   job("j", JobStatus::kPending), job("c", JobStatus::kPending)},
                                  4});
  CHECK(model.jobs_ahead() == 2);
  model.apply(job("j", JobStatus::kCompleted));
  CHECK(model.jobs_ahead() == 4);
}

TEST_CASE("A job that failed says why until something else is looked at", "[ui]") {
  PanelModel model = with_job("j");
  auto failed = job("j", JobStatus::kFailed);
  failed.error = Error{ErrorCode::kOutOfMemory, "needs 2.9 GB", {}};
  model.apply(failed);
  REQUIRE(model.job());
  CHECK(model.job()->problem == "needs 2.9 GB");
  model.apply(TakeChanged{take("1", "other")});
  model.select("1");
  CHECK_FALSE(model.job());
}

TEST_CASE("A request that the service refuses ends the job with its sentence", "[ui]") {
  PanelModel model = ready();
  model.generate();
  model.apply(
      Refused{model.take_intents().front(), {ErrorCode::kUnavailable, "queue is full", {}}});
  CHECK_FALSE(model.busy());
  CHECK(model.job()->status == JobStatus::kFailed);
  CHECK(model.notice()->sentence == "queue is full");
}

TEST_CASE("Why no service could be started is said until one is there", "[ui]") {
  PanelModel model;
  const Refused in_vain{StartService{}, {ErrorCode::kUnavailable, "it ended at once", {}}};
  model.apply(in_vain);
  REQUIRE(model.notice());
  CHECK(model.notice()->sentence == "it ended at once");
  model.apply(LinkChanged{LinkState::kReady, {}, protocol::Health{}});
  CHECK_FALSE(model.notice());
  model.apply(in_vain);  // It was overtaken by the news that somebody else has started one.
  CHECK_FALSE(model.notice());
}

TEST_CASE("A take that was moved to the trash can be brought back", "[ui]") {
  PanelModel model = ready();
  model.apply(HistoryRead{{}, {{take("1", "x")}, 1, 1, 50}});
  model.take_intents();
  model.trash("1");
  CHECK(asked<TrashTake>(model).size() == 1);
  protocol::Take gone = take("1", "x");
  gone.trashed_at = "2026-11-21T11:00:00.000Z";
  model.apply(TakeChanged{gone});
  CHECK(model.history.takes.empty());
  model.use_remedy();
  const auto restored = asked<RestoreTake>(model);
  REQUIRE(restored.size() == 1);
  CHECK(restored[0].take_id == "1");
  CHECK_FALSE(model.notice());
}

TEST_CASE("A variation asks for the same with another seed", "[ui]") {
  PanelModel model = ready();
  protocol::Receipt receipt;
  receipt.request.prompt = "brushed drums";
  receipt.request.seed = 7;
  receipt.request.bars = 4;
  protocol::Take row = take("1", "x");
  row.receipt_json = protocol::encode(receipt);
  model.apply(HistoryRead{{}, {{row}, 1, 1, 50}});
  model.take_intents();
  model.vary("1");
  const auto requests = asked<GenerateTakes>(model);
  REQUIRE(requests.size() == 1);
  CHECK(requests[0].request.prompt == "brushed drums");
  CHECK(requests[0].request.bars == 4);
  CHECK_FALSE(requests[0].request.seed);
}

TEST_CASE("The best installed model is used unless one is chosen", "[ui]") {
  PanelModel model = ready();
  CHECK(model.model_in_use()->identity.id == "sketch");
  CHECK_FALSE(model.model_samples());
  model.prompt.model = "musicgen-small";
  CHECK(model.model_samples());
  model.prompt.model = "gone";
  CHECK(model.model_in_use() == nullptr);
}

TEST_CASE("A search and the favourites are asked for once they change", "[ui]") {
  PanelModel model = ready();
  model.search("");
  CHECK(model.take_intents().empty());
  model.search("pad");
  model.show_favourites(true);
  const auto pages = asked<ShowHistory>(model);
  REQUIRE(pages.size() == 2);
  CHECK(pages[1] == ShowHistory{"pad", true, 1});
}

TEST_CASE("The end of the list asks for the next page, once", "[ui]") {
  PanelModel model = ready();
  model.apply(HistoryRead{{}, {{take("1", "x")}, 2, 1, 1}});
  model.take_intents();
  model.show_more();
  model.show_more();
  const auto pages = asked<ShowHistory>(model);
  REQUIRE(pages.size() == 1);
  CHECK(pages[0].page == 2);
}
