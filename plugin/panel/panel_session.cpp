// SPDX-License-Identifier: Apache-2.0
#include "plugin/panel/panel_session.hpp"

#include <cmath>
#include <utility>
#include <variant>

#include "generator/protocol/codec.hpp"

namespace dgx::plugin {
namespace {

// The session hears of a prompt when a person rests, not with each letter.
constexpr std::chrono::milliseconds kRest{500};
// As the parameter table has them; what a host says beyond is not asked for.
constexpr double kLeastBpm = 30;
constexpr double kMostBpm = 300;
constexpr double kLeastRate = 44100;
constexpr double kMostRate = 192000;

ui::BoardPad board_pad(const ShownPad& pad) {
  return {pad.take.take_id, pad.take.name, pad.problem, pad.loaded};
}

}  // namespace

PanelSession::PanelSession(PanelPort& instrument, ui::PollerOptions service)
    : instrument_(instrument), poller_(std::move(service)) {
  if (const auto last = protocol::decode_request(instrument_.request())) model.prompt.recall(*last);
  // The session's tempo is what a person means, whatever it was when they asked last.
  model.prompt.tempo = ui::TempoSource::kHost;
  known_prompt_ = typed_prompt_ = model.prompt.text = instrument_.prompt();
  const RequestNews news = instrument_.request_news();
  request_ = news.request;
  job_is_shown_ = news.request == 0;
  const double rate = instrument_.sample_rate();
  if (rate >= kLeastRate && rate <= kMostRate) model.host.sample_rate = std::lround(rate);
  model.board.emplace();
}

PanelSession::~PanelSession() {
  if (model.heard()) instrument_.audition({}, 0);  // Nobody could end it any more.
  tell_prompt();
}

bool PanelSession::update(Clock::time_point now) {
  carry_out_acts();
  bool changed = take_news();
  changed = follow_request() || changed;
  changed = look_at_pads() || changed;
  changed = look_at_keys() || changed;
  changed = look_at_audition() || changed;
  changed = look_at_host() || changed;
  changed = look_at_prompt(now) || changed;
  carry_out_acts();
  return changed;
}

bool PanelSession::take_news() {
  bool changed = false;
  for (const ui::Update& update : poller_.take_updates()) changed = let_in(update) || changed;
  return changed;
}

// One that does not run is looked for every few seconds: that it still does not is no news, and
// nothing has to be drawn.
bool PanelSession::let_in(const ui::Update& update) {
  const ui::LinkState link = model.link();
  const std::string sentence = model.link_sentence();
  model.apply(update);
  return !std::holds_alternative<ui::LinkChanged>(update) || model.link() != link ||
         model.link_sentence() != sentence;
}

void PanelSession::carry_out_acts() {
  for (ui::Intent& intent : model.take_intents()) {
    if (const auto* asked = std::get_if<ui::GenerateTakes>(&intent)) {
      known_prompt_ = asked->request.prompt;
      instrument_.generate(asked->request);
      request_ = instrument_.request_news().request;
      job_is_shown_ = false;
      intent = ui::StartService{};  // The panel looks for it at once; only one comes to life.
    }
    if (auto* insert = std::get_if<ui::InsertTake>(&intent)) {
      insert->request.session = instrument_.session();
    }
    poller_.post(std::move(intent));
  }
  for (ui::PadAct& act : model.take_pad_acts()) {
    instrument_.put(act.pad, {act.file, act.take_id, {}, act.name});
  }
  for (const ui::AuditionAct& act : model.take_audition_acts()) {
    instrument_.audition(act.file, act.gain_db);
  }
}

// A request that somebody else made through the instrument is the panel's as well. One that was
// made before the panel was opened is looked up once a service is there: looking starts none.
bool PanelSession::follow_request() {
  const RequestNews news = instrument_.request_news();
  if (news.request != request_) {
    request_ = news.request;
    job_is_shown_ = false;
  }
  if (job_is_shown_ || request_ == 0) return false;
  if (!news.problem.empty()) {
    job_is_shown_ = true;
    model.apply(ui::Refused{ui::GenerateTakes{}, {ErrorCode::kUnavailable, news.problem}});
    return true;
  }
  if (news.job_id.empty() || model.link() != ui::LinkState::kReady) return false;
  job_is_shown_ = true;
  model.apply(ui::JobSubmitted{{news.job_id, protocol::JobStatus::kPending, {}, {}}});
  poller_.post(ui::ShowJob{news.job_id});
  return true;
}

bool PanelSession::look_at_pads() {
  const std::uint32_t changes = instrument_.pad_changes();
  const int selected = instrument_.selected_pad();
  if (pad_changes_ == changes && model.board->selected == selected) return false;
  pad_changes_ = changes;
  model.board->selected = selected;
  const ShownPads pads = instrument_.pads();
  for (std::size_t i = 0; i < pads.size(); ++i) model.board->pads.at(i) = board_pad(pads.at(i));
  return true;
}

bool PanelSession::look_at_keys() {
  ui::PadBoard& board = *model.board;
  const ui::KeySet sounding{instrument_.sounding_keys().bits};
  const int root = instrument_.root_note();
  if (board.sounding == sounding && board.root == root) return false;
  board.sounding = sounding;
  board.root = root;
  return true;
}

bool PanelSession::look_at_audition() {
  if (!model.heard()) return false;
  const ShownAudition heard = instrument_.audition();
  return model.hear({heard.loading, heard.share, heard.problem});
}

bool PanelSession::look_at_host() {
  const auto host = instrument_.host_tempo();
  if (!host || !(host->bpm >= kLeastBpm && host->bpm <= kMostBpm)) return false;
  const std::string meter =
      std::to_string(host->numerator) + "/" + std::to_string(host->denominator);
  ui::HostFacts& shown = model.host;
  if (shown.bpm == host->bpm && shown.time_signature == meter && shown.rolling == host->rolls) {
    return false;
  }
  shown.bpm = host->bpm;
  shown.time_signature = meter;
  shown.rolling = host->rolls;
  return true;
}

bool PanelSession::look_at_prompt(Clock::time_point now) {
  if (model.prompt.text != typed_prompt_) {
    typed_prompt_ = model.prompt.text;
    typed_at_ = now;
    return false;
  }
  if (typed_prompt_ != known_prompt_) {
    if (now - typed_at_ >= kRest) tell_prompt();
    return false;
  }
  const std::string prompt = instrument_.prompt();
  if (prompt == known_prompt_) return false;
  known_prompt_ = typed_prompt_ = model.prompt.text = prompt;
  prompt_was_replaced_ = true;
  return true;
}

void PanelSession::tell_prompt() {
  if (model.prompt.text == known_prompt_) return;
  known_prompt_ = model.prompt.text;
  instrument_.set_prompt(known_prompt_);
}

}  // namespace dgx::plugin
