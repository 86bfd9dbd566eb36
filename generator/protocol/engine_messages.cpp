// SPDX-License-Identifier: Apache-2.0
#include "generator/protocol/engine_messages.hpp"

#include <array>

#include "generator/protocol/json.hpp"
#include "generator/protocol/json_fields.hpp"
#include "generator/protocol/message_fields.hpp"
#include "generator/protocol/request_json.hpp"

namespace dgx::protocol {

template <typename F, Is<HelloMessage> T>
void describe(F& f, T& m) {
  f("version", m.version);
  f("program_version", m.program_version);
}
template <typename F, Is<DescribeMessage> T>
void describe(F&, T&) {}
template <typename F, Is<ModelsMessage> T>
void describe(F& f, T& m) {
  f("models", m.models);
  f("unavailable", m.unavailable);
}
template <typename F, Is<CheckMessage> T>
void describe(F&, T&) {}  // The request goes by the parameter table.
template <typename F, Is<LoadMessage> T>
void describe(F& f, T& m) {
  f("model", m.model);
}
template <typename F, Is<UnloadMessage> T>
void describe(F&, T&) {}
template <typename F, Is<GenerateMessage> T>
void describe(F& f, T& m) {
  f("job_id", m.job_id);  // The request as in CheckMessage.
}
template <typename F, Is<CancelMessage> T>
void describe(F& f, T& m) {
  f("job_id", m.job_id);
}
template <typename F, Is<ProgressMessage> T>
void describe(F& f, T& m) {
  f("progress", m.progress);
}
template <typename F, Is<StreamFacts> T>
void describe(F& f, T& m) {
  f("stream", m.stream);
  f("part", m.part);
  f("frames", m.frames);
}
template <typename F, Is<TakeMessage> T>
void describe(F& f, T& m) {
  f("index", m.index);
  f("seed", m.seed);
  f("prompt_sent", m.prompt_sent);
  f("loops", m.loops);
  f("tempo", m.tempo);
  f("key", m.key);
  f("name_words", m.name_words);
  f("choices", m.choices);
  f("ignored_words", m.ignored_words);
  f("warnings", m.warnings);
  f("engine", m.engine);
  f("streams", m.streams);
  f("midi_stream", m.midi_stream);
}
template <typename F, Is<DoneMessage> T>
void describe(F& f, T& m) {
  f("model", m.model);
}
template <typename F, Is<FailedMessage> T>
void describe(F& f, T& m) {
  f("error", m.error);
}
template <typename F, Is<HeartbeatMessage> T>
void describe(F&, T&) {}

namespace {

namespace json = boost::json;

// In the order of the alternatives of EngineMessage.
constexpr std::array<std::string_view, std::variant_size_v<EngineMessage>> kTypeNames = {
    "hello",  "describe", "models", "check", "load",   "unload",   "generate",
    "cancel", "progress", "take",   "done",  "failed", "heartbeat"};

template <typename Message>
Result<EngineMessage> decode_as(const json::object& object) {
  Message message;
  if (Status status = read_fields(object, "", message); !status) return status.error();
  if constexpr (requires { message.request; }) {
    const json::value* field = object.if_contains("request");
    auto request = request_from_json(field != nullptr ? *field : json::value());
    if (!request) return std::move(request).error();
    message.request = *std::move(request);
  }
  return EngineMessage(std::move(message));
}

template <std::size_t... Index>
Result<EngineMessage> decode_type(std::string_view type, const json::object& object,
                                  std::index_sequence<Index...>) {
  Result<EngineMessage> result =
      Error{ErrorCode::kCorrupt, "no engine message is called \"" + std::string(type) + "\""};
  const bool known =
      ((type == kTypeNames[Index] &&
        (result = decode_as<std::variant_alternative_t<Index, EngineMessage>>(object), true)) ||
       ...);
  static_cast<void>(known);
  return result;
}

}  // namespace

std::string encode(const EngineMessage& message) {
  json::object object;
  object["type"] = kTypeNames[message.index()].data();
  FieldEncoder encoder;
  std::visit([&encoder](const auto& m) { describe(encoder, m); }, message);
  for (auto& [key, value] : encoder.take()) object[key] = std::move(value);
  std::visit(
      [&object](const auto& m) {
        if constexpr (requires { m.request; }) object["request"] = to_json(m.request);
      },
      message);
  return write_json(object);
}

Result<EngineMessage> decode_engine_message(std::string_view text) {
  auto value = parse_json(text);
  if (!value) return std::move(value).error();
  const json::object* object = value->if_object();
  const json::value* type = object != nullptr ? object->if_contains("type") : nullptr;
  if (type == nullptr || !type->is_string()) {
    return Error{ErrorCode::kCorrupt, "an engine message must be an object with a type"};
  }
  const std::string name(type->get_string().data(), type->get_string().size());
  return decode_type(name, *object, std::make_index_sequence<std::variant_size_v<EngineMessage>>());
}

}  // namespace dgx::protocol
