// SPDX-License-Identifier: Apache-2.0
#include "generator/protocol/api_messages.hpp"

#include <array>
#include <utility>

#include "generator/protocol/api_fields.hpp"
#include "generator/protocol/field_checks.hpp"
#include "generator/protocol/json.hpp"
#include "generator/protocol/json_fields.hpp"
#include "generator/protocol/request_json.hpp"
#include "generator/protocol/validation.hpp"

namespace dgx::protocol {

namespace {

namespace json = boost::json;

json::object object_of_job(const JobView& job) {
  json::object object = object_of(job);
  object["request"] = to_json(job.request);
  return object;
}

Result<JobView> job_from(const json::object& object, const std::string& path) {
  JobView job;
  if (Status status = read_fields(object, path, job); !status) return status.error();
  if (const json::value* field = object.if_contains("request")) {
    auto request = request_from_json(*field);
    if (!request) return std::move(request).error();
    job.request = *std::move(request);
  }
  return job;
}

Error expected_array(const char* field) {
  return {ErrorCode::kInvalidArgument, std::string(field) + " must be an array of objects", field};
}

Result<json::array> array_in(const json::object& object, const char* field) {
  const json::value* value = object.if_contains(field);
  if (value == nullptr || !value->is_array()) return expected_array(field);
  return value->get_array();
}

Error at_place(Error error, std::size_t index) {
  const std::string place = "requests[" + std::to_string(index) + "]";
  error.message = place + ": " + error.message;
  error.field = error.field.empty() ? place : place + "." + error.field;
  return error;
}

constexpr std::int64_t kLongestName = 100;

Status check_patch(const json::object& object, const TakePatch& patch) {
  constexpr std::array<std::string_view, 2> kFields = {"name", "favourite"};
  if (Status known = expect_fields("a change of a take", object, kFields); !known) return known;
  if (!patch.name && !patch.favourite) {
    return Error{ErrorCode::kInvalidArgument, "a change must have name or favourite, got neither"};
  }
  return patch.name ? check_text("name", *patch.name, 0, kLongestName) : ok();
}

}  // namespace

std::string encode(const JobAccepted& message) {
  return write_json(object_of(message));
}
std::string encode(const BatchAccepted& message) {
  return write_json(object_of(message));
}
std::string encode(const JobView& message) {
  return write_json(object_of_job(message));
}
std::string encode(const QueuePage& message) {
  json::array jobs;
  for (const JobView& job : message.jobs) jobs.push_back(object_of_job(job));
  json::object object;
  object["jobs"] = std::move(jobs);
  object["total"] = message.total;
  return write_json(object);
}
std::string encode(const TakePatch& message) {
  return write_json(object_of(message));
}
std::string encode(const PeaksMessage& message) {
  return write_json(object_of(message));
}
std::string encode(const ModelList& message) {
  return write_json(object_of(message));
}
std::string encode(const Health& message) {
  return write_json(object_of(message));
}
std::string encode(const EventMessage& message) {
  return write_json(object_of(message));
}
std::string encode(const ProgressEvent& message) {
  return write_json(object_of(message));
}

template <>
Result<JobAccepted> decode(std::string_view text) {
  return decode_fields<JobAccepted>(text);
}
template <>
Result<BatchAccepted> decode(std::string_view text) {
  return decode_fields<BatchAccepted>(text);
}
template <>
Result<JobView> decode(std::string_view text) {
  auto object = parse_object(text);
  if (!object) return std::move(object).error();
  return job_from(*object, "");
}
template <>
Result<QueuePage> decode(std::string_view text) {
  auto object = parse_object(text);
  if (!object) return std::move(object).error();
  const auto jobs = array_in(*object, "jobs");
  if (!jobs) return jobs.error();
  QueuePage page;
  for (const json::value& value : *jobs) {
    if (!value.is_object()) return expected_array("jobs");
    auto job = job_from(value.get_object(), "jobs[" + std::to_string(page.jobs.size()) + "]");
    if (!job) return std::move(job).error();
    page.jobs.push_back(*std::move(job));
  }
  const json::value* total = object->if_contains("total");
  page.total = total != nullptr && total->is_int64() ? total->get_int64() : 0;
  return page;
}
template <>
Result<TakePatch> decode(std::string_view text) {
  auto object = parse_object(text);
  if (!object) return std::move(object).error();
  TakePatch patch;
  if (Status status = read_fields(*object, "", patch); !status) return status.error();
  if (Status fine = check_patch(*object, patch); !fine) return fine.error();
  return patch;
}
template <>
Result<PeaksMessage> decode(std::string_view text) {
  return decode_fields<PeaksMessage>(text);
}
template <>
Result<ModelList> decode(std::string_view text) {
  return decode_fields<ModelList>(text);
}
template <>
Result<Health> decode(std::string_view text) {
  return decode_fields<Health>(text);
}
template <>
Result<EventMessage> decode(std::string_view text) {
  return decode_fields<EventMessage>(text);
}
template <>
Result<ProgressEvent> decode(std::string_view text) {
  return decode_fields<ProgressEvent>(text);
}

Result<std::vector<GenerationRequest>> decode_batch(std::string_view text) {
  auto object = parse_object(text);
  if (!object) return std::move(object).error();
  const auto values = array_in(*object, "requests");
  if (!values) return values.error();
  std::vector<GenerationRequest> requests;
  for (const json::value& value : *values) {
    auto request = request_from_json(value);
    Status valid = request ? validate(*request) : Status(request.error());
    if (!valid) return at_place(std::move(valid).error(), requests.size());
    requests.push_back(*std::move(request));
  }
  return requests;
}

std::string encode_batch(const std::vector<GenerationRequest>& requests) {
  json::array values;
  for (const GenerationRequest& request : requests) values.push_back(to_json(request));
  json::object object;
  object["requests"] = std::move(values);
  return write_json(object);
}

}  // namespace dgx::protocol
