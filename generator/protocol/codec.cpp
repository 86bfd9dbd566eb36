// SPDX-License-Identifier: Apache-2.0
#include "generator/protocol/codec.hpp"

#include "generator/protocol/json.hpp"
#include "generator/protocol/json_fields.hpp"
#include "generator/protocol/message_fields.hpp"
#include "generator/protocol/request_json.hpp"
#include "generator/protocol/validation.hpp"

namespace dgx::protocol {

// A receipt without its request, which goes by the parameter table.
template <typename F, Is<Receipt> T>
void describe(F& f, T& m) {
  f("take_id", m.take_id);
  f("job_id", m.job_id);
  f("file_path", m.file_path);
  f("midi_path", m.midi_path);
  f.unless_empty("stems", m.stems);
  f("prompt", m.prompt);
  f("prompt_sent", m.prompt_sent);
  f("seed", m.seed);
  f("model", m.model);
  f("duration_seconds", m.duration_seconds);
  f("frames", m.frames);
  f("channels", m.channels);
  f("audio_sha256", m.audio_sha256);
  f("loudness", m.loudness);
  f("tempo", m.tempo);
  f("key", m.key);
  f("loop", m.loop);
  f("engine", m.engine);
  f("times", m.times);
  f.unless_empty("choices", m.choices);
  f.unless_empty("ignored_words", m.ignored_words);
  f("warnings", m.warnings);
}

template <typename F, Is<ErrorReply> T>
void describe(F& f, T& m) {
  f("error", m.error);
}

template <typename F, Is<Take> T>
void describe(F& f, T& m) {
  f("id", m.id);
  f("job_id", m.job_id);
  f("status", m.status);
  f("prompt", m.prompt);
  f("model_name", m.model_name);
  f("model_version", m.model_version);
  f("duration_seconds", m.duration_seconds);
  f("sample_rate", m.sample_rate);
  f("channels", m.channels);
  f("file_path", m.file_path);
  f("file_size_bytes", m.file_size_bytes);
  f("created_at", m.created_at);
  f("completed_at", m.completed_at);
  f("generation_time_seconds", m.generation_time_seconds);
  f("error_message", m.error_message);
  f("favourite", m.favourite);
}

namespace {

namespace json = boost::json;

template <typename T>
json::object object_of(const T& message) {
  FieldEncoder encoder;
  describe(encoder, message);
  return encoder.take();
}

Result<json::object> parse_object(std::string_view text) {
  auto value = parse_json(text);
  if (!value) return std::move(value).error();
  if (value->is_object()) return std::move(value->get_object());
  return Error{ErrorCode::kInvalidArgument, "expected a JSON object, got " + write_json(*value)};
}

json::object to_json(const Receipt& receipt) {
  json::object object = object_of(receipt);
  object["request"] = to_json(receipt.request);
  return object;
}

// Texts that this program wrote itself are embedded as values again. One that cannot be read is
// told, not dropped: it stands in the output as text.
json::value embedded(const std::string& text) {
  if (text.empty()) return nullptr;
  auto value = parse_json(text);
  return value ? *std::move(value) : json::value(json::string(text.data(), text.size()));
}

}  // namespace

std::string encode(const GenerationRequest& request) {
  return write_json(to_json(request));
}

Result<GenerationRequest> decode_request(std::string_view text) {
  auto value = parse_json(text);
  if (!value) return std::move(value).error();
  auto request = request_from_json(*value);
  if (!request) return request;
  if (Status valid = validate(*request); !valid) return valid.error();
  return request;
}

std::string encode(const Receipt& receipt) {
  return write_json(to_json(receipt));
}

std::string encode_for_people(const Receipt& receipt) {
  return write_json(to_json(receipt), 2) + "\n";
}

Result<Receipt> decode_receipt(std::string_view text) {
  auto object = parse_object(text);
  if (!object) return std::move(object).error();
  Receipt receipt;
  FieldDecoder decoder(*object, "");
  describe(decoder, receipt);
  if (Status status = decoder.status(); !status) return status.error();
  if (const json::value* field = object->if_contains("request")) {
    auto request = request_from_json(*field);
    if (!request) return std::move(request).error();
    receipt.request = *std::move(request);
  }
  return receipt;
}

std::string encode_job_result(const Job& job, const std::vector<std::string>& receipts) {
  json::array takes;
  for (const std::string& receipt : receipts) takes.push_back(embedded(receipt));
  json::object object;
  object["job_id"] = job.id;
  object["status"] = to_string(job.status).data();
  object["takes"] = std::move(takes);
  if (job.error) object["error"] = object_of(*job.error);
  return write_json(object);
}

std::string encode(const ErrorReply& reply) {
  return write_json(object_of(reply));
}

Result<ErrorReply> decode_error_reply(std::string_view text) {
  auto object = parse_object(text);
  if (!object) return std::move(object).error();
  ErrorReply reply;
  FieldDecoder decoder(*object, "");
  describe(decoder, reply);
  if (Status status = decoder.status(); !status) return status.error();
  return reply;
}

std::string encode_history(const std::vector<Take>& takes, std::int64_t total, std::int64_t page,
                           std::int64_t page_size) {
  json::array generations;
  for (const Take& take : takes) {
    json::object object = object_of(take);
    object["receipt"] = embedded(take.receipt_json);
    generations.push_back(std::move(object));
  }
  json::object object;
  object["generations"] = std::move(generations);
  object["total"] = total;
  object["page"] = page;
  object["page_size"] = page_size;
  return write_json(object);
}

}  // namespace dgx::protocol
