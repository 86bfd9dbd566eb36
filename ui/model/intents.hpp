// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "generator/protocol/api_messages.hpp"
#include "generator/protocol/insertion.hpp"
#include "generator/protocol/request.hpp"

// What a person asked for in the panel, on its way to the service. The model makes them, and the
// poller carries them out; each is answered by an update (updates.hpp).
namespace dgx::ui {

struct GenerateTakes {
  protocol::GenerationRequest request{};
};
struct CancelJob {
  std::string job_id{};
};
/// A page of takes whose prompt or name holds `words`; all where there are none.
struct ShowHistory {
  std::string words{};
  bool favourites_only = false;
  int page = 1;
  bool operator==(const ShowHistory&) const = default;
};
struct ChangeTake {
  std::string take_id{};
  protocol::TakePatch patch{};
};
struct TrashTake {
  std::string take_id{};
};
struct RestoreTake {
  std::string take_id{};
};
/// What takes use of the disk; `keep` are those that count as kept.
struct ShowDiskUse {
  std::vector<std::string> keep{};
};
/// Moves some of the takes that nobody kept to the trash.
struct DiscardRejects {
  std::vector<std::string> keep{};
};
struct ShowWaveform {
  std::string take_id{};
};
/// What became of a job that somebody else asked for, for this panel.
struct ShowJob {
  std::string job_id{};
};
/// Have Ardour place a take on its timeline.
struct InsertTake {
  protocol::InsertionRequest request{};
};
struct TakeBackInsertion {
  std::string insertion_id{};
};
/// What became of an insertion, where news of it may have been missed.
struct ShowInsertion {
  std::string insertion_id{};
};
/// Start the service where none runs, without asking anything of it.
struct StartService {};

using Intent = std::variant<GenerateTakes, CancelJob, ShowHistory, ChangeTake, TrashTake,
                            RestoreTake, ShowDiskUse, DiscardRejects, ShowWaveform, ShowJob,
                            InsertTake, TakeBackInsertion, ShowInsertion, StartService>;

}  // namespace dgx::ui
