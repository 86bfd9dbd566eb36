// SPDX-License-Identifier: Apache-2.0
#include "generator/protocol/validation.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <type_traits>

#include "generator/base/utf8.hpp"
#include "generator/protocol/music.hpp"
#include "generator/protocol/number_text.hpp"

namespace dgx::protocol {
namespace {

// What a message shows of a value: long prompts are cut, control characters made visible.
std::string in_quotes(std::string_view text) {
  constexpr std::size_t kShownBytes = 80;
  std::size_t position = 0;
  while (position < text.size() && position < kShownBytes) {
    if (!next_code_point(text, position)) ++position;
  }
  const std::string start = escaped_for_terminal(text.substr(0, position));
  return position < text.size() ? "\"" + start + "...\"" : "\"" + start + "\"";
}

std::string shown(const FieldValue& value) {
  return std::visit(
      [](const auto& v) -> std::string {
        using T = std::decay_t<decltype(v)>;
        if constexpr (std::is_same_v<T, bool>) return v ? "true" : "false";
        if constexpr (std::is_same_v<T, std::int64_t>) return std::to_string(v);
        if constexpr (std::is_same_v<T, double>) return number_text(v);
        if constexpr (std::is_same_v<T, std::string>) return in_quotes(v);
      },
      value);
}

Error out_of_range(const Parameter& parameter, const std::string& got) {
  return {ErrorCode::kInvalidArgument,
          std::string(parameter.name) + " must be " + describe_range(parameter) + ", got " + got,
          std::string(parameter.name)};
}

bool has_control_character(std::string_view text) {
  for (std::size_t position = 0; position < text.size();) {
    const auto code_point = next_code_point(text, position);
    if (!code_point || is_control(*code_point)) return true;
  }
  return false;
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(' ');
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

Status check_text(const Parameter& parameter, std::string_view text) {
  const std::string name(parameter.name);
  if (!is_utf8(text)) {
    return Error{ErrorCode::kMalformed, name + " must be UTF-8, got " + in_quotes(text), name};
  }
  if (has_control_character(text)) {
    return Error{ErrorCode::kInvalidArgument,
                 name + " must not hold NUL or control characters, got " + in_quotes(text), name};
  }
  const std::size_t length = count_code_points(text);
  if (static_cast<double>(length) > parameter.maximum ||
      static_cast<double>(count_code_points(trimmed(text))) < parameter.minimum) {
    const std::string got = length == 0 ? "nothing" : std::to_string(length);
    return out_of_range(parameter, parameter.kind == kText ? got : in_quotes(text));
  }
  return ok();
}

Status check_folder(const Parameter& parameter, std::string_view text) {
  if (Status plain = check_text(parameter, text); !plain) return plain;
  const std::string name(parameter.name);
  const std::string padded = "/" + std::string(text) + "/";
  if (padded.find("/../") != std::string::npos) {
    return Error{ErrorCode::kInvalidArgument,
                 name + " must not contain \"..\", got " + in_quotes(text), name};
  }
  if (text.front() != '/') {
    return Error{ErrorCode::kInvalidArgument,
                 name + " must be an absolute path, got " + in_quotes(text), name};
  }
  return ok();
}

// A take's id has no slash; anything else is a path.
Status check_recording(const Parameter& parameter, std::string_view text) {
  const bool path = text.find('/') != std::string_view::npos;
  return path ? check_folder(parameter, text) : check_text(parameter, text);
}

Status check_choice(const Parameter& parameter, std::string_view text) {
  const auto& choices = parameter.choices;
  const bool known =
      !text.empty() && std::find(choices.begin(), choices.end(), text) != choices.end();
  return known ? ok() : Status(out_of_range(parameter, in_quotes(text)));
}

Status check_words(const Parameter& parameter, const std::string& text) {
  if (!is_utf8(text)) return check_text(parameter, text);
  switch (parameter.kind) {
    case kChoice:
      return check_choice(parameter, text);
    case kFolder:
      return check_folder(parameter, text);
    case kRecording:
      return check_recording(parameter, text);
    case kModelId:
      if (is_model_id(text)) return ok();
      return Error{ErrorCode::kInvalidArgument,
                   "model must be 1 to 64 of a-z, 0-9, '.', '_' and '-', got " + in_quotes(text),
                   "model"};
    case kMeter:
      if (auto meter = parse_meter(text); !meter) return out_of_range(parameter, in_quotes(text));
      return ok();
    case kKey:
      if (auto key = parse_key(text); !key) return out_of_range(parameter, in_quotes(text));
      return ok();
    default:
      return check_text(parameter, text);
  }
}

Status check_number(const Parameter& parameter, double value) {
  const bool inside = value >= parameter.minimum && value <= parameter.maximum;  // NaN is outside.
  return inside ? ok() : Status(out_of_range(parameter, number_text(value)));
}

Status check_value(const Parameter& parameter, const FieldValue& value) {
  if (std::holds_alternative<bool>(value)) {
    return parameter.kind == kSwitch ? ok() : Status(out_of_range(parameter, shown(value)));
  }
  if (const auto* text = std::get_if<std::string>(&value)) {
    const bool wants_text = !is_numeric(parameter.kind) && parameter.kind != kSwitch;
    return wants_text ? check_words(parameter, *text)
                      : Status(out_of_range(parameter, shown(value)));
  }
  if (!is_numeric(parameter.kind)) return out_of_range(parameter, shown(value));
  if (const auto* whole = std::get_if<std::int64_t>(&value)) {
    return check_number(parameter, static_cast<double>(*whole));
  }
  const double number = std::get<double>(value);
  if (parameter.kind == kInteger && number != std::floor(number)) {
    return Error{ErrorCode::kInvalidArgument,
                 std::string(parameter.name) + " must be a whole number of " +
                     describe_range(parameter) + ", got " + number_text(number),
                 std::string(parameter.name)};
  }
  return check_number(parameter, number);
}

template <typename Target>
void assign(Target& target, const FieldValue& value) {
  if constexpr (requires {
                  typename Target::value_type;
                  target.has_value();
                }) {
    typename Target::value_type inner{};
    assign(inner, value);
    target = std::move(inner);
  } else if constexpr (std::is_same_v<Target, double>) {
    const auto* whole = std::get_if<std::int64_t>(&value);
    target = whole != nullptr ? static_cast<double>(*whole) : std::get<double>(value);
  } else if constexpr (std::is_same_v<Target, std::int64_t>) {
    const auto* number = std::get_if<double>(&value);
    target = number != nullptr ? static_cast<std::int64_t>(*number) : std::get<std::int64_t>(value);
  } else {
    target = std::get<Target>(value);
  }
}

Status check_length(const GenerationRequest& request) {
  if (request.bars && request.duration) {
    return Error{ErrorCode::kInvalidArgument,
                 "bars and duration exclude each other, got " + std::to_string(*request.bars) +
                     " bars and " + number_text(*request.duration) + " seconds",
                 "bars"};
  }
  if (!request.bars || !request.bpm) return ok();
  Meter meter;
  if (request.time_signature) meter = *parse_meter(*request.time_signature);
  return check_bars_length(*request.bars, *request.bpm, meter);
}

}  // namespace

bool is_model_id(std::string_view text) {
  const auto lower_or_digit = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
  };
  const auto allowed = [&](char c) {
    return lower_or_digit(c) || c == '.' || c == '_' || c == '-';
  };
  return !text.empty() && text.size() <= 64 && lower_or_digit(text.front()) &&
         std::all_of(text.begin(), text.end(), allowed) &&
         text.find("..") == std::string_view::npos;
}

Result<FieldValue> parse_field(const Parameter& parameter, std::string_view text) {
  if (parameter.kind == kSwitch) {
    if (text == "true" || text == "false") return FieldValue(text == "true");
    return out_of_range(parameter, in_quotes(text));
  }
  if (!is_numeric(parameter.kind)) return FieldValue(std::string(text));
  std::int64_t whole = 0;
  const char* end = text.data() + text.size();
  if (const auto [stop, error] = std::from_chars(text.data(), end, whole);
      error == std::errc{} && stop == end) {
    return FieldValue(whole);
  }
  double number = 0;
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc{} || stop != end || !std::isfinite(number)) {
    return Error{ErrorCode::kMalformed,
                 std::string(parameter.name) + " must be " + describe_range(parameter) + ", got " +
                     in_quotes(text),
                 std::string(parameter.name)};
  }
  return FieldValue(number);
}

Status set_field(GenerationRequest& request, const Parameter& parameter, const FieldValue& value) {
  if (Status checked = check_value(parameter, value); !checked) return checked;
  std::visit([&](auto member) { assign(request.*member, value); }, parameter.member);
  return ok();
}

Status validate(const GenerationRequest& request) {
  for (const Parameter& parameter : kParameters) {
    const auto value = get_field(request, parameter);
    if (!value) continue;
    if (Status checked = check_value(parameter, *value); !checked) return checked;
  }
  return check_length(request);
}

}  // namespace dgx::protocol
