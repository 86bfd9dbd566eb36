// SPDX-License-Identifier: Apache-2.0
#include "generator/protocol/request_json.hpp"

#include <cmath>

#include "generator/base/utf8.hpp"
#include "generator/protocol/parameter_table.hpp"
#include "generator/protocol/validation.hpp"

namespace dgx::protocol {
namespace {

namespace json = boost::json;

json::value to_json(const FieldValue& value) {
  if (const auto* text = std::get_if<std::string>(&value)) {
    return json::string(text->data(), text->size());
  }
  if (const auto* flag = std::get_if<bool>(&value)) return *flag;
  if (const auto* whole = std::get_if<std::int64_t>(&value)) return *whole;
  return std::get<double>(value);
}

Result<FieldValue> from_json(const Parameter& parameter, const json::value& value) {
  switch (value.kind()) {
    case json::kind::string:
      return FieldValue(std::string(value.get_string().data(), value.get_string().size()));
    case json::kind::bool_:
      return FieldValue(value.get_bool());
    case json::kind::int64:
      return FieldValue(value.get_int64());
    case json::kind::uint64:
      return FieldValue(static_cast<double>(value.get_uint64()));
    case json::kind::double_:
      return FieldValue(value.get_double());
    default:
      return Error{ErrorCode::kInvalidArgument,
                   std::string(parameter.name) + " must be " + describe_range(parameter) +
                       ", got " + write_json(value),
                   std::string(parameter.name)};
  }
}

}  // namespace

json::object to_json(const GenerationRequest& request) {
  json::object object;
  for (const Parameter& parameter : kParameters) {
    const auto value = get_field(request, parameter);
    if (value) object[{parameter.name.data(), parameter.name.size()}] = to_json(*value);
  }
  return object;
}

Result<GenerationRequest> request_from_json(const json::value& value) {
  if (!value.is_object()) {
    return Error{ErrorCode::kInvalidArgument, "a request must be a JSON object"};
  }
  GenerationRequest request;
  for (const auto& [key, field] : value.get_object()) {
    const Parameter* parameter = find_parameter({key.data(), key.size()});
    if (parameter == nullptr) {
      const std::string name(key.data(), key.size());
      return Error{ErrorCode::kInvalidArgument,
                   "no field is called \"" + escaped_for_terminal(name) + "\"", name};
    }
    const auto plain = from_json(*parameter, field);
    if (!plain) return plain.error();
    if (Status set = set_field(request, *parameter, *plain); !set) return set.error();
  }
  return request;
}

}  // namespace dgx::protocol
