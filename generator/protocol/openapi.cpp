// SPDX-License-Identifier: Apache-2.0
#include "generator/protocol/openapi.hpp"

#include <string_view>
#include <vector>

#include "generator/protocol/api_calls.hpp"
#include "generator/protocol/api_fields.hpp"
#include "generator/protocol/disk_use_fields.hpp"
#include "generator/protocol/endpoint.hpp"
#include "generator/protocol/error_codes.hpp"
#include "generator/protocol/insertion_fields.hpp"
#include "generator/protocol/json.hpp"
#include "generator/protocol/parameter_schema.hpp"
#include "generator/protocol/parameter_table.hpp"
#include "generator/protocol/transport_fields.hpp"

namespace dgx::protocol {
namespace {

namespace json = boost::json;

json::object reference(std::string_view schema) {
  return {{"$ref", text_of("#/components/schemas/" + std::string(schema))}};
}

template <typename Value>
json::object enumeration(int count) {
  json::array names;
  for (int i = 0; i < count; ++i) names.push_back(text_of(to_string(static_cast<Value>(i))));
  return {{"type", "string"}, {"enum", std::move(names)}};
}

/// Walks the fields of a message as the encoder does, and writes down their types.
class SchemaFields {
 public:
  template <typename T>
  void operator()(std::string_view name, const T& value) {
    properties_[text_of(name)] = schema_of(value);
    required_.push_back(text_of(name));
  }
  template <typename T>
  void operator()(std::string_view name, const std::optional<T>&) {
    properties_[text_of(name)] = schema_of(T{});
  }
  template <typename T>
  void unless_empty(std::string_view name, const std::vector<T>&) {
    properties_[text_of(name)] = schema_of(std::vector<T>{});
  }
  json::object take() {
    json::object schema = {{"type", "object"}, {"properties", std::move(properties_)}};
    if (!required_.empty()) schema["required"] = std::move(required_);
    return schema;
  }
  void add(std::string_view name, json::object schema) {
    properties_[text_of(name)] = std::move(schema);
    required_.push_back(text_of(name));
  }

  template <typename T>
  static json::object schema_of(const T& nested) {
    SchemaFields fields;
    describe(fields, nested);
    return fields.take();
  }
  static json::object schema_of(const std::string&) { return {{"type", "string"}}; }
  static json::object schema_of(bool) { return {{"type", "boolean"}}; }
  static json::object schema_of(double) { return {{"type", "number"}}; }
  static json::object schema_of(std::int64_t) { return {{"type", "integer"}}; }
  static json::object schema_of(int) { return {{"type", "integer"}}; }
  static json::object schema_of(JobStatus) { return enumeration<JobStatus>(5); }
  static json::object schema_of(InsertionStatus) { return enumeration<InsertionStatus>(5); }
  static json::object schema_of(Phase) { return enumeration<Phase>(7); }
  static json::object schema_of(ErrorCode) {
    return enumeration<ErrorCode>(static_cast<int>(ErrorCode::kInternal) + 1);
  }
  template <typename T>
  static json::object schema_of(const std::vector<T>&) {
    return {{"type", "array"}, {"items", schema_of(T{})}};
  }

