// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stop_token>
#include <string>

#include "generator/base/directory.hpp"
#include "generator/base/result.hpp"
#include "generator/history/history_store.hpp"
#include "generator/jobs/export_chain.hpp"
#include "generator/jobs/publisher.hpp"
#include "generator/protocol/messages.hpp"

namespace dgx::jobs {

/// What goes into the files of one take.
struct TakeContent {
  FinishedTake audio{};
  std::vector<std::uint8_t> midi_file{};
  std::vector<std::string> name_words{};
  protocol::Receipt receipt{};  ///< All but paths, hash and the times of finishing
  bool embed_receipt = true;    ///< Put the receipt into the WAV's iXML chunk
};

/// Writes the WAV, a WAV a part, the MIDI file and the receipt, publishes them together, and gives
/// the completed receipt. The files of one take share one name; where that is taken by something
/// else, more characters of the id are used. kCancelled comes soon after `stop`, and nothing stays.
Result<protocol::Receipt> write_take_files(const Directory& folder, TakeContent content,
                                           const std::stop_token& stop = {},
                                           const StepHook& on_step = {});

/// The names of the files of a published take, in the order in which they may go: the WAV first,
/// whose presence means that the take is whole.
std::vector<std::string> file_names_of(const protocol::Receipt& receipt);

/// The row of history that belongs to a receipt whose files are published.
history::CompletedTake completed_row(const protocol::Receipt& receipt);

}  // namespace dgx::jobs
