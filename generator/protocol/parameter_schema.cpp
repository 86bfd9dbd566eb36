// SPDX-License-Identifier: Apache-2.0
#include "generator/protocol/parameter_schema.hpp"

#include <string>
#include <string_view>

namespace dgx::protocol {
namespace {

namespace json = boost::json;

json::string text_of(std::string_view text) {
  return json::string(text.data(), text.size());
}

json::value bound(const Parameter& parameter, double value) {
  if (parameter.kind == kNumber) return value;
  return static_cast<std::int64_t>(value);
}

}  // namespace

json::object schema_of(const Parameter& parameter) {
  json::object schema;
  switch (parameter.kind) {
    case kSwitch:
      schema["type"] = "boolean";
      break;
    case kNumber:
    case kInteger:
      schema["type"] = parameter.kind == kNumber ? "number" : "integer";
      schema["minimum"] = bound(parameter, parameter.minimum);
      schema["maximum"] = bound(parameter, parameter.maximum);
      break;
    default:
      schema["type"] = "string";
      if (parameter.maximum > 0) {
        schema["minLength"] = bound(parameter, parameter.minimum);
        schema["maxLength"] = bound(parameter, parameter.maximum);
      }
  }
  if (parameter.kind == kChoice) {
    json::array choices;
    for (const auto choice : parameter.choices) {
      if (!choice.empty()) choices.push_back(text_of(choice));
    }
    schema["enum"] = std::move(choices);
  }
  std::string help(parameter.help);
  if (!parameter.unit.empty()) help += " (" + std::string(parameter.unit) + ")";
  if (!parameter.default_text.empty()) {
    help += "; default: " + std::string(parameter.default_text);
  }
  schema["description"] = text_of(help);
  return schema;
}

}  // namespace dgx::protocol
