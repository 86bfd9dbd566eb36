// SPDX-License-Identifier: Apache-2.0
#include "generator/protocol/transport.hpp"

#include <array>
#include <utility>

#include "generator/protocol/field_checks.hpp"
#include "generator/protocol/json_fields.hpp"
#include "generator/protocol/transport_fields.hpp"

namespace dgx::protocol {

std::string encode(const TransportReport& message) {
  return write_json(object_of(message));
}
std::string encode(const TransportView& message) {
  return write_json(object_of(message));
}

template <>
Result<TransportReport> decode(std::string_view text) {
  constexpr std::array<std::string_view, 3> kFields = {"client", "host", "rolling"};
  const auto object = parse_object(text);
  if (!object) return object.error();
  if (Status known = expect_fields("a transport", *object, kFields); !known) return known.error();
  TransportReport report;
  if (Status read = read_fields(*object, "", report); !read) return read.error();
  for (const auto& [field, value] : {std::pair{"client", &report.client}, {"host", &report.host}}) {
    if (Status fine = check_text(field, *value, 1, kLongestTransportText); !fine) {
      return fine.error();
    }
  }
  if (object->contains("rolling")) return report;
  return Error{ErrorCode::kInvalidArgument, "rolling must be true or false, got nothing",
               "rolling"};
}
template <>
Result<TransportView> decode(std::string_view text) {
  return decode_fields<TransportView>(text);
}

}  // namespace dgx::protocol
