// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "generator/base/result.hpp"
#include "generator/protocol/messages.hpp"
#include "generator/protocol/request.hpp"

// JSON in and out of the plain structs. What parses JSON is a private detail of codec.cpp.
// Decoding: text that is not UTF-8 or not JSON (NaN, 1e309, duplicate keys, nested deeper than 16)
// is kMalformed; a field of the wrong type or out of its range is kInvalidArgument and names the
// field; fields nobody knows are ignored, except in requests, where they are refused by name.
// Encoding: one line, keys in a fixed order.
namespace dgx::protocol {

/// What every failing call answers.
struct ErrorReply {
  Error error{};
};

std::string encode(const GenerationRequest& request);
Result<GenerationRequest> decode_request(std::string_view text);

std::string encode(const Receipt& receipt);
/// The same, indented: the file beside a take.
std::string encode_for_people(const Receipt& receipt);
Result<Receipt> decode_receipt(std::string_view text);

/// The one object that `generate --json` prints; `receipts` are JSON texts.
std::string encode_job_result(const Job& job, const std::vector<std::string>& receipts);

/// {"error": {"code", "message", "field"?}}
std::string encode(const ErrorReply& reply);
Result<ErrorReply> decode_error_reply(std::string_view text);

/// One take as a page of history shows it, its receipt as a value in `receipt`.
std::string encode(const Take& take);
Result<Take> decode_take(std::string_view text);

/// {"generations": [...], "total", "page", "page_size"}
std::string encode(const HistoryPage& page);
Result<HistoryPage> decode_history_page(std::string_view text);

}  // namespace dgx::protocol
