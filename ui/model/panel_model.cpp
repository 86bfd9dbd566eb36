// SPDX-License-Identifier: Apache-2.0
#include "ui/model/panel_model.hpp"

#include <algorithm>
#include <utility>

#include "ui/model/words.hpp"

namespace dgx::ui {
namespace {

bool is_waiting_or_running(protocol::JobStatus status) {
  return status == protocol::JobStatus::kPending || status == protocol::JobStatus::kProcessing;
}

const protocol::JobView* find_job(const std::vector<protocol::JobView>& jobs,
                                  const std::string& id) {
  const auto found = std::find_if(jobs.begin(), jobs.end(),
                                  [&](const protocol::JobView& job) { return job.job_id == id; });
  return found == jobs.end() ? nullptr : &*found;
}

}  // namespace

std::vector<Intent> PanelModel::take_intents() {
  return std::exchange(intents_, {});
}

std::vector<PadAct> PanelModel::take_pad_acts() {
  return std::exchange(pad_acts_, {});
}

void PanelModel::load_to_pad(int pad) {
  const ShownTake* take = history.selected();
  if (!board || take == nullptr || take->take.file_path.empty()) return;
  pad_acts_.push_back({pad, take->take.id, take->take.file_path, take->title()});
}

void PanelModel::empty_pad(int pad) {
  if (board) pad_acts_.push_back({pad, {}, {}, {}});
}

const protocol::ModelDescription* PanelModel::model_in_use() const {
  const auto& list = models_.models;
  if (!prompt.model) return list.empty() ? nullptr : &list.front();
  const auto found = std::find_if(list.begin(), list.end(), [&](const auto& model) {
    return model.identity.id == *prompt.model;
  });
  return found == list.end() ? nullptr : &*found;
}

bool PanelModel::model_samples() const {
  const protocol::ModelDescription* model = model_in_use();
  return model != nullptr && !model->keeps_time;
}

bool PanelModel::busy() const {
  return job_ && is_waiting_or_running(job_->status);
}

std::int64_t PanelModel::jobs_ahead() const {
  const std::string own = busy() ? job_->id : "";
  std::int64_t ahead = 0;
  for (const protocol::JobView& job : queue_) {
    if (job.job_id == own) break;
    if (is_waiting_or_running(job.status)) ++ahead;
  }
  return ahead;
}

std::optional<Error> PanelModel::obstacle() const {
  auto request = prompt.request(host, model_samples());
  if (request) return std::nullopt;
  return std::move(request).error();
}

void PanelModel::generate() {
  if (busy()) return;
  notice_.reset();
  auto request = prompt.request(host, model_samples());
  if (!request) {
    notice_ = Notice{request.error().message, true};
    return;
  }
  prompt.remember(prompt.text);
  job_ = OwnJob{};
  ask(GenerateTakes{*std::move(request)});
}

void PanelModel::cancel() {
  if (!busy() || job_->cancelling) return;
  job_->cancelling = true;
  // A job that the service has not taken yet is cancelled as soon as it has.
  if (!job_->id.empty()) ask(CancelJob{job_->id});
}

void PanelModel::start_service() {
  if (link_ == LinkState::kAbsent || link_ == LinkState::kLost) ask(StartService{});
}

void PanelModel::ask_history(ShowHistory asked) {
  history.asked = std::move(asked);
  ask(history.asked);
}

void PanelModel::search(const std::string& words) {
  if (words != history.asked.words) ask_history({words, history.asked.favourites_only, 1});
}

void PanelModel::show_favourites(bool only) {
  if (only != history.asked.favourites_only) ask_history({history.asked.words, only, 1});
}

void PanelModel::show_more() {
  const auto shown = static_cast<std::int64_t>(history.takes.size());
  if (!history.read || shown >= history.total) return;
  history.read = false;  // Until the next page has come
  ask_history({history.asked.words, history.asked.favourites_only, history.asked.page + 1});
}

void PanelModel::select(const std::string& take_id) {
  if (!busy()) job_.reset();  // What failed was seen
  history.select(take_id);
  const ShownTake* take = history.selected();
  if (take == nullptr || take->take.status != protocol::JobStatus::kCompleted) return;
  if (history.waveform(take_id) == nullptr) ask(ShowWaveform{take_id});
}

void PanelModel::set_favourite(const std::string& take_id, bool favourite) {
  protocol::TakePatch patch;
  patch.favourite = favourite;
  ask(ChangeTake{take_id, patch});
}

void PanelModel::rename(const std::string& take_id, const std::string& name) {
  protocol::TakePatch patch;
  patch.name = name;
  ask(ChangeTake{take_id, patch});
}

void PanelModel::trash(const std::string& take_id) {
  ask(TrashTake{take_id});
}

void PanelModel::use_remedy() {
  if (!notice_) return;
  const Notice notice = *std::exchange(notice_, std::nullopt);
  switch (notice.remedy) {
    case Remedy::kNone:
      return;
    case Remedy::kRestoreTake:
      return ask(RestoreTake{notice.take_id});
    case Remedy::kRestoreTakes:
      for (const std::string& id : notice.take_ids) ask(RestoreTake{id});
      return;
    case Remedy::kDiscard:
      return discard_rejects();
    case Remedy::kTakeBack:
      return take_back_insertion();
    case Remedy::kInsertOnNewTrack:
      return insert(notice.take_id, true);
  }
}

void PanelModel::insert(const std::string& take_id, bool on_new_track) {
  if (inserting()) return;
  protocol::InsertionRequest request;
  request.take_id = take_id;
  if (on_new_track) request.track = "new";
  insertion_ = OwnInsertion{{}, take_id, request.track};
  notice_ = Notice{"Asking Ardour for a place", false, Remedy::kTakeBack};
  ask(InsertTake{std::move(request)});
}

void PanelModel::take_back_insertion() {
  if (!insertion_ || insertion_->taking_back) return;
  insertion_->taking_back = true;
  // What the service has not got yet is taken back as soon as it has.
  if (!insertion_->id.empty()) ask(TakeBackInsertion{insertion_->id});
}

void PanelModel::vary(const std::string& take_id) {
  const ShownTake* take = history.find(take_id);
  if (take == nullptr || !take->receipt || busy()) return;
  prompt.recall(take->receipt->request);
  prompt.seed_locked = false;
  generate();
}

void PanelModel::apply(const Update& update) {
  std::visit([this](const auto& one) { apply_one(one); }, update);
}

void PanelModel::apply_one(const LinkChanged& update) {
  const bool was_ready = link_ == LinkState::kReady;
  link_ = update.state;
  link_sentence_ = update.sentence;
  if (update.health) health_ = update.health;
  if (link_ != LinkState::kReady || was_ready) return;
  if (notice_ && notice_->ends_when_ready) notice_.reset();
  ask_history({history.asked.words, history.asked.favourites_only, 1});
  disk_use_is_asked_ = false;  // What was asked of a service that is gone
  ask_disk_use();
  if (insertion_ && !insertion_->id.empty()) ask(ShowInsertion{insertion_->id});
}

void PanelModel::apply_one(const protocol::ModelList& update) {
  models_ = update;
}

void PanelModel::apply_one(const protocol::QueuePage& update) {
  queue_ = update.jobs;
  if (!job_ || job_->id.empty()) return;
  if (const protocol::JobView* own = find_job(queue_, job_->id)) apply_one(*own);
}

void PanelModel::apply_one(const JobSubmitted& update) {
  if (!job_) job_ = OwnJob{};
  job_->id = update.job.job_id;
  job_->status = update.job.status;
  if (job_->cancelling) ask(CancelJob{job_->id});
}

void PanelModel::apply_one(const protocol::JobView& update) {
  if (!job_ || job_->id != update.job_id) return;
  // Two threads bring news; what was read first may come last.
  if (!busy() && is_waiting_or_running(update.status)) return;
  job_->status = update.status;
  job_->fraction = update.fraction.value_or(job_->fraction);
  job_->progress = update.progress.value_or(job_->progress);
  job_->waits = update.waits;
  if (update.request.seed) prompt.seed = *update.request.seed;
  if (update.error) job_->problem = update.error->message;
  if (busy()) return;
  job_->cancelling = false;
  select_take_of(std::string(job_->id));
}

void PanelModel::select_take_of(const std::string& job_id) {
  const ShownTake* selected = history.selected();
  if (selected != nullptr && selected->take.job_id == job_id) return;
  const auto& takes = history.takes;
  // The first of its variations is the last in the list.
  const auto found = std::find_if(takes.rbegin(), takes.rend(),
                                  [&](const ShownTake& one) { return one.take.job_id == job_id; });
  if (found != takes.rend()) select(found->take.id);
}

void PanelModel::apply_one(const protocol::ProgressEvent& update) {
  if (!job_ || job_->id != update.job_id || !busy()) return;
  job_->status = protocol::JobStatus::kProcessing;
  job_->fraction = update.fraction;
  job_->progress = update.progress;
}

void PanelModel::apply_one(const HistoryRead& update) {
  history.show(update.asked, update.page);
  // Yesterday's prompts are recalled by Up too; the oldest first, so that the newest is on top.
  if (prompt.earlier().empty()) {
    for (auto take = history.takes.rbegin(); take != history.takes.rend(); ++take) {
      prompt.remember(take->take.prompt);
    }
  }
  if (history.selected() == nullptr && !history.takes.empty()) {
    select(history.takes.front().take.id);
  }
}

void PanelModel::apply_one(const TakeChanged& update) {
  const protocol::Take& take = update.take;
  const bool was_listed = history.find(take.id) != nullptr;
  const bool was_complete =
      was_listed && history.find(take.id)->take.status == protocol::JobStatus::kCompleted;
  history.change(take);
  ask_disk_use();
  if (take.trashed_at) {
    if (heard_ && heard_->take_id == take.id) stop_audition();
    notice_ = Notice{"Moved to the trash: " + ShownTake{take, {}}.title(), false,
                     Remedy::kRestoreTake, take.id};
    return;
  }
  const bool is_new = !was_complete && take.status == protocol::JobStatus::kCompleted;
  if (is_new && job_ && take.job_id == job_->id) select_take_of(job_->id);
}

void PanelModel::apply_one(const WaveformRead& update) {
  history.keep_waveform(update.peaks);
}

void PanelModel::apply_one(const InsertionPosted& update) {
  if (!insertion_ || !insertion_->id.empty()) return;
  insertion_->id = update.insertion.insertion_id;
  apply_one(update.insertion);
  if (insertion_ && insertion_->taking_back) ask(TakeBackInsertion{insertion_->id});
}

void PanelModel::apply_one(const protocol::InsertionView& update) {
  if (!insertion_ || insertion_->id != update.insertion_id) return;
  using protocol::InsertionStatus;
  const bool failed = update.status == InsertionStatus::kFailed;
  notice_ = Notice{insertion_words(update, host.sample_rate), failed};
  if (update.status == InsertionStatus::kWaiting) notice_->remedy = Remedy::kTakeBack;
  if (failed && insertion_->track == "selected") notice_->remedy = Remedy::kInsertOnNewTrack;
  notice_->take_id = insertion_->take_id;
  if (update.ended_at) insertion_.reset();
}

void PanelModel::apply_one(const Refused& update) {
  const bool is_start = std::holds_alternative<StartService>(update.intent);
  if (is_start && link_ == LinkState::kReady) return;  // Somebody else has started one by now.
  if (std::holds_alternative<DiscardRejects>(update.intent) && discarding_) {
    return end_discarding(update.error.message);
  }
  notice_ = Notice{update.error.message, true};
  notice_->ends_when_ready = is_start;
  if (std::holds_alternative<ShowDiskUse>(update.intent)) {
    disk_use_is_asked_ = disk_use_is_old_ = discard_is_wanted_ = false;
  }
  if (std::holds_alternative<InsertTake>(update.intent) ||
      std::holds_alternative<ShowInsertion>(update.intent)) {
    insertion_.reset();
  }
  if (!std::holds_alternative<GenerateTakes>(update.intent) || !job_) return;
  job_->status = protocol::JobStatus::kFailed;
  job_->problem = update.error.message;
}

}  // namespace dgx::ui
