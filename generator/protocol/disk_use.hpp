// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "generator/base/result.hpp"
#include "generator/protocol/api_messages.hpp"

// How much of the disk takes use, and moving what nobody kept to the trash. A reject is a finished
// take that is no favourite, that Ardour neither placed nor was asked to, and that the caller does
// not hold itself. Each struct has encode() and decode(), and tests/golden holds one file for each.
namespace dgx::protocol {

/// Of what is not in the trash. Bytes are those of the WAVs that the takes are heard by; stems,
/// MIDI files and receipts come on top.
struct DiskUse {
  std::int64_t takes = 0;  ///< Finished ones
  std::int64_t bytes = 0;
  std::int64_t rejects = 0;  ///< Of them
  std::int64_t reject_bytes = 0;
};

/// Moves rejects to the trash, the oldest first.
struct DiscardRequest {
  std::vector<std::string> keep{};  ///< Whole ids of takes that the caller holds, at most kMostKept
};

struct Discarded {
  std::vector<std::string> take_ids{};   ///< At most kMostDiscarded
  std::int64_t bytes = 0;                ///< That they used
  std::int64_t left = 0;                 ///< Rejects that are still there: ask again
  std::optional<std::string> problem{};  ///< Why it stopped: the last one's files were not moved
};

inline constexpr std::int64_t kMostKept = 24;
inline constexpr std::int64_t kLongestKept = 64;  // Older takes have other ids than ULIDs.
/// So that an answer comes within the patience of a caller, and other changes get their turn.
inline constexpr std::int64_t kMostDiscarded = 50;

std::string encode(const DiskUse& message);
std::string encode(const DiscardRequest& message);
std::string encode(const Discarded& message);

template <>
Result<DiskUse> decode(std::string_view text);
/// More ids than kMostKept, one that is empty or too long, and a field that it has not, are
/// refused.
template <>
Result<DiscardRequest> decode(std::string_view text);
template <>
Result<Discarded> decode(std::string_view text);

/// kInvalidArgument for `keep`, as decoding says it.
Status check_kept(const std::vector<std::string>& keep);

}  // namespace dgx::protocol
