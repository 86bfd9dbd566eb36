// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "generator/base/result.hpp"
#include "generator/protocol/engine_messages.hpp"
#include "generator/protocol/messages.hpp"

// What the calls of the API carry (docs/protocol.md has the table). Each struct has encode() and
// decode(); unknown fields are ignored, and tests/golden holds one file for each.
namespace dgx::protocol {

/// The answer to a request that is durable in the queue.
struct JobAccepted {
  std::string job_id{};
  JobStatus status = JobStatus::kPending;
  std::optional<double> estimated_time_seconds{};  ///< Of its rendering, where it was measured
  std::string created_at{};
};

/// The answer to a batch, in the order of its requests.
struct BatchAccepted {
  std::vector<JobAccepted> jobs{};
};

/// A take as the view of its job shows it.
struct JobTake {
  std::string take_id{};
  JobStatus status = JobStatus::kPending;
  std::optional<std::string> file_path{};
};

/// A job as callers see it.
struct JobView {
  std::string job_id{};
  JobStatus status = JobStatus::kPending;
  std::string priority = "normal";
  std::int64_t attempt = 0;
  std::string created_at{};
  std::optional<std::string> completed_at{};
  std::optional<double> fraction{};  ///< 0 to 1 of a job that is being rendered
  std::optional<Progress> progress{};
  std::vector<JobTake> takes{};
  std::optional<Error> error{};
  std::optional<std::string> waits{};  ///< Why a pending job is not begun although it is due
  GenerationRequest request{};
};

/// The queue, or those of its jobs that have one status.
struct QueuePage {
  std::vector<JobView> jobs{};
  std::int64_t total = 0;  ///< Of all that were meant; `jobs` holds the first of them
};

/// What can be changed in a take.
struct TakePatch {
  std::optional<std::string> name{};  ///< 1 to 100 characters; empty takes the name away
  std::optional<bool> favourite{};
};

/// A waveform for drawing: the lowest and the highest sample of each column, over all channels.
struct PeaksMessage {
  std::string take_id{};
  std::int64_t frames = 0;
  std::int64_t sample_rate = 0;
  std::vector<double> min{};
  std::vector<double> max{};
};

/// A model that `models pull` fetches and that is not installed.
struct InstallableModel {
  std::string id{};
  std::string description{};
  std::string licence{};
  std::int64_t channels = 1;
  bool takes_melody = false;
  std::int64_t download_bytes = 0;  ///< Of its weights, which is nearly all
  std::int64_t memory_bytes = 0;    ///< As ModelDescription has it
};

struct ModelList {
  std::vector<ModelDescription> models{};  ///< That can be used, best first
  std::vector<UnavailableModel> unavailable{};
  std::vector<InstallableModel> installable{};
};

/// One part of the service's health. `status` is "ok", "idle", "failing", or "held" of a GPU that
/// is kept free.
struct PartHealth {
  std::string status = "ok";
  std::optional<std::string> message{};
};

struct QueueHealth {
  std::string status = "ok";
  std::int64_t pending = 0;
  std::int64_t processing = 0;
};

struct DiskHealth {
  std::string status = "ok";
  std::int64_t free_bytes = 0;  ///< Where takes go
};

struct Health {
  std::string status = "ok";  ///< "ok", or "degraded" where one of the parts is failing
  std::string version{};
  std::int64_t pid = 0;
  double uptime_seconds = 0;
  std::string settings{};  ///< Hash of what the service was started with, to compare
  std::optional<double> idle_exit_seconds{};  ///< It leaves after so long without work and callers
  PartHealth database{};
  PartHealth engine{};
  QueueHealth queue{};
  DiskHealth disk{};
  PartHealth gpu{};
};

/// What happened to a job or to an insertion, as it stands in the database.
struct EventMessage {
  std::int64_t sequence = 0;  ///< The id of the server-sent event
  std::string job_id{};       ///< Empty for an insertion
  std::optional<std::string> take_id{};
  std::optional<std::string> insertion_id{};
  std::string kind{};  ///< "added", "begun", "take_completed", "completed", "insertion_done", ...
  std::string at{};
};

/// How far a job is; sent while it is rendered, and not kept.
struct ProgressEvent {
  std::string job_id{};
  double fraction = 0;  ///< 0 to 1
  Progress progress{};
};

std::string encode(const JobAccepted& message);
std::string encode(const BatchAccepted& message);
std::string encode(const JobView& message);
std::string encode(const QueuePage& message);
std::string encode(const TakePatch& message);
std::string encode(const PeaksMessage& message);
std::string encode(const ModelList& message);
std::string encode(const Health& message);
std::string encode(const EventMessage& message);
std::string encode(const ProgressEvent& message);

template <typename Message>
Result<Message> decode(std::string_view text);
template <>
Result<JobAccepted> decode(std::string_view text);
template <>
Result<BatchAccepted> decode(std::string_view text);
template <>
Result<JobView> decode(std::string_view text);
template <>
Result<QueuePage> decode(std::string_view text);
/// A patch of nothing, and a field that cannot be changed, are refused.
template <>
Result<TakePatch> decode(std::string_view text);
template <>
Result<PeaksMessage> decode(std::string_view text);
template <>
Result<ModelList> decode(std::string_view text);
template <>
Result<Health> decode(std::string_view text);
template <>
Result<EventMessage> decode(std::string_view text);
template <>
Result<ProgressEvent> decode(std::string_view text);

/// {"requests": [request, ...]}: each is checked as decode_request() does, and a finding names its
/// place, such as "requests[3].bpm".
Result<std::vector<GenerationRequest>> decode_batch(std::string_view text);
std::string encode_batch(const std::vector<GenerationRequest>& requests);

}  // namespace dgx::protocol
