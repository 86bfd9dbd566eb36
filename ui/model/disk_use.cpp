// SPDX-License-Identifier: Apache-2.0
// What takes use of the disk, and the acts that move rejects to the trash and back.
#include <algorithm>
#include <utility>

#include "ui/model/panel_model.hpp"
#include "ui/model/words.hpp"

namespace dgx::ui {
namespace {

std::string discarded_words(const Discarding& done, const std::string& problem) {
  const std::string moved = "Moved to the trash: ";
  if (done.take_ids.empty()) return moved + "nothing" + (problem.empty() ? "" : ": " + problem);
  const auto count = static_cast<std::int64_t>(done.take_ids.size());
  const std::string what = moved + counted(count, "take") + ", " + bytes_words(done.bytes);
  return problem.empty() ? what : what + "; then it stopped: " + problem;
}

}  // namespace

// What is on a pad is a copy of the instrument's own, but a person means to have the take too.
std::vector<std::string> PanelModel::takes_on_pads() const {
  std::vector<std::string> ids;
  if (!board) return ids;
  for (const BoardPad& pad : board->pads) {
    if (!pad.take_id.empty()) ids.push_back(pad.take_id);
  }
  return ids;
}

void PanelModel::ask_disk_use() {
  if (std::exchange(disk_use_is_asked_, true)) {
    disk_use_is_old_ = true;  // Asked again once there is an answer
    return;
  }
  ask(ShowDiskUse{takes_on_pads()});
}

void PanelModel::offer_discard() {
  if (discarding_) return;
  discard_is_wanted_ = true;
  ask_disk_use();
}

void PanelModel::discard_rejects() {
  discarding_ = Discarding();
  notice_ = Notice{"Moving takes to the trash\xE2\x80\xA6"};
  ask(DiscardRejects{takes_on_pads()});
}

void PanelModel::apply_one(const DiskUseRead& update) {
  disk_use_ = update.use;
  disk_use_is_asked_ = false;
  if (std::exchange(disk_use_is_old_, false)) return ask_disk_use();
  if (!std::exchange(discard_is_wanted_, false)) return;
  notice_ = Notice{reject_words(*disk_use_)};
  if (disk_use_->rejects > 0) notice_->remedy = Remedy::kDiscard;
}

void PanelModel::apply_one(const RejectsDiscarded& update) {
  if (!discarding_) return;
  const protocol::Discarded& some = update.discarded;
  auto& ids = discarding_->take_ids;
  ids.insert(ids.end(), some.take_ids.begin(), some.take_ids.end());
  discarding_->bytes += some.bytes;
  const bool goes_on = some.left > 0 && !some.take_ids.empty() && !some.problem;
  if (goes_on) {
    notice_ = Notice{"Moving takes to the trash: " + std::to_string(ids.size()) + " of " +
                     std::to_string(static_cast<std::int64_t>(ids.size()) + some.left)};
    return ask(DiscardRejects{takes_on_pads()});
  }
  end_discarding(some.problem.value_or(""));
}

void PanelModel::end_discarding(const std::string& problem) {
  Discarding done = *std::exchange(discarding_, std::nullopt);
  const auto& ids = done.take_ids;
  if (heard_ && std::find(ids.begin(), ids.end(), heard_->take_id) != ids.end()) stop_audition();
  notice_ = Notice{discarded_words(done, problem), !problem.empty()};
  if (!ids.empty()) notice_->remedy = Remedy::kRestoreTakes;
  notice_->take_ids = std::move(done.take_ids);
  ask_history({history.asked.words, history.asked.favourites_only, 1});
  ask_disk_use();
}

}  // namespace dgx::ui
