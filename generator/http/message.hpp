// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "generator/base/error.hpp"
#include "generator/base/unique_fd.hpp"
#include "generator/protocol/api_calls.hpp"

// A call and its answer, without anything of the library that carries them.
namespace dgx::http {

/// A request that has been matched to a call of the API.
struct Call {
  protocol::CallId id = protocol::CallId::kHealth;
  std::string parameter{};                     ///< What stood for {id} or {name}
  std::map<std::string, std::string> query{};  ///< Only fields that the call knows
  std::string body{};
  std::optional<std::string> range{};  ///< The Range header
  std::optional<std::int64_t> last_event_id{};
};

/// A part of a file as the body of an answer.
struct FileBody {
  UniqueFd fd{};
  std::int64_t begin = 0;
  std::int64_t length = 0;
};

struct Answer {
  int status = 200;
  std::string type = "application/json";
  std::string body{};
  std::vector<std::pair<std::string, std::string>> headers{};
  std::optional<FileBody> file{};
};

/// The one shape of every failure, with Retry-After where trying again may help.
Answer error_answer(const Error& error);
/// The same with a status that no ErrorCode has: 405, 408, 414, 415, 421, 431.
Answer refusal(int status, ErrorCode code, const std::string& message);

}  // namespace dgx::http
