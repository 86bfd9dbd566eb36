// SPDX-License-Identifier: Apache-2.0
#include "generator/protocol/batch_result.hpp"

#include "generator/protocol/json.hpp"
#include "generator/protocol/json_fields.hpp"
#include "generator/protocol/message_fields.hpp"

namespace dgx::protocol {

namespace json = boost::json;

std::string encode(const BatchLineResult& result) {
  json::object object;
  object["line"] = result.line;
  if (!result.job_id.empty()) {
    object["job_id"] = json::string(result.job_id.data(), result.job_id.size());
    object["status"] = to_string(result.status).data();
  }
  json::array takes;
  for (const std::string& receipt : result.receipts) takes.push_back(embedded(receipt));
  object["takes"] = std::move(takes);
  if (result.error) object["error"] = object_of(*result.error);
  return write_json(object);
}

}  // namespace dgx::protocol
