// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include "generator/base/result.hpp"
#include "generator/base/socket_io.hpp"
#include "generator/base/unique_fd.hpp"

// HTTP/1.1 as far as our own service speaks it: a request, and an answer with Content-Length or up
// to the end of the connection.
namespace dgx::client {

struct HttpAnswer {
  int status = 0;
  std::map<std::string, std::string> headers{};  ///< Names in lower case
  std::string body{};
};

/// An answer is never longer, so that a service that has gone mad costs no memory.
inline constexpr std::size_t kLongestAnswer = std::size_t{64} << 20;

/// A connection to a Unix socket; kUnavailable where nobody listens there.
Result<UniqueFd> connect_to(const std::filesystem::path& path);

/// Reads an answer piece by piece, before a deadline, while `interrupt` (an eventfd or -1) is not
/// raised: kCancelled then.
class HttpReader {
 public:
  HttpReader(int socket, int interrupt) : socket_(socket), interrupt_(interrupt) {}

  /// Status and headers. kCorrupt for what is no HTTP.
  Result<HttpAnswer> head(Deadline deadline);
  /// The whole body of an answer with Content-Length.
  Status body(HttpAnswer& answer, Deadline deadline);
  /// The next line without its end, of a body up to the end of the connection. kUnavailable at it.
  Result<std::string> line(Deadline deadline);

 private:
  Status fill(Deadline deadline);

  int socket_;
  int interrupt_;
  std::string received_{};
};

/// A request with its headers; `body` is JSON and may be empty.
std::string request_text(std::string_view method, std::string_view target, std::string_view body,
                         const std::string& extra_headers = {});

}  // namespace dgx::client
