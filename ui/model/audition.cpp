// SPDX-License-Identifier: Apache-2.0
#include "ui/model/audition.hpp"

#include <algorithm>
#include <utility>

#include "ui/model/panel_model.hpp"

namespace dgx::ui {

double audition_gain_db(const std::optional<protocol::Receipt>& receipt) {
  if (!receipt || !receipt->loudness.integrated_lufs) return 0;
  const double gain = kAuditionLufs - *receipt->loudness.integrated_lufs;
  const auto& peak = receipt->loudness.true_peak_dbtp;
  return peak ? std::min(gain, kAuditionCeilingDbtp - *peak) : gain;
}

void PanelModel::audition(const std::string& take_id) {
  if (heard_ && heard_->take_id == take_id) return stop_audition();
  const ShownTake* take = history.find(take_id);
  if (!board || take == nullptr || take->take.file_path.empty()) return;
  if (heard_) compared_take_ = heard_->take_id;
  const double gain_db = audition_gain_db(take->receipt);
  heard_ = HeardTake{take_id, heard_ ? heard_->share : 0, gain_db};
  audition_acts_.push_back({take->take.file_path, gain_db});
}

void PanelModel::stop_audition() {
  if (!heard_) return;
  compared_take_ = heard_->take_id;
  heard_.reset();
  audition_acts_.push_back({});
}

bool PanelModel::can_compare() const {
  return heard_ && compared_take_ != heard_->take_id && history.find(compared_take_) != nullptr;
}

void PanelModel::compare() {
  if (!can_compare()) return;
  const std::string other = compared_take_;
  select(other);
  audition(other);
}

std::vector<AuditionAct> PanelModel::take_audition_acts() {
  return std::exchange(audition_acts_, {});
}

bool PanelModel::hear(const AuditionNews& news) {
  if (!heard_ || !audition_acts_.empty()) return false;
  if (!news.problem.empty()) {
    heard_.reset();
    notice_ = Notice{news.problem, true};
    return true;
  }
  if (!news.loading && news.share < 0) {
    stop_audition();  // It came to its end; its memory is wanted back.
    return true;
  }
  const bool changed = heard_->share != news.share || heard_->sounds == news.loading;
  heard_->sounds = !news.loading;
  if (news.share >= 0) heard_->share = news.share;
  return changed;
}

}  // namespace dgx::ui
