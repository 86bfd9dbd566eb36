// SPDX-License-Identifier: Apache-2.0
#include "ui/model/prompt_model.hpp"

#include <algorithm>

#include "generator/protocol/validation.hpp"

namespace dgx::ui {
namespace {

constexpr std::size_t kMostEarlierPrompts = 100;

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

// Letters of other scripts are bytes above 127; they are parts of words too.
bool is_word_byte(char c) {
  return (lower(c) >= 'a' && lower(c) <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
         static_cast<unsigned char>(c) > 127;
}

bool starts_utf8_character(char c) {
  return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
}

void trim_end(std::string& text) {
  while (!text.empty() && (text.back() == ' ' || text.back() == ',')) text.pop_back();
}

}  // namespace

std::size_t PromptModel::character_count() const {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), starts_utf8_character));
}

std::optional<std::size_t> PromptModel::find_word(std::string_view word) const {
  const auto same = [](char a, char b) { return lower(a) == lower(b); };
  for (auto from = text.begin();;) {
    const auto found = std::search(from, text.end(), word.begin(), word.end(), same);
    if (found == text.end()) return std::nullopt;
    const auto end = found + static_cast<std::ptrdiff_t>(word.size());
    const bool begins = found == text.begin() || !is_word_byte(*(found - 1));
    const bool ends = end == text.end() || !is_word_byte(*end);
    if (begins && ends) return static_cast<std::size_t>(found - text.begin());
    from = found + 1;
  }
}

bool PromptModel::has_word(std::string_view word) const {
  return find_word(word).has_value();
}

void PromptModel::toggle_word(std::string_view word) {
  const auto at = find_word(word);
  if (!at) {
    trim_end(text);
    if (!text.empty()) text += ", ";
    text += word;
    return;
  }
  // With it goes the comma or the blank that set it off.
  std::size_t begin = *at;
  std::size_t end = *at + word.size();
  if (end < text.size() && text[end] == ',') ++end;
  while (end < text.size() && text[end] == ' ') ++end;
  while (begin > 0 && text[begin - 1] == ' ') --begin;
  const bool inside = begin > 0 && end < text.size();
  text.erase(begin, end - begin);
  if (inside) text.insert(begin, 1, ' ');
  trim_end(text);
}

std::optional<double> PromptModel::asked_bpm(const HostFacts& host) const {
  if (tempo == TempoSource::kOwn) return own_bpm;
  return tempo == TempoSource::kHost ? host.bpm : std::nullopt;
}

Result<protocol::GenerationRequest> PromptModel::request(const HostFacts& host,
                                                         bool model_samples) const {
  protocol::GenerationRequest asked;
  asked.prompt = text;
  asked.model = model;
  if (unit == LengthUnit::kBars) asked.bars = bars;
  if (unit == LengthUnit::kSeconds) asked.duration = seconds;
  asked.bpm = asked_bpm(host);
  if (tempo != TempoSource::kPrompt) asked.time_signature = host.time_signature;
  asked.key = key;
  asked.variations = variations;
  if (seed_locked) asked.seed = seed;
  asked.loop = loop;
  asked.stems = stems;
  asked.loudness_lufs = loudness_lufs;
  asked.true_peak_dbtp = true_peak_dbtp;
  if (host.sample_rate) asked.sample_rate = *host.sample_rate;
  asked.output_dir = host.session_takes;
  if (model_samples) {
    asked.temperature = temperature;
    asked.top_k = top_k;
    asked.top_p = top_p;
    asked.cfg_coef = cfg_coef;
  }
  if (Status valid = protocol::validate(asked); !valid) return std::move(valid).error();
  return asked;
}

void PromptModel::recall(const protocol::GenerationRequest& request) {
  text = request.prompt;
  recalled_.reset();
  unit = request.duration ? LengthUnit::kSeconds : LengthUnit::kBars;
  bars = request.bars.value_or(bars);
  seconds = request.duration.value_or(seconds);
  tempo = request.bpm ? TempoSource::kOwn : TempoSource::kPrompt;
  own_bpm = request.bpm.value_or(own_bpm);
  key = request.key;
  variations = request.variations;
  seed_locked = request.seed.has_value();
  seed = request.seed.value_or(seed);
  model = request.model;
  loop = request.loop;
  stems = request.stems;
  loudness_lufs = request.loudness_lufs;
  true_peak_dbtp = request.true_peak_dbtp;
  temperature = request.temperature.value_or(temperature);
  top_k = request.top_k.value_or(top_k);
  top_p = request.top_p.value_or(top_p);
  cfg_coef = request.cfg_coef.value_or(cfg_coef);
}

void PromptModel::remember(const std::string& prompt) {
  recalled_.reset();
  std::erase(earlier_, prompt);
  earlier_.insert(earlier_.begin(), prompt);
  if (earlier_.size() > kMostEarlierPrompts) earlier_.pop_back();
}

bool PromptModel::recall_older() {
  const std::size_t next = recalled_ ? *recalled_ + 1 : 0;
  if (next >= earlier_.size()) return false;
  if (!recalled_) draft_ = text;
  recalled_ = next;
  text = earlier_[next];
  return true;
}

bool PromptModel::recall_newer() {
  if (!recalled_) return false;
  const bool was_newest = *recalled_ == 0;
  recalled_ = was_newest ? std::nullopt : std::optional(*recalled_ - 1);
  text = was_newest ? draft_ : earlier_[*recalled_];
  return true;
}

}  // namespace dgx::ui
