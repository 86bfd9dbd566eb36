// SPDX-License-Identifier: Apache-2.0
#include "plugin/instrument/instrument.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <utility>

#include "generator/base/ulid.hpp"
#include "generator/base/utf8.hpp"
#include "presets/prompt_presets.hpp"

namespace dgx::plugin {
namespace {

// An export waits so long for takes that are still being read.
constexpr std::chrono::seconds kExportPatience{30};
// A save waits so long, so that the session holds what was put on a pad a moment ago.
constexpr std::chrono::seconds kSavePatience{2};
// After a state was restored, and at first, the trigger port may be set by the host.
constexpr double kDeafSeconds = 1.0;
constexpr std::size_t kLongestName = 80;

namespace fs = std::filesystem;

// What makePath names is in plugins/ID/scratch of the session's folder.
fs::path plugin_folder(const fs::path& kept) {
  return kept.parent_path().parent_path();
}

fs::path session_of(const fs::path& kept) {
  return plugin_folder(kept).parent_path().parent_path();
}

// True for the folder of a session that Ardour has saved: the service takes it for takes.
bool is_session(const fs::path& folder) {
  std::error_code error;
  const fs::directory_iterator files(folder, error);
  return !error && std::any_of(begin(files), end(files), [](const fs::directory_entry& entry) {
    return entry.path().extension() == ".ardour";
  });
}

std::string name_of(const protocol::Take& take) {
  std::string name = take.name.value_or(take.prompt);
  if (name.size() <= kLongestName) return name;
  name.resize(kLongestName);
  while (!is_utf8(name)) name.pop_back();
  return name + "\xE2\x80\xA6";
}

}  // namespace

Instrument::Instrument(double sample_rate, HostServices host, Result<ServiceAddress> service)
    : make_path_(std::move(host.make_path)),
      host_{[this](const std::string& name) { return folder_of(name); }, std::move(host.warn)},
      sample_rate_(sample_rate),
      player_(sample_rate),
      deaf_frames_(std::llround(kDeafSeconds * sample_rate)),
      shelf_(host_),
      loader_(link_, [this](const LoadOutcome& outcome) { told(outcome); }),
      desk_(service, {[this](protocol::GenerationRequest& request) { complete(request); },
                      [this](const std::vector<protocol::Take>& takes) { take_in(takes); },
                      [this](const std::string& sentence) { say(sentence); }}),
      reporter_(std::move(service),
                [this] { return rolled_blocks_.load(std::memory_order_relaxed); }) {
  for (std::size_t i = 0; i < kControlCount; ++i) values_[i] = control(i).initial;
}

// Each answer of the host also says where the session lies: after a rename or a save-as, anew.
fs::path Instrument::folder_of(const std::string& name) {
  if (!make_path_ || !is_active_.load()) return {};
  fs::path kept = make_path_(name);
  if (!kept.is_absolute()) return kept;
  const fs::path session = session_of(kept);
  const bool is_saved = is_session(session);
  const MutexLock lock(mutex_);
  session_ = is_saved ? std::optional(session.string()) : std::nullopt;
  return kept;
}

std::optional<std::string> Instrument::session() const {
  const MutexLock lock(mutex_);
  return session_;
}

void Instrument::activate() {
  is_active_.store(true);
  reporter_.begin();
}

void Instrument::set_control(std::size_t index, float value) noexcept {
  values_[index].store(value, std::memory_order_relaxed);
  apply(index);
}

float Instrument::control_value(std::size_t index) const noexcept {
  return value(index);
}

int Instrument::whole(std::size_t index) const noexcept {
  const Control& row = control(index);
  return static_cast<int>(std::lround(std::clamp(value(index), row.minimum, row.maximum)));
}

void Instrument::apply(std::size_t index) noexcept {
  if (is_pad_control(index)) {
    const int pad = pad_of_control(index);
    std::array<float, kPadControlCount> values{};
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = value(pad_control(pad, PerPad{i}));
    return player_.set_pad(pad, pad_settings(values));
  }
  switch (index) {
    case kGain:
      return player_.set_gain(static_cast<double>(
          std::clamp(value(kGain), control(kGain).minimum, control(kGain).maximum)));
    case kSelectedPad:
    case kRootNote:
      return player_.select(whole(kSelectedPad) - 1, whole(kRootNote));
    case kQuantise:
      return player_.set_quantise(whole(kQuantise) != 0);
    case kFollow:
    case kFollowFrom:
    case kTempoMatch:
      return player_.set_follow({whole(kFollow) != 0, whole(kFollowFrom) - 1,
                                 static_cast<TempoMatch>(whole(kTempoMatch))});
    case kFreewheeling:
      return freewheel(whole(kFreewheeling) != 0);
    case kGenerate:
      return trigger(whole(kGenerate) != 0);
    default:
      return;
  }
}

// An export begins from rest, so that it does not depend on what was heard before.
void Instrument::freewheel(bool on) noexcept {
  if (std::exchange(freewheels_, on) == on) return;
  player_.reset();
  player_.allow_audition(!on);
}

// A host that restores a session or exports moves ports without anybody asking for a take.
void Instrument::trigger(bool on) noexcept {
  const bool was_up = std::exchange(trigger_is_up_, on);
  const bool rose = on && !was_up;
  if (rose && deaf_frames_ <= 0 && !restored_.load() && !freewheels_) triggered_ = true;
}

void Instrument::place(const PositionEvent& position) noexcept {
  const Transport& host = position.transport;
  bpm_.store(host.bpm, std::memory_order_relaxed);
  numerator_.store(static_cast<int>(std::lround(host.beats_per_bar)), std::memory_order_relaxed);
  denominator_.store(host.beat_unit, std::memory_order_relaxed);
  rolls_.store(host.rolls, std::memory_order_relaxed);
  tempo_known_.store(true, std::memory_order_relaxed);
  if (position_count_ == positions_.size()) --position_count_;  // The last word counts.
  positions_[position_count_++] = position;
}

void Instrument::process(std::span<const MidiEvent> events, float* left, float* right,
                         std::uint32_t frames) noexcept {
  if (freewheels_) loader_.wait_until_idle(kExportPatience);
  if (restored_.exchange(false)) deaf_frames_ = std::llround(kDeafSeconds * sample_rate_);
  deaf_frames_ -= std::min<std::int64_t>(deaf_frames_, frames);
  if (rolls_.load(std::memory_order_relaxed)) {
    rolled_blocks_.store(rolled_blocks_.load(std::memory_order_relaxed) + 1,
                         std::memory_order_relaxed);
  }
  link_.apply(player_);
  player_.process(events, std::span(positions_).first(std::exchange(position_count_, 0)), left,
                  right, frames);
  tell_meters();
}

void Instrument::tell_meters() noexcept {
  const auto tell = [this](std::size_t index, float value) {
    values_[index].store(value, std::memory_order_relaxed);
  };
  tell(kTakes, static_cast<float>(shelf_.loaded()));
  tell(kMissing, static_cast<float>(shelf_.missing()));
  audition_share_.store(player_.audition_share(), std::memory_order_relaxed);
  sounding_keys_.store(player_.sounding_keys().bits, std::memory_order_relaxed);
  applied_.store(link_.applied(), std::memory_order_release);
  const int pad = whole(kSelectedPad) - 1;
  const Sample* sample = player_.sample(pad);
  const double playhead = player_.playhead(pad);
  const bool sounds = sample != nullptr && playhead >= 0.0;
  tell(kPosition,
       sounds ? static_cast<float>(playhead / static_cast<double>(sample->frames())) : 0.0F);
}

void Instrument::put(int pad, PadTake take) {
  shelf_.put(pad, std::move(take), loader_);
  ++changes_;
}

void Instrument::audition(const std::string& file, double gain_db) {
  const MutexLock lock(mutex_);
  auditioned_ = file;
  audition_problem_.clear();
  if (file.empty()) {
    loader_.clear(kAuditionPad);
  } else {
    loader_.load(kAuditionPad, file, gain_db);
  }
}

ShownAudition Instrument::audition() {
  ShownAudition shown;
  // In this order: what the player has done is what the loader had sent, and so is what sounds.
  shown.loading = !loader_.is_idle() || applied_.load(std::memory_order_acquire) != link_.sent();
  shown.share = audition_share_.load(std::memory_order_relaxed);
  const MutexLock lock(mutex_);
  shown.problem = audition_problem_;
  return shown;
}

// On the loader's thread. What cannot be read silences what was heard before it.
void Instrument::told(const LoadOutcome& outcome) {
  if (outcome.pad != kAuditionPad) {
    shelf_.told(outcome, loader_);
    return;
  }
  const MutexLock lock(mutex_);
  if (outcome.status || outcome.file != auditioned_) return;
  audition_problem_ = outcome.status.error().message;
  loader_.clear(kAuditionPad);
}

void Instrument::set_prompt(std::string prompt) {
  if (desk_.set_prompt(std::move(prompt))) ++changes_;
}

void Instrument::read_prompt(const fs::path& file) {
  auto text = RequestDesk::read_prompt(file);
  if (!text) return say(text.error().message);
  set_prompt(*std::move(text));
}

std::string Instrument::notice() const {
  const std::string of_pads = shelf_.notice();
  const MutexLock lock(mutex_);
  return of_pads.empty() || said_.empty() ? of_pads + said_ : of_pads + "\n" + said_;
}

void Instrument::say(const std::string& sentence) {
  {
    const MutexLock lock(mutex_);
    said_ = sentence;
  }
  if (host_.warn && !sentence.empty()) host_.warn(sentence);
}

std::optional<HostTempo> Instrument::host_tempo() const noexcept {
  if (!tempo_known_.load(std::memory_order_relaxed)) return std::nullopt;
  return HostTempo{bpm_.load(std::memory_order_relaxed), numerator_.load(std::memory_order_relaxed),
                   denominator_.load(std::memory_order_relaxed),
                   rolls_.load(std::memory_order_relaxed)};
}

void Instrument::generate(const protocol::GenerationRequest& request) {
  say("");
  desk_.ask(request);
  ++changes_;
}

void Instrument::generate_by_controls() {
  say("");
  const auto preset = static_cast<std::size_t>(whole(kPromptPresetNumber));
  std::optional<std::string> prompt;
  if (preset > 0) prompt = prompt_presets()[preset - 1].text;
  const Status asked = desk_.ask_again(prompt, host_tempo(), sample_rate_);
  if (!asked) say(asked.error().message);
}

// On the desk's thread, as take_in().
void Instrument::complete(protocol::GenerationRequest& request) const {
  const fs::path kept = host_.make_path("takes");
  if (!kept.is_absolute()) return;
  const fs::path session = session_of(kept);
  if (is_session(session)) request.output_dir = (session / "dgx-music" / "takes").string();
}

void Instrument::take_in(const std::vector<protocol::Take>& takes) {
  for (const protocol::Take& take : takes) {
    if (take.file_path.empty()) continue;
    PadTake one{take.file_path, take.id, {}, name_of(take)};
    if (!shelf_.add(whole(kSelectedPad) - 1, std::move(one), loader_)) {
      return say("all pads have takes: '" + name_of(take) + "' is in the history only");
    }
    ++changes_;
  }
}

InstrumentState Instrument::save() {
  loader_.wait_until_idle(kSavePatience);
  InstrumentState state;
  state.pads = shelf_.takes_to_save();
  state.prompt = desk_.prompt();
  state.request = desk_.request();
  const fs::path kept = host_.make_path("takes");
  const MutexLock lock(mutex_);
  const std::string home = kept.is_absolute() ? plugin_folder(kept).filename().string() : home_;
  if (id_.empty() || home != home_) id_ = new_ulid();
  home_ = home;
  state.id = id_;
  state.home = home_;
  state.saves = ++saves_;
  return state;
}

void Instrument::restore(const InstrumentState& state) {
  restored_.store(true);
  shelf_.restore(state.pads, loader_);
  desk_.restore(state.prompt, state.request);
  const MutexLock lock(mutex_);
  id_ = state.id;
  home_ = state.home;
  saves_ = state.saves;
}

}  // namespace dgx::plugin
