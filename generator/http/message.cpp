// SPDX-License-Identifier: Apache-2.0
#include "generator/http/message.hpp"

#include "generator/protocol/codec.hpp"
#include "generator/protocol/endpoint.hpp"
#include "generator/protocol/error_codes.hpp"

namespace dgx::http {

Answer error_answer(const Error& error) {
  Answer answer;
  answer.status = protocol::http_status(error.code);
  answer.body = protocol::encode(protocol::ErrorReply{error});
  if (answer.status == 503 || answer.status == 429) {
    answer.headers.emplace_back("Retry-After", std::to_string(protocol::kRetryAfter.count()));
  }
  return answer;
}

Answer refusal(int status, ErrorCode code, const std::string& message) {
  Answer answer = error_answer({code, message});
  answer.status = status;
  return answer;
}

}  // namespace dgx::http
