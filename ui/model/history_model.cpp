// SPDX-License-Identifier: Apache-2.0
#include "ui/model/history_model.hpp"

#include <algorithm>
#include <utility>

#include "generator/protocol/codec.hpp"
#include "ui/model/words.hpp"

namespace dgx::ui {
namespace {

// A hundred waveforms of 1,000 columns are 1.6 MB; beyond that the panel asks again.
constexpr std::size_t kMostWaveforms = 100;

ShownTake shown(const protocol::Take& take) {
  ShownTake shown{take, {}};
  if (take.receipt_json.empty()) return shown;
  // A receipt that cannot be read costs its facts, not the take.
  auto receipt = protocol::decode_receipt(take.receipt_json);
  if (receipt) shown.receipt = *std::move(receipt);
  return shown;
}

}  // namespace

const std::string& ShownTake::title() const {
  return take.name && !take.name->empty() ? *take.name : take.prompt;
}

std::string ShownTake::facts() const {
  std::vector<std::string> facts;
  if (receipt && receipt->tempo.bars) facts.push_back(counted(*receipt->tempo.bars, "bar"));
  if (receipt && receipt->tempo.bpm) facts.push_back(bpm_words(*receipt->tempo.bpm));
  if (receipt && receipt->key) facts.push_back(*receipt->key);
  if (take.duration_seconds > 0) facts.push_back(seconds_words(take.duration_seconds));
  return joined_by_dots(facts);
}

void HistoryModel::show(const ShowHistory& answered, const protocol::HistoryPage& page) {
  // An answer to what is no longer asked comes too late.
  if (answered != asked) return;
  read = true;
  total = page.total;
  if (answered.page == 1) takes.clear();
  for (const protocol::Take& take : page.takes) {
    if (find(take.id) == nullptr) takes.push_back(shown(take));
  }
}

void HistoryModel::change(const protocol::Take& take) {
  const auto known = std::find_if(takes.begin(), takes.end(),
                                  [&](const ShownTake& one) { return one.take.id == take.id; });
  if (take.trashed_at) {
    if (known == takes.end()) return;
    takes.erase(known);
    --total;
  } else if (known != takes.end()) {
    *known = shown(take);
  } else {
    const auto place = std::find_if(takes.begin(), takes.end(), [&](const ShownTake& one) {
      return one.take.created_at < take.created_at ||
             (one.take.created_at == take.created_at && one.take.id < take.id);
    });
    takes.insert(place, shown(take));
    ++total;
  }
}

void HistoryModel::keep_waveform(protocol::PeaksMessage peaks) {
  if (waveforms_.size() >= kMostWaveforms) waveforms_.clear();
  std::string id = peaks.take_id;
  waveforms_.insert_or_assign(std::move(id), std::move(peaks));
}

void HistoryModel::select(const std::string& take_id) {
  if (find(take_id) != nullptr) selected_id_ = take_id;
}

const ShownTake* HistoryModel::selected() const {
  return find(selected_id_);
}

const ShownTake* HistoryModel::find(const std::string& take_id) const {
  const auto found = std::find_if(takes.begin(), takes.end(),
                                  [&](const ShownTake& one) { return one.take.id == take_id; });
  return found == takes.end() ? nullptr : &*found;
}

const protocol::PeaksMessage* HistoryModel::waveform(const std::string& take_id) const {
  const auto found = waveforms_.find(take_id);
  return found == waveforms_.end() ? nullptr : &found->second;
}

}  // namespace dgx::ui
