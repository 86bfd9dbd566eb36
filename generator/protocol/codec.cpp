// SPDX-License-Identifier: Apache-2.0
#include "generator/protocol/codec.hpp"

#include "generator/protocol/json.hpp"
#include "generator/protocol/json_fields.hpp"
#include "generator/protocol/message_fields.hpp"
#include "generator/protocol/request_json.hpp"
#include "generator/protocol/validation.hpp"

namespace dgx::protocol {

namespace {

namespace json = boost::json;

json::object to_json(const Receipt& receipt) {
  json::object object = object_of(receipt);
  object["request"] = to_json(receipt.request);
  return object;
}

json::object to_json(const Take& take) {
  json::object object = object_of(take);
  object["receipt"] = embedded(take.receipt_json);
  return object;
}

Result<Take> take_from(const json::object& object, const std::string& path) {
  Take take;
  if (Status status = read_fields(object, path, take); !status) return status.error();
  const json::value* receipt = object.if_contains("receipt");
  if (receipt != nullptr && receipt->is_object()) take.receipt_json = write_json(*receipt);
  return take;
}

}  // namespace

std::string encode(const GenerationRequest& request) {
  return write_json(to_json(request));
}

Result<GenerationRequest> decode_request(std::string_view text) {
  auto value = parse_json(text);
  if (!value) return std::move(value).error();
  auto request = request_from_json(*value);
  if (!request) return request;
  if (Status valid = validate(*request); !valid) return valid.error();
  return request;
}

std::string encode(const Receipt& receipt) {
  return write_json(to_json(receipt));
}

std::string encode_for_people(const Receipt& receipt) {
  return write_json(to_json(receipt), 2) + "\n";
}

Result<Receipt> decode_receipt(std::string_view text) {
  auto object = parse_object(text);
  if (!object) return std::move(object).error();
  Receipt receipt;
  if (Status status = read_fields(*object, "", receipt); !status) return status.error();
  if (const json::value* field = object->if_contains("request")) {
    auto request = request_from_json(*field);
    if (!request) return std::move(request).error();
    receipt.request = *std::move(request);
  }
  return receipt;
}

std::string encode_job_result(const Job& job, const std::vector<std::string>& receipts) {
  json::array takes;
  for (const std::string& receipt : receipts) takes.push_back(embedded(receipt));
  json::object object;
  object["job_id"] = job.id;
  object["status"] = to_string(job.status).data();
  object["takes"] = std::move(takes);
  if (job.error) object["error"] = object_of(*job.error);
  return write_json(object);
}

std::string encode(const ErrorReply& reply) {
  return write_json(object_of(reply));
}

Result<ErrorReply> decode_error_reply(std::string_view text) {
  return decode_fields<ErrorReply>(text);
}

std::string encode(const Take& take) {
  return write_json(to_json(take));
}

Result<Take> decode_take(std::string_view text) {
  auto object = parse_object(text);
  if (!object) return std::move(object).error();
  return take_from(*object, "");
}

std::string encode(const HistoryPage& page) {
  json::array generations;
  for (const Take& take : page.takes) generations.push_back(to_json(take));
  json::object object;
  object["generations"] = std::move(generations);
  object["total"] = page.total;
  object["page"] = page.page;
  object["page_size"] = page.page_size;
  return write_json(object);
}

Result<HistoryPage> decode_history_page(std::string_view text) {
  auto object = parse_object(text);
  if (!object) return std::move(object).error();
  HistoryPage page;
  if (Status status = read_fields(*object, "", page); !status) return status.error();
  const json::value* list = object->if_contains("generations");
  if (list == nullptr || !list->is_array()) {
    return Error{ErrorCode::kInvalidArgument, "generations must be a list", "generations"};
  }
  for (const json::value& item : list->get_array()) {
    const std::string place = "generations[" + std::to_string(page.takes.size()) + "]";
    if (!item.is_object()) {
      return Error{ErrorCode::kInvalidArgument, place + " must be an object", place};
    }
    auto take = take_from(item.get_object(), place);
    if (!take) return std::move(take).error();
    page.takes.push_back(*std::move(take));
  }
  return page;
}

}  // namespace dgx::protocol
