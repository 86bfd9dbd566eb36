// SPDX-License-Identifier: Apache-2.0
#include "generator/protocol/parameter_table.hpp"

#include <algorithm>
#include <cmath>

#include "generator/protocol/number_text.hpp"

namespace dgx::protocol {
namespace {

std::string join_choices(const Parameter& parameter) {
  std::string text;
  for (std::size_t i = 0; i < parameter.choices.size() && !parameter.choices[i].empty(); ++i) {
    const bool last = i + 1 == parameter.choices.size() || parameter.choices[i + 1].empty();
    if (i > 0) text += last ? " or " : ", ";
    text += parameter.choices[i];
  }
  return text;
}

}  // namespace

const Parameter* find_parameter(std::string_view name) {
  const auto row = std::find_if(kParameters.begin(), kParameters.end(),
                                [name](const Parameter& p) { return p.name == name; });
  return row == kParameters.end() ? nullptr : &*row;
}

std::string describe_range(const Parameter& parameter) {
  switch (parameter.kind) {
    case kSwitch:
      return "true or false";
    case kChoice:
      return join_choices(parameter);
    case kMeter:
      return "1 to 16 over 2, 4, 8 or 16, such as 6/8";
    case kKey:
      return "A to G with an optional # or b and m, such as F#m";
    case kModelId:
      return "the id of an installed model";
    case kFolder:
      return "a folder beneath an allowed root";
    case kRecording:
      return "the id of a take, or the absolute path of a WAV beneath an allowed root";
    case kText:
    case kNumber:
    case kInteger:
      break;
  }
  const std::string range =
      number_text(parameter.minimum) + " to " + number_text(parameter.maximum);
  return parameter.unit.empty() ? range : range + " " + std::string(parameter.unit);
}

std::optional<FieldValue> get_field(const GenerationRequest& request, const Parameter& parameter) {
  return std::visit(
      [&request](auto member) -> std::optional<FieldValue> {
        const auto& value = request.*member;
        if constexpr (requires { value.has_value(); }) {
          if (!value) return std::nullopt;
          return FieldValue(*value);
        } else {
          return FieldValue(value);
        }
      },
      parameter.member);
}

}  // namespace dgx::protocol
