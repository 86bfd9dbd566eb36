// SPDX-License-Identifier: Apache-2.0
#include "ui/model/panel_model.hpp"

#include "generator/protocol/codec.hpp"
#include "tests/support/catch.hpp"

using namespace dgx;
using namespace dgx::ui;
using protocol::JobStatus;

namespace {

template <typename T>
std::vector<T> asked(PanelModel& model) {
  std::vector<T> found;
  for (const Intent& intent : model.take_intents()) {
    if (const T* one = std::get_if<T>(&intent)) found.push_back(*one);
  }
  return found;
}

protocol::JobView job(const std::string& id, JobStatus status) {
  protocol::JobView view;
  view.job_id = id;
  view.status = status;
  return view;
}

protocol::Take take(const std::string& id, const std::string& job_id) {
  protocol::Take take;
  take.id = id;
  take.job_id = job_id;
  take.status = JobStatus::kCompleted;
  take.prompt = "slow pad";
  take.created_at = "2026-11-21T10:00:0" + id + ".000Z";
  return take;
}

PanelModel ready() {
  PanelModel model;
  model.apply(LinkChanged{LinkState::kReady, {}, protocol::Health{}});
  protocol::ModelDescription sketch;
  sketch.identity.id = "sketch";
  sketch.keeps_time = true;
  protocol::ModelDescription musicgen;
  musicgen.identity.id = "musicgen-small";
  model.apply(protocol::ModelList{{sketch, musicgen}, {}});
  model.prompt.text = "slow pad";
  model.take_intents();
  return model;
}

PanelModel with_job(const std::string& id) {
  PanelModel model = ready();
  model.generate();
  model.apply(JobSubmitted{{id, JobStatus::kPending, {}, {}}});
  model.take_intents();
  return model;
}

}  // namespace

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

namespace {

/// A panel of an instrument, with three takes of other loudness.
PanelModel with_instrument() {
  PanelModel model = ready();
  model.board.emplace();
  for (const char* id : {"1", "2", "3"}) {
    protocol::Take one = take(id, "J");
    one.file_path = std::string("/takes/") + id + ".wav";
    protocol::Receipt receipt;
    receipt.take_id = id;
    receipt.job_id = "01ARZ3NDEKTSV4RRFFQ69G5FAV";
    receipt.prompt = "a plain tone";
    receipt.request.prompt = receipt.prompt;
    receipt.model.id = "sketch";
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
