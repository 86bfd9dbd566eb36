// SPDX-License-Identifier: Apache-2.0
#include "generator/client/event_reader.hpp"

#include <charconv>
#include <string_view>

namespace dgx::client {
namespace {

// "name: value" of the event stream format; one blank after the colon is not part of the value.
std::string_view value_of(std::string_view line, std::string_view name) {
  line.remove_prefix(name.size() + 1);
  if (line.starts_with(' ')) line.remove_prefix(1);
  return line;
}

bool is_field(std::string_view line, std::string_view name) {
  return line.starts_with(name) && line.size() > name.size() && line[name.size()] == ':';
}

}  // namespace

Result<Event> EventReader::next(std::chrono::milliseconds patience) {
  Event event;
  for (;;) {
    auto line = reader_.line(std::chrono::steady_clock::now() + patience);
    if (!line) return std::move(line).error();
    if (line->empty() && !event.kind.empty()) return event;
    if (is_field(*line, "event")) event.kind = value_of(*line, "event");
    if (is_field(*line, "data")) event.data = value_of(*line, "data");
    if (!is_field(*line, "id")) continue;
    const std::string_view digits = value_of(*line, "id");
    std::int64_t id = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), id);
    event.id = id;
  }
}

}  // namespace dgx::client
