// SPDX-License-Identifier: Apache-2.0
// A request as the service reads it: a line with method and target, an empty line, the body. What
// is taken is written again as it was understood, and is understood as the same again.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "generator/http/router.hpp"
#include "generator/protocol/api_messages.hpp"
#include "generator/protocol/codec.hpp"

namespace {

using dgx::protocol::CallId;

void require(bool holds) {
  if (!holds) std::abort();
}

std::string_view take_until(std::string_view& text, std::string_view end) {
  const std::string_view part = text.substr(0, text.find(end));
  text.remove_prefix(std::min(part.size() + end.size(), text.size()));
  return part;
}

void read_one(const std::string& body) {
  const auto request = dgx::protocol::decode_request(body);
  if (!request) return require(!request.error().message.empty());
  const std::string written = dgx::protocol::encode(*request);
  const auto again = dgx::protocol::decode_request(written);
  require(again && dgx::protocol::encode(*again) == written);
}

void read_batch(const std::string& body) {
  const auto batch = dgx::protocol::decode_batch(body);
  if (!batch) require(!batch.error().message.empty());
}

void read_patch(const std::string& body) {
  const auto patch = dgx::protocol::decode<dgx::protocol::TakePatch>(body);
  if (!patch) require(!patch.error().message.empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::string_view method = take_until(text, " ");
  const std::string_view target = take_until(text, "\n\n");
  const auto routed = dgx::http::route(method, target);
  if (const auto* refused = std::get_if<dgx::http::Answer>(&routed)) {
    require(refused->status >= 400 && refused->status < 500);
    return 0;
  }
  const std::string body(text);
  switch (std::get<dgx::http::Call>(routed).id) {
    case CallId::kGenerate:
      read_one(body);
      break;
    case CallId::kGenerateBatch:
      read_batch(body);
      break;
    case CallId::kChangeTake:
      read_patch(body);
      break;
    default:
      break;
  }
  return 0;
}
