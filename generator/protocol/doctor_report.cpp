// SPDX-License-Identifier: Apache-2.0
#include "generator/protocol/doctor_report.hpp"

#include <algorithm>

#include "generator/protocol/json.hpp"

namespace dgx::protocol {
namespace {

namespace json = boost::json;

json::value to_json(std::string_view text) {
  return json::string(text.data(), text.size());
}

json::object to_json(const PartReport& report) {
  json::object object;
  object["part"] = to_json(report.part);
  object["state"] = to_json(to_string(report.state));
  object["found"] = to_json(report.found);
  if (!report.remedy.empty()) object["remedy"] = to_json(report.remedy);
  return object;
}

}  // namespace

std::string_view to_string(PartState state) {
  switch (state) {
    case PartState::kFine:
      return "ok";
    case PartState::kLacking:
      return "note";
    case PartState::kMissing:
      return "missing";
  }
  return "missing";
}

bool DoctorReport::is_fine() const {
  return std::none_of(parts.begin(), parts.end(),
                      [](const PartReport& report) { return report.state == PartState::kMissing; });
}

std::string encode(const DoctorReport& report) {
  json::object object;
  object["ok"] = report.is_fine();
  json::array parts;
  for (const PartReport& part : report.parts) parts.push_back(to_json(part));
  object["parts"] = std::move(parts);
  return write_json(object);
}

}  // namespace dgx::protocol
