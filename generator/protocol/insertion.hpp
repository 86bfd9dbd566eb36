// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "generator/base/result.hpp"
#include "generator/protocol/api_messages.hpp"

// Placing a take on Ardour's timeline: what is asked of the service, and the files by which the
// service and the hook in Ardour speak (docs/protocol.md has both). Each struct has encode() and
// decode(), and tests/golden holds one file for each.
namespace dgx::protocol {

enum class InsertionStatus {
  kWaiting,    ///< For Ardour, or for its turn
  kClaimed,    ///< Ardour has begun
  kDone,       ///< The region is on the timeline
  kFailed,     ///< It is not, and the message says why
  kCancelled,  ///< Taken back before Ardour began
};

std::string_view to_string(InsertionStatus status);
std::optional<InsertionStatus> parse_insertion_status(std::string_view name);

struct InsertionRequest {
  std::string take_id{};                 ///< Whole, or its end of four characters or more
  std::optional<std::string> session{};  ///< Folder or name; may be left out while one is open
  std::string track = "selected";        ///< "selected", "new", "parts" or a track's name
  std::string at = "playhead";           ///< "playhead", "sample:N" or "bar:N", bars from 1
  std::optional<std::string> idempotency_key{};  ///< Sent again, it places nothing again
};

/// As `track`: the stems and the MIDI of the take, each part on a new track of its own.
inline constexpr std::string_view kPartsOnTracks = "parts";
inline constexpr std::int64_t kLongestTakeId = 26;  // A ULID
inline constexpr std::int64_t kLongestSession = 4096;
inline constexpr std::int64_t kLongestTrack = 200;
inline constexpr std::int64_t kLongestInsertionKey = 128;
/// 240 days at 48 kHz, and far from what Ardour's clock can count.
inline constexpr std::int64_t kLastSample = 999'999'999'999;
inline constexpr std::int64_t kLastBar = 99'999;
/// The syntax of `at`.
inline constexpr const char* kInsertionPlacePattern =
    "^(playhead|sample:(0|[1-9][0-9]{0,11})|bar:[1-9][0-9]{0,4})$";

/// Decoding refuses what no insertion may say, by its field. So does check().
Status check(const InsertionRequest& request);

struct InsertionView {
  std::string insertion_id{};
  std::string take_id{};
  std::string session{};  ///< Its folder
  std::string track{};    ///< As it was asked for
  std::string at{};       ///< The same
  InsertionStatus status = InsertionStatus::kWaiting;
  std::string created_at{};
  std::optional<std::string> ended_at{};
  std::optional<std::string> message{};       ///< Why it failed
  std::optional<std::string> region{};        ///< Once it is done: the region's name,
  std::optional<std::string> placed_track{};  ///< the track it is on (of parts: all, by ", "),
  std::optional<std::int64_t> sample{};       ///< where it begins,
  std::optional<std::int64_t> length{};       ///< and how long it is, in samples of the session
};

/// What the hook finds in `next.json`.
struct InsertionOrder {
  std::int64_t version = 1;
  std::string insertion_id{};
  std::string path{};  ///< The WAV, by a name that holds `tag`; empty where `parts` are
  std::string name{};  ///< Of the take, and of a new track
  std::string tag{};   ///< The region is called NAME-TAG: by it the hook knows it again
  std::int64_t channels = 2;
  std::string track{};
  std::string at{};
  /// In the order's folder, by names that hold `tag`, one a line: WAVs and a MIDI file.
  std::optional<std::string> parts{};
};

/// What the hook writes into `done-ID.json`, or into `failed-ID.json` with a message alone.
struct InsertionOutcome {
  std::string insertion_id{};
  std::optional<std::string> message{};
  std::optional<std::string> region{};
  std::optional<std::string> track{};
  std::optional<std::int64_t> sample{};
  std::optional<std::int64_t> length{};
};

/// What the hook keeps in `facts.json` about the session that its Ardour has open.
struct ArdourFacts {
  std::int64_t version = 2;  ///< From 2 on the hook places parts
  std::string path{};        ///< The session's folder
  std::string name{};
  std::int64_t rate = 0;  ///< Hz
  double bpm = 0;         ///< Quarter notes a minute, at the playhead
  std::int64_t meter_beats = 4;
  std::int64_t meter_unit = 4;
  std::int64_t playhead = 0;                  ///< In samples
  std::optional<std::int64_t> range_start{};  ///< Of the selected range
  std::optional<std::int64_t> range_end{};
  bool recording = false;
  bool placing_is_on = true;  ///< False while the person has it switched off
  std::string placing{};      ///< The insertion that is being placed; empty: none
  std::int64_t pid = 0;
  std::int64_t started = 0;  ///< When the process began, in clock ticks since the boot
};

std::string encode(const InsertionRequest& message);
std::string encode(const InsertionView& message);
std::string encode(const InsertionOrder& message);
std::string encode(const InsertionOutcome& message);
std::string encode(const ArdourFacts& message);

template <>
Result<InsertionRequest> decode(std::string_view text);
template <>
Result<InsertionView> decode(std::string_view text);
template <>
Result<InsertionOrder> decode(std::string_view text);
template <>
Result<InsertionOutcome> decode(std::string_view text);
template <>
Result<ArdourFacts> decode(std::string_view text);

}  // namespace dgx::protocol
