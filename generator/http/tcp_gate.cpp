// SPDX-License-Identifier: Apache-2.0
#include "generator/http/tcp_gate.hpp"

#include <fcntl.h>
#include <sys/random.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>

#include "generator/base/directory.hpp"
#include "generator/base/unique_fd.hpp"

namespace dgx::http {
namespace {

constexpr auto kWindow = std::chrono::minutes(1);

// Takes as long for a wrong token as for the right one.
bool is_same(std::string_view got, std::string_view wanted) {
  if (got.size() != wanted.size()) return false;
  unsigned difference = 0;
  for (std::size_t i = 0; i < got.size(); ++i) {
    difference |= static_cast<unsigned>(static_cast<unsigned char>(got[i])) ^
                  static_cast<unsigned>(static_cast<unsigned char>(wanted[i]));
  }
  return difference == 0;
}

}  // namespace

bool TcpGate::is_over_the_rate(Clock::time_point now) {
  while (!recent_.empty() && now - recent_.front() >= kWindow) recent_.pop_front();
  if (static_cast<std::int64_t>(recent_.size()) >= changes_per_minute_) return true;
  recent_.push_back(now);
  return false;
}

std::optional<Answer> TcpGate::check(const Headers& headers, bool changes_something,
                                     Clock::time_point now) {
  const std::string port = ":" + std::to_string(port_);
  if (headers.host != "127.0.0.1" + port && headers.host != "localhost" + port) {
    return refusal(421, ErrorCode::kForbidden, "Host must be 127.0.0.1" + port);
  }
  if (headers.origin) {
    return error_answer({ErrorCode::kForbidden, "pages of a browser may not call this service"});
  }
  const Error too_many{ErrorCode::kRateLimited,
                       "at most " + std::to_string(changes_per_minute_) +
                           " calls a minute may change something over TCP"};
  constexpr std::string_view kBearer = "Bearer ";
  const std::string_view given = headers.authorization.value_or("");
  if (!given.starts_with(kBearer) || !is_same(given.substr(kBearer.size()), token_)) {
    if (is_over_the_rate(now)) return error_answer(too_many);
    Answer answer = refusal(401, ErrorCode::kForbidden, "the bearer token is missing or wrong");
    answer.headers.emplace_back("WWW-Authenticate", "Bearer");
    return answer;
  }
  if (changes_something && is_over_the_rate(now)) return error_answer(too_many);
  return std::nullopt;
}

Result<std::string> make_token(const std::filesystem::path& file) {
  std::array<unsigned char, 32> bits{};
  if (::getrandom(bits.data(), bits.size(), 0) != static_cast<ssize_t>(bits.size())) {
    return Error{ErrorCode::kIo, "the system gave no random numbers"};
  }
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string token;
  for (const unsigned char byte : bits) {
    token += kDigits[byte >> 4];
    token += kDigits[byte & 15U];
  }
  ::unlink(file.c_str());  // A link of that name would lead elsewhere; O_EXCL makes it ours.
  const UniqueFd fd(
      ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  const std::string line = token + "\n";
  if (!fd.valid() ||
      ::write(fd.get(), line.data(), line.size()) != static_cast<ssize_t>(line.size())) {
    return error_from_errno(errno, "cannot write the token file " + file.string());
  }
  return token;
}

}  // namespace dgx::http
