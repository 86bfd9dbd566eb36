// SPDX-License-Identifier: Apache-2.0
#include "generator/http/router.hpp"

#include <algorithm>

#include "generator/base/utf8.hpp"

namespace dgx::http {
namespace {

using protocol::ApiCall;
using protocol::kApiCalls;

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// The rest of a text up to the next separator; takes it and the separator off.
std::string_view take_until(std::string_view& text, char separator) {
  const std::size_t end = std::min(text.find(separator), text.size());
  const std::string_view part = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return part;
}

/// True where the path is the pattern; `parameter` gets what stood for its {component}.
bool matches(std::string_view pattern, std::string_view path, std::string_view& parameter) {
  while (!pattern.empty() && !path.empty()) {
    const std::string_view wanted = take_until(pattern, '/');
    const std::string_view got = take_until(path, '/');
    if (wanted.starts_with('{')) {
      if (got.empty()) return false;
      parameter = got;
    } else if (wanted != got) {
      return false;
    }
  }
  return pattern.empty() && path.empty();
}

Answer malformed(const std::string& what) {
  return error_answer({ErrorCode::kMalformed, what + " is not readable"});
}

Answer not_allowed(std::string_view method, std::string_view path, const std::string& allowed) {
  Answer answer = refusal(
      405, ErrorCode::kInvalidArgument,
      escaped_for_terminal(path) + " takes " + allowed + ", got " + escaped_for_terminal(method));
  answer.headers.emplace_back("Allow", allowed);
  return answer;
}

std::optional<Answer> read_query(const ApiCall& known, std::string_view text, Call& call) {
  while (!text.empty()) {
    std::string_view pair = take_until(text, '&');
    const auto name = percent_decoded(take_until(pair, '='), true);
    const auto value = percent_decoded(pair, true);
    if (!name || !value || !is_utf8(*name) || !is_utf8(*value)) return malformed("the query");
    const bool is_known = std::any_of(known.query.begin(), known.query.end(),
                                      [&](const auto& field) { return field.name == *name; });
    if (!is_known || name->empty()) {
      return error_answer({ErrorCode::kInvalidArgument,
                           "this call has no query field \"" + escaped_for_terminal(*name) + "\"",
                           *name});
    }
    if (!call.query.emplace(*name, *value).second) {
      return error_answer(
          {ErrorCode::kInvalidArgument, "the query field " + *name + " appears twice", *name});
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> percent_decoded(std::string_view text, bool plus) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded += plus && text[i] == '+' ? ' ' : text[i];
      continue;
    }
    if (i + 2 >= text.size()) return std::nullopt;
    const int high = hex_value(text[i + 1]);
    const int low = hex_value(text[i + 2]);
    if (high < 0 || low < 0) return std::nullopt;
    decoded += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return decoded;
}

std::variant<Call, Answer> route(std::string_view method, std::string_view target) {
  const std::string_view path = take_until(target, '?');
  if (!path.starts_with('/')) return malformed("the path");
  std::string allowed;
  for (const ApiCall& known : kApiCalls) {
    std::string_view parameter;
    if (!matches(known.path.substr(1), path.substr(1), parameter)) continue;
    if (known.method != method) {
      allowed += (allowed.empty() ? "" : ", ") + std::string(known.method);
      continue;
    }
    const auto decoded = percent_decoded(parameter, false);
    if (!decoded || !is_utf8(*decoded)) return malformed("the path");
    Call call;
    call.id = known.id;
    call.parameter = *decoded;
    if (auto refused = read_query(known, target, call)) return *std::move(refused);
    return call;
  }
  if (!allowed.empty()) return not_allowed(method, path, allowed);
  return error_answer({ErrorCode::kNotFound, "there is nothing at " + escaped_for_terminal(path)});
}

}  // namespace dgx::http
