// SPDX-License-Identifier: Apache-2.0
#include "generator/client/http_exchange.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>

namespace dgx::client {
namespace {

constexpr std::size_t kLongestHead = 65'536;
constexpr std::size_t kLongestLine = std::size_t{1} << 20;

Error corrupt(const char* what) {
  return {ErrorCode::kCorrupt, std::string("the service answered with ") + what};
}

std::string lower_case(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; });
  return lower;
}

template <typename Number>
bool parse_number(std::string_view text, Number& number) {
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  return error == std::errc{} && stop == end;
}

Result<HttpAnswer> parse_head(std::string_view head) {
  HttpAnswer answer;
  bool first = true;
  while (!head.empty()) {
    const std::size_t end = std::min(head.find("\r\n"), head.size());
    const std::string_view row = head.substr(0, end);
    head.remove_prefix(std::min(end + 2, head.size()));
    if (first) {
      first = false;
      constexpr std::string_view kVersion = "HTTP/1.1 ";
      if (!row.starts_with(kVersion) ||
          !parse_number(row.substr(kVersion.size(), 3), answer.status)) {
        return corrupt("something else than HTTP/1.1");
      }
      continue;
    }
    const std::size_t colon = row.find(':');
    if (colon == std::string_view::npos) return corrupt("a header without a colon");
    std::string_view value = row.substr(colon + 1);
    while (value.starts_with(' ')) value.remove_prefix(1);
    answer.headers[lower_case(row.substr(0, colon))] = std::string(value);
  }
  return answer;
}

}  // namespace

Result<UniqueFd> connect_to(const std::filesystem::path& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.native().size() >= sizeof address.sun_path) {
    return Error{ErrorCode::kInvalidArgument,
                 "the path of a socket must be at most 107 bytes, got " + path.string()};
  }
  std::memcpy(address.sun_path, path.c_str(), path.native().size() + 1);
  UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!socket.valid()) return Error{ErrorCode::kIo, "cannot make a socket"};
  const auto* generic = reinterpret_cast<const sockaddr*>(&address);
  if (::connect(socket.get(), generic, sizeof address) == 0) return socket;
  // Where this user may not even look there is no service of his either.
  if (errno == ENOENT || errno == ECONNREFUSED || errno == ENOTDIR || errno == EACCES) {
    return Error{ErrorCode::kUnavailable, "no service runs at " + path.string()};
  }
  return Error{ErrorCode::kIo,
               "cannot reach the service at " + path.string() + ": " + std::strerror(errno)};
}

Status HttpReader::fill(Deadline deadline) {
  const auto ready = wait_readable(socket_, interrupt_, deadline);
  if (!ready) return ready.error();
  if (*ready == Readiness::kInterrupted) return Error{ErrorCode::kCancelled, "cancelled"};
  if (*ready == Readiness::kTimeout) {
    return Error{ErrorCode::kUnavailable, "the service did not answer in time"};
  }
  std::array<std::byte, 16'384> bytes{};
  const auto count = receive_some(socket_, bytes);
  if (!count) return count.error();
  if (*count == 0) return Error{ErrorCode::kUnavailable, "the service ended the connection"};
  received_.append(reinterpret_cast<const char*>(bytes.data()), *count);
  return ok();
}

Result<HttpAnswer> HttpReader::head(Deadline deadline) {
  for (;;) {
    const std::size_t end = received_.find("\r\n\r\n");
    if (end != std::string::npos) {
      auto answer = parse_head(std::string_view(received_).substr(0, end));
      received_.erase(0, end + 4);
      return answer;
    }
    if (received_.size() > kLongestHead) return corrupt("headers without an end");
    if (Status filled = fill(deadline); !filled) return std::move(filled).error();
  }
}

Status HttpReader::body(HttpAnswer& answer, Deadline deadline) {
  std::size_t length = 0;
  const auto found = answer.headers.find("content-length");
  if (found == answer.headers.end() || !parse_number(std::string_view(found->second), length)) {
    return corrupt("no readable Content-Length");
  }
  if (length > kLongestAnswer) return corrupt("more than 64 MiB");
  while (received_.size() < length) {
    if (Status filled = fill(deadline); !filled) return filled;
  }
  answer.body = received_.substr(0, length);
  received_.erase(0, length);
  return ok();
}

Result<std::string> HttpReader::line(Deadline deadline) {
  for (;;) {
    const std::size_t end = received_.find('\n');
    if (end != std::string::npos) {
      std::string text = received_.substr(0, end);
      received_.erase(0, end + 1);
      if (text.ends_with('\r')) text.pop_back();
      return text;
    }
    if (received_.size() > kLongestLine) return corrupt("a line without an end");
    if (Status filled = fill(deadline); !filled) return std::move(filled).error();
  }
}

std::string request_text(std::string_view method, std::string_view target, std::string_view body,
                         const std::string& extra_headers) {
  std::string text(method);
  text.append(" ").append(target).append(" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n");
  if (!body.empty()) text += "Content-Type: application/json\r\n";
  text += extra_headers;
  text += "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n";
  return text.append(body);
}

}  // namespace dgx::client
