// SPDX-License-Identifier: Apache-2.0
// What comes over a connection, byte for byte: Boost.Beast reads it with the service's limits, and
// the service judges it, request after request, as server.cpp does. The first byte says how many of
// the others come at a time. What is understood does not depend on that, nothing is answered but by
// a refusal or after every limit was kept, and nothing passes the door of TCP without the token.
#include <algorithm>
#include <boost/beast/core/flat_buffer.hpp>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "generator/http/request_reading.hpp"
#include "tests/fuzz/connection.hpp"

namespace {

using namespace dgx::http;

const dgx::protocol::Limits kLimits;

void require(bool holds) {
  if (!holds) std::abort();
}

/// A socket from which so many bytes can be read at a time.
class Bytes {
 public:
  Bytes(std::string_view bytes, std::size_t piece) : rest_(bytes), piece_(piece) {}

  [[nodiscard]] bool at_end() const { return rest_.empty(); }

  template <typename Buffers>
  std::size_t read_some(const Buffers& buffers, error_code& error) {
    error = at_end() ? error_code(net::error::eof) : error_code();
    const std::string_view piece = rest_.substr(0, piece_);
    const std::size_t count = net::buffer_copy(buffers, net::buffer(piece.data(), piece.size()));
    rest_.remove_prefix(count);
    return count;
  }
  template <typename Buffers>
  std::size_t read_some(const Buffers& buffers) {
    error_code error;
    const std::size_t count = read_some(buffers, error);
    if (error) throw boost::system::system_error(error);
    return count;
  }

 private:
  std::string_view rest_;
  std::size_t piece_;
};

void expect_refusal(const Answer& answer) {
  require(answer.status >= 400 && answer.status < 500 && !answer.body.empty());
}

/// What was understood of one request; nothing where it was the last one.
std::optional<std::string> hear_one(Bytes& bytes, beast::flat_buffer& buffer, TcpGate* gate,
                                    bool& goes_on) {
  Parser parser;
  parser.header_limit(static_cast<std::uint32_t>(kLimits.header_bytes));
  parser.body_limit(kLimits.body_bytes);
  error_code error;
  wire::read_header(bytes, buffer, parser, error);
  if (error) {
    if (const auto refused = unreadable(error)) expect_refusal(*refused);
    return std::nullopt;
  }
  auto routed = judge_header(parser, kLimits, gate);
  if (const auto* refused = std::get_if<Answer>(&routed)) {
    expect_refusal(*refused);
    return std::nullopt;
  }
  wire::read(bytes, buffer, parser, error);
  if (error) {
    if (const auto refused = unreadable(error)) expect_refusal(*refused);
    return std::nullopt;
  }
  goes_on = parser.get().keep_alive();
  const Call& call = std::get<Call>(routed);
  const std::string& body = parser.get().body();
  require(parser.get().target().size() <= kLimits.target_bytes);
  require(body.size() <= kLimits.body_bytes);
  const std::string line = line_of(parser, call);
  require(line.find('?') == std::string::npos);
  require(call.id != CallId::kFile || line.ends_with("/api/v1/files/{name}"));
  return line + '\n' + call.parameter + '\n' + call.range.value_or("") + '\n' + body;
}

std::vector<std::string> hear(std::string_view text, std::size_t piece, TcpGate* gate) {
  std::vector<std::string> heard;
  Bytes bytes(text, piece);
  beast::flat_buffer buffer(kLimits.header_bytes + kLimits.body_bytes);
  for (bool goes_on = true; goes_on && (buffer.size() > 0 || !bytes.at_end());) {
    goes_on = false;
    if (auto one = hear_one(bytes, buffer, gate, goes_on)) heard.push_back(*std::move(one));
  }
  return heard;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data + 1), size - 1);
  const auto heard = hear(text, text.size(), nullptr);
  require(heard == hear(text, std::size_t{data[0]} + 1, nullptr));

  TcpGate gate(dgx::fuzz::kPort, std::string(dgx::fuzz::kToken), kLimits.changes_per_minute);
  const auto let_in = hear(text, text.size(), &gate);
  require(let_in.empty() || text.find(dgx::fuzz::kToken) != std::string_view::npos);
  require(let_in.size() <= heard.size() && std::equal(let_in.begin(), let_in.end(), heard.begin()));
  return 0;
}
