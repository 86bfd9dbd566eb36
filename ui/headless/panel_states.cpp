// SPDX-License-Identifier: Apache-2.0
#include "ui/headless/panel_states.hpp"

#include <cmath>
#include <cstdint>

#include "generator/protocol/codec.hpp"

namespace dgx::ui {
namespace {

using protocol::JobStatus;

constexpr const char* kJob = "01ARZ3NDEKTSV4RRFFQ69G5FAV";
// Of some_takes(), whose last two are neither favourites nor on pads.
constexpr protocol::DiskUse kDiskUse{6, 38'400'000, 2, 8'400'000};
constexpr const char* kPrompt =
    "warm lo-fi hip hop, dusty drums, mellow Rhodes chords, vinyl crackle";

protocol::ModelDescription sketch() {
  protocol::ModelDescription model;
  model.identity.id = "sketch";
  model.identity.licence = "MIT";
  model.identity.notice =
      "Made by the built-in sketch model: rules and a General MIDI soundfont, not MusicGen.";
  model.keeps_time = true;
  model.gives_stems = true;
  return model;
}

protocol::ModelDescription musicgen() {
  protocol::ModelDescription model;
  model.identity.id = "musicgen-small";
  model.identity.licence = "CC-BY-NC-4.0";
  model.identity.notice = "MusicGen weights are CC-BY-NC 4.0: not for commercial use.";
  return model;
}

protocol::Health health() {
  protocol::Health health;
  health.version = "0.1.0";
  health.pid = 4711;
  health.disk.free_bytes = 182'000'000'000;
  return health;
}

protocol::PeaksMessage peaks(const std::string& take_id, int columns) {
  constexpr double kBeats = 32;
  protocol::PeaksMessage message;
  message.take_id = take_id;
  for (int i = 0; i < columns; ++i) {
    const double position = static_cast<double>(i) / columns;
    const double beat = std::fmod(position * kBeats, 1.0);
    const double body = 0.25 + 0.2 * std::sin(position * 9.0);
    const double level = std::min(0.98, std::exp(-4.0 * beat) * 0.75 + body);
    message.max.push_back(level * (0.9 + 0.1 * std::sin(i * 1.7)));
    message.min.push_back(-level * (0.85 + 0.15 * std::cos(i * 2.3)));
  }
  return message;
}

struct TakeWords {
  const char* id;
  const char* prompt;
  const char* created_at;
  std::int64_t bars;
  double bpm;
  const char* key;
  bool favourite;
  const char* model;
};

protocol::Take take(const TakeWords& words) {
  constexpr double kSecondsInMinute = 60;
  constexpr double kBeatsInBar = 4;
  protocol::Receipt receipt;
  receipt.take_id = words.id;
  receipt.job_id = kJob;
  receipt.prompt = words.prompt;
  receipt.request.prompt = words.prompt;
  receipt.seed = 421337;
  const protocol::ModelDescription model =
      std::string_view(words.model) == "sketch" ? sketch() : musicgen();
  receipt.model = model.identity;
  receipt.tempo.bars = words.bars;
  receipt.tempo.bpm = words.bpm;
  receipt.key = words.key;
  receipt.loudness.integrated_lufs = -16.0;
  receipt.loudness.true_peak_dbtp = -1.2;
  protocol::Take take;
  take.id = words.id;
  take.job_id = kJob;
  take.status = JobStatus::kCompleted;
  take.prompt = words.prompt;
  take.model_name = words.model;
  take.duration_seconds =
      static_cast<double>(words.bars) * kBeatsInBar * kSecondsInMinute / words.bpm;
  take.created_at = words.created_at;
  take.favourite = words.favourite;
  take.receipt_json = protocol::encode(receipt);
  return take;
}

protocol::HistoryPage some_takes() {
  protocol::HistoryPage page;
  page.takes = {
      take({"01K0A", kPrompt, "2026-11-21T17:59:40.000Z", 8, 84, "Cm", true, "sketch"}),
      take({"01K09", "glassy FM pluck arpeggio, wide, airy", "2026-11-21T17:51:00.000Z", 8, 128,
            "Am", false, "musicgen-small"}),
      take({"01K08", "brushed drum loop in a small room", "2026-11-21T17:39:00.000Z", 4, 90, "C",
            true, "sketch"}),
      take({"01K07", "granular choir pad, slow bloom, no drums", "2026-11-21T16:30:00.000Z", 16, 70,
            "Dm", false, "musicgen-small"}),
      take({"01K06", "detuned reese bass, filtered, half time", "2026-11-21T16:10:00.000Z", 8, 174,
            "Fm", false, "sketch"}),
      take({"01K05",
            "\xD1\x82\xD1\x91\xD0\xBF\xD0\xBB\xD1\x8B\xD0\xB9 "
            "\xD1\x81\xD0\xB8\xD0\xBD\xD1\x82\xD0\xB5\xD0\xB7\xD0\xB0\xD1\x82\xD0\xBE\xD1\x80, 80s",
            "2026-11-20T20:00:00.000Z", 8, 104, "Em", false, "sketch"})};
  page.total = static_cast<std::int64_t>(page.takes.size());
  return page;
}

void host(PanelModel& model) {
  model.host.bpm = 84;
  model.host.time_signature = "4/4";
  model.host.sample_rate = 48000;
  model.host.rolling = true;
}

void ready(PanelModel& model) {
  host(model);
  model.apply(LinkChanged{LinkState::kReady, {}, health()});
  model.apply(protocol::ModelList{{sketch(), musicgen()}, {}});
}

void with_takes(PanelModel& model) {
  ready(model);
  model.prompt.text = kPrompt;
  model.apply(HistoryRead{{}, some_takes()});
  model.apply(WaveformRead{peaks("01K0A", 800)});
  model.apply(DiskUseRead{kDiskUse});
}

void submitted(PanelModel& model) {
  with_takes(model);
  model.generate();
  model.apply(JobSubmitted{{"01NEW", JobStatus::kPending, {}, kStateTime}});
}

protocol::JobView job(const char* id, JobStatus status) {
  protocol::JobView view;
  view.job_id = id;
  view.status = status;
  return view;
}

protocol::ProgressEvent progress(double fraction, protocol::Phase phase, std::int64_t step,
                                 double eta) {
  return {"01NEW", fraction, {phase, step, 1500, eta}};
}

void make_looking(PanelModel& model) {
  host(model);
}
void make_no_service(PanelModel& model) {
  host(model);
  model.apply(LinkChanged{LinkState::kAbsent, {}, {}});
}
void make_starting(PanelModel& model) {
  make_no_service(model);
  model.prompt.text = kPrompt;
  model.generate();
  model.apply(LinkChanged{LinkState::kStarting, {}, {}});
}
void make_empty(PanelModel& model) {
  ready(model);
  model.apply(HistoryRead{{}, {}});
}
void make_waiting(PanelModel& model) {
  submitted(model);
  model.apply(
      protocol::QueuePage{{job("01A", JobStatus::kProcessing), job("01B", JobStatus::kPending),
                           job("01NEW", JobStatus::kPending)},
                          3});
}
void make_held(PanelModel& model) {
  submitted(model);
  protocol::JobView view = job("01NEW", JobStatus::kPending);
  view.waits = "waits while Ardour plays";
  model.apply(view);
}
void make_generating(PanelModel& model) {
  submitted(model);
  model.apply(job("01NEW", JobStatus::kProcessing));
  model.apply(progress(0.64, protocol::Phase::kGenerating, 960, 4));
}
void make_cancelling(PanelModel& model) {
  make_generating(model);
  model.cancel();
}
void make_failed(PanelModel& model) {
  submitted(model);
  protocol::JobView view = job("01NEW", JobStatus::kFailed);
  view.error = Error{ErrorCode::kOutOfMemory,
                     "musicgen-small needs 2.9 GB of memory, and 1.2 GB are free: close other "
                     "programs, or choose the sketch model"};
  model.apply(view);
}
void make_lost(PanelModel& model) {
  with_takes(model);
  model.apply(LinkChanged{LinkState::kLost, "the service did not answer within 0.8 s", {}});
}
void make_trashed(PanelModel& model) {
  with_takes(model);
  protocol::Take gone = some_takes().takes[1];
  gone.trashed_at = kStateTime;
  model.apply(TakeChanged{gone});
}
void make_instrument(PanelModel& model) {
  with_takes(model);
  model.board.emplace();
  model.board->selected = 2;
  model.board->pads[0] = {"01K08", "warm lo-fi", {}, true};
  model.board->pads[1] = {"", "a file of one's own", {}, true};
  model.board->pads[4] = {"01K09", "on its way", {}, false};
  model.board->pads[11] = {"01K07", "lost", "Pad 12: cannot play 'lost.wav': it is not there",
                           false};
}
void make_rejects(PanelModel& model) {
  make_instrument(model);
  model.offer_discard();
  model.apply(DiskUseRead{kDiskUse});
}
void make_discarding(PanelModel& model) {
  make_rejects(model);
  model.use_remedy();
  model.apply(RejectsDiscarded{{{"01K05"}, 4'200'000, 1, {}}});
}
void make_discarded(PanelModel& model) {
  make_discarding(model);
  model.apply(RejectsDiscarded{{{"01K06"}, 4'200'000, 0, {}}});
  protocol::HistoryPage page = some_takes();
  page.takes.resize(4);
  page.total = 4;
  model.apply(HistoryRead{{}, page});
  model.apply(DiskUseRead{{4, kDiskUse.bytes - kDiskUse.reject_bytes, 0, 0}});
}
void make_discard_stopped(PanelModel& model) {
  make_discarding(model);
  model.apply(RejectsDiscarded{
      {{"01K06"}, 4'200'000, 0, "cannot open the folder /media/music/takes: it is not there"}});
}
void make_playing(PanelModel& model) {
  make_instrument(model);
  model.board->selected = 0;
  model.board->root = 57;
  for (const int note : {36, 57, 60, 64, 70}) model.board->sounding.bits |= 1ULL << (note - 36);
}
void make_listening(PanelModel& model) {
  make_instrument(model);
  for (ShownTake& take : model.history.takes) take.take.file_path = "/takes/one.wav";
  model.audition("01K09");
  model.audition("01K0A");
  model.take_audition_acts();
  model.hear({false, 0.41, {}});
}
protocol::InsertionView insertion(protocol::InsertionStatus status) {
  protocol::InsertionView view;
  view.insertion_id = "01INS";
  view.take_id = "01K0A";
  view.status = status;
  return view;
}
void make_inserting(PanelModel& model) {
  make_instrument(model);
  model.insert("01K0A");
  model.apply(InsertionPosted{insertion(protocol::InsertionStatus::kWaiting)});
}
void make_inserted(PanelModel& model) {
  make_inserting(model);
  protocol::InsertionView view = insertion(protocol::InsertionStatus::kDone);
  view.ended_at = kStateTime;
  view.placed_track = "Rhodes 2";
  view.sample = 2'057'142;
  view.length = 1'097'142;
  model.apply(view);
}
void make_not_inserted(PanelModel& model) {
  make_inserting(model);
  protocol::InsertionView view = insertion(protocol::InsertionStatus::kFailed);
  view.ended_at = kStateTime;
  view.message = "no audio track is selected in Ardour; select one, name one, or ask for a new one";
  model.apply(view);
}
void make_no_hook(PanelModel& model) {
  make_instrument(model);
  model.insert("01K0A");
  model.apply(Refused{
      InsertTake{},
      {ErrorCode::kConflict,
       "no Ardour session is open that has the hook: open one; if one is open, run 'dgx-music "
       "ardour install' while Ardour is closed"}});
}
void make_refused(PanelModel& model) {
  with_takes(model);
  model.prompt.text = "x";
  model.apply(Refused{
      ChangeTake{}, {ErrorCode::kInvalidArgument, "name must be at most 100 characters, got 140"}});
}
void make_musicgen(PanelModel& model) {
  with_takes(model);
  model.prompt.model = "musicgen-small";
  model.select("01K09");
  model.apply(WaveformRead{peaks("01K09", 800)});
  model.prompt.unit = LengthUnit::kSeconds;
  model.prompt.tempo = TempoSource::kOwn;
  model.prompt.seed = protocol::kSeedCount - 1;
  model.prompt.seed_locked = true;
}
void make_long_words(PanelModel& model) {
  with_takes(model);
  std::string prompt;
  while (prompt.size() < 960) prompt += "a very long prompt that never seems to end, with words ";
  model.prompt.text = prompt;
  protocol::Take take = some_takes().takes[0];
  take.prompt = prompt;
  model.apply(TakeChanged{take});
}

}  // namespace

const std::vector<PanelState>& panel_states() {
  static const std::vector<PanelState> kStates = {
      {"looking", "the panel was opened a moment ago", make_looking},
      {"no-service", "no service runs", make_no_service},
      {"starting", "Generate was pressed, and the service starts", make_starting},
      {"empty", "the service runs, and nothing was made yet", make_empty},
      {"ready", "a take is selected", with_takes},
      {"instrument", "inside a host, with takes on pads", make_instrument},
      {"playing", "keys of a pad and of the selected take sound", make_playing},
      {"musicgen", "a take of a model with a non-commercial licence, own settings", make_musicgen},
      {"waiting", "jobs from elsewhere come first", make_waiting},
      {"held", "the card is kept free while Ardour plays", make_held},
      {"generating", "a take is being made", make_generating},
      {"cancelling", "Cancel was pressed", make_cancelling},
      {"failed", "a job failed", make_failed},
      {"lost", "the service does not answer", make_lost},
      {"trashed", "a take was moved to the trash", make_trashed},
      {"rejects", "takes that nobody kept are offered to the trash", make_rejects},
      {"discarding", "they are moved to the trash", make_discarding},
      {"discarded", "they were moved to the trash", make_discarded},
      {"discard-stopped", "the files of one could not be moved", make_discard_stopped},
      {"listening", "a take is listened to, another one was before", make_listening},
      {"inserting", "Ardour was asked to place a take, and has not begun", make_inserting},
      {"inserted", "Ardour has placed a take", make_inserted},
      {"not-inserted", "a take could not go on the selected track", make_not_inserted},
      {"no-hook", "Ardour's hook does not answer", make_no_hook},
      {"refused", "the service refused a change, and the prompt is too short", make_refused},
      {"long-words", "a prompt of nearly 1,000 characters", make_long_words},
  };
  return kStates;
}

}  // namespace dgx::ui
