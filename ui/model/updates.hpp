// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <variant>

#include "generator/base/error.hpp"
#include "generator/protocol/api_messages.hpp"
#include "generator/protocol/codec.hpp"
#include "generator/protocol/disk_use.hpp"
#include "generator/protocol/insertion.hpp"
#include "ui/model/intents.hpp"

// What the service said, on its way to the panel.
namespace dgx::ui {

enum class LinkState {
  kLooking,   ///< Nobody knows yet
  kAbsent,    ///< No service runs; the first act that needs it starts it
  kStarting,  ///< It was started and does not answer yet
  kReady,
  kLost  ///< It ran and does not answer; the poller tries again
};

struct LinkChanged {
  LinkState state = LinkState::kLooking;
  std::string sentence{};  ///< Why, where that is worth a word
  std::optional<protocol::Health> health{};
};
struct JobSubmitted {
  protocol::JobAccepted job{};
};
/// The service has what InsertTake asked for.
struct InsertionPosted {
  protocol::InsertionView insertion{};
};
struct WaveformRead {
  protocol::PeaksMessage peaks{};
};
struct HistoryRead {
  ShowHistory asked{};
  protocol::HistoryPage page{};
};
struct TakeChanged {
  protocol::Take take{};
};
struct DiskUseRead {
  protocol::DiskUse use{};
};
struct RejectsDiscarded {
  protocol::Discarded discarded{};
};
/// An intent that could not be carried out.
struct Refused {
  Intent intent{};
  Error error{};
};

using Update =
    std::variant<LinkChanged, protocol::ModelList, protocol::QueuePage, JobSubmitted,
                 protocol::JobView, protocol::ProgressEvent, HistoryRead, TakeChanged, WaveformRead,
                 DiskUseRead, RejectsDiscarded, InsertionPosted, protocol::InsertionView, Refused>;

}  // namespace dgx::ui
