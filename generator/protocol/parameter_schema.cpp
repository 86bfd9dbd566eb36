// SPDX-License-Identifier: Apache-2.0
#include "generator/protocol/parameter_schema.hpp"

#include <string>
#include <string_view>

#include "generator/protocol/json.hpp"

namespace dgx::protocol {
namespace {

namespace json = boost::json;

json::value bound(const Parameter& parameter, double value) {
  if (parameter.kind == kNumber) return value;
  return static_cast<std::int64_t>(value);
}

/// What a text has to look like, as an expression of ECMA 262; none where anything will do. Nothing
/// that a check lets through is left out.
std::string_view pattern_of(ParameterKind kind) {
  switch (kind) {
    case kText:
      return kNoControlCharacters;
    case kModelId:
      return "^[a-z0-9][a-z0-9._-]*$";
    case kMeter:
      return "^0*([1-9]|1[0-6])/0*(2|4|8|16)$";
    case kKey:
      return "^[A-Ga-g][#b]? *(m|min|minor|Minor|maj|major|Major|M)?$";
    case kFolder:
      return "^/";
    default:
      return {};
  }
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
  if (const auto pattern = pattern_of(parameter.kind); !pattern.empty()) {
    schema["pattern"] = text_of(pattern);
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