 private:
  json::object properties_{};
  json::array required_{};
};

json::object request_schema() {
  json::object properties;
  for (const Parameter& parameter : kParameters) {
    properties[text_of(parameter.name)] = schema_of(parameter);
  }
  return {{"type", "object"},
          {"properties", std::move(properties)},
          {"required", json::array{"prompt"}},
          {"additionalProperties", false},
          {"not", {{"required", json::array{"bars", "duration"}}}}};
}

json::object list_of(const char* name, const char* schema) {
  return {{"type", "object"},
          {"properties", {{name, {{"type", "array"}, {"items", reference(schema)}}}}},
          {"required", json::array{name}}};
}

json::object with_request(json::object job) {
  job["properties"].as_object()["request"] = reference("GenerationRequest");
  return job;
}

json::object take_schema() {
  json::object take = SchemaFields::schema_of(Take{});
  json::object receipt = with_request(SchemaFields::schema_of(Receipt{}));
  take["properties"].as_object()["receipt"] = {
      {"anyOf", json::array{std::move(receipt), {{"type", "null"}}}}};
  return take;
}

json::object batch_schema() {
  json::object batch = list_of("requests", "GenerationRequest");
  json::object& requests = batch["properties"].as_object()["requests"].as_object();
  requests["minItems"] = 1;
  requests["maxItems"] = Limits{}.batch;
  return batch;
}

json::object page_schema(const char* name, const char* schema) {
  json::object page = list_of(name, schema);
  for (const char* number : {"total", "page", "page_size"}) {
    page["properties"].as_object()[number] = {{"type", "integer"}};
  }
  return page;
}

json::object patch_schema() {
  json::object patch = SchemaFields::schema_of(TakePatch{});
  json::object& name = patch["properties"].as_object()["name"].as_object();
  name["maxLength"] = 100;
  name["pattern"] = kNoControlCharacters;
  patch["additionalProperties"] = false;
  patch["minProperties"] = 1;
  return patch;
}

json::object insertion_schema() {
  json::object insertion = SchemaFields::schema_of(InsertionRequest{});
  json::object& fields = insertion["properties"].as_object();
  const auto text = [&](const char* name, std::int64_t longest) {
    json::object& field = fields[name].as_object();
    field["minLength"] = 1;
    field["maxLength"] = longest;
    field["pattern"] = kNoControlCharacters;
  };
  text("take_id", kLongestTakeId);
  text("session", kLongestSession);
  text("track", kLongestTrack);
  text("idempotency_key", kLongestInsertionKey);
  fields["track"].as_object()["default"] = "selected";
  fields["at"].as_object()["default"] = "playhead";
  fields["at"].as_object()["pattern"] = kInsertionPlacePattern;
  insertion["required"] = json::array{"take_id"};
  insertion["additionalProperties"] = false;
  return insertion;
}

json::object transport_schema() {
  json::object report = SchemaFields::schema_of(TransportReport{});
  for (const char* name : {"client", "host"}) {
    json::object& field = report["properties"].as_object()[name].as_object();
    field["minLength"] = 1;
    field["maxLength"] = kLongestTransportText;
    field["pattern"] = kNoControlCharacters;
  }
  report["required"] = json::array{"client", "rolling"};
  report["additionalProperties"] = false;
  return report;
}

json::object discard_schema() {
  json::object discard = SchemaFields::schema_of(DiscardRequest{});
  json::object& keep = discard["properties"].as_object()["keep"].as_object();
  keep["maxItems"] = kMostKept;
  json::object& id = keep["items"].as_object();
  id["minLength"] = 1;
  id["maxLength"] = kLongestKept;
  id["pattern"] = kNoControlCharacters;
  discard.erase("required");
  discard["additionalProperties"] = false;
  return discard;
}

json::object queue_schema() {
  json::object queue = list_of("jobs", "JobView");
  queue["properties"].as_object()["total"] = {{"type", "integer"}};
  return queue;
}

json::object schemas() {
  return {{"GenerationRequest", request_schema()},
          {"Batch", batch_schema()},
          {"JobAccepted", SchemaFields::schema_of(JobAccepted{})},
          {"BatchAccepted", SchemaFields::schema_of(BatchAccepted{})},
          {"JobView", with_request(SchemaFields::schema_of(JobView{}))},
          {"QueuePage", queue_schema()},
          {"Take", take_schema()},
          {"TakePatch", patch_schema()},
          {"PeaksMessage", SchemaFields::schema_of(PeaksMessage{})},
          {"HistoryPage", page_schema("generations", "Take")},
          {"DiskUse", SchemaFields::schema_of(DiskUse{})},
          {"DiscardRequest", discard_schema()},
          {"Discarded", SchemaFields::schema_of(Discarded{})},
          {"InsertionRequest", insertion_schema()},
          {"InsertionView", SchemaFields::schema_of(InsertionView{})},
          {"TransportReport", transport_schema()},
          {"TransportView", SchemaFields::schema_of(TransportView{})},
          {"ModelList", SchemaFields::schema_of(ModelList{})},
          {"Health", SchemaFields::schema_of(Health{})},
          {"Error", SchemaFields::schema_of(ErrorReply{})}};
}

json::object json_content(std::string_view schema) {
  return {{"application/json", {{"schema", reference(schema)}}}};
}

json::object other_content(CallId id) {
  switch (id) {
    case CallId::kEvents:
    case CallId::kJobEvents:
      return {{"text/event-stream", json::object{}}};
    case CallId::kMetrics:
      return {{"text/plain", {{"schema", {{"type", "string"}}}}}};
    case CallId::kFile:
      return {{"audio/wav", json::object{}},
              {"audio/midi", json::object{}},
              {"application/json", json::object{}}};
    default:
      return {{"application/json", json::object{}}};
  }
}

json::object schema_of(const QueryField& field) {
  if (field.type == "JobStatus") return SchemaFields::schema_of(JobStatus{});
  json::object schema = {{"type", text_of(field.type)}};
  if (field.minimum != 0) schema["minimum"] = field.minimum;
  if (field.maximum != 0) schema["maximum"] = field.maximum;
  return schema;
}

json::array parameters_of(const ApiCall& call) {
  json::array parameters;
  for (const std::string_view name : {"id", "name"}) {
    if (call.path.find("{" + std::string(name) + "}") == std::string_view::npos) continue;
    parameters.push_back({{"name", text_of(name)},
                          {"in", "path"},
                          {"required", true},
                          {"schema", {{"type", "string"}, {"minLength", 1}}}});
  }
  for (const QueryField& field : call.query) {
    if (field.name.empty()) continue;
    parameters.push_back({{"name", text_of(field.name)},
                          {"in", "query"},
                          {"description", text_of(field.help)},
                          {"schema", schema_of(field)}});
  }
  return parameters;
}

json::object operation(const ApiCall& call) {
  json::object operation = {{"summary", text_of(call.summary)}};
  if (json::array parameters = parameters_of(call); !parameters.empty()) {
    operation["parameters"] = std::move(parameters);
  }
  if (!call.body.empty()) {
    operation["requestBody"] = {{"required", true}, {"content", json_content(call.body)}};
  }
  json::object success = {
      {"description", "it worked"},
      {"content", call.answer.empty() ? other_content(call.id) : json_content(call.answer)}};
  operation["responses"] = {
      {std::to_string(call.status), std::move(success)},
      {"default", {{"description", "it did not"}, {"content", json_content("Error")}}}};
  return operation;
}

json::object paths() {
  json::object paths;
  for (const ApiCall& call : kApiCalls) {
    std::string method(call.method);
    for (char& c : method) c = static_cast<char>(c | 0x20);
    json::value& item = paths[text_of(call.path)];
    if (!item.is_object()) item = json::object{};
    item.as_object()[method] = operation(call);
  }
  return paths;
}

}  // namespace

std::string openapi_document(const std::string& version) {
  const json::object document = {
      {"openapi", "3.1.0"},
      {"info",
       {{"title", "DGX Music"},
        {"version", text_of(version)},
        {"description", "Text to music on your own machine: one queue behind every door."},
        {"license", {{"name", "Apache-2.0"}, {"identifier", "Apache-2.0"}}}}},
      {"servers", json::array{{{"url", "http://localhost"}}}},
      {"paths", paths()},
      {"components", {{"schemas", schemas()}}}};
  return write_json(document);
}

}  // namespace dgx::protocol
