// SPDX-License-Identifier: Apache-2.0
#include "generator/http/answer_writing.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/write.hpp>
#include <string>
#include <string_view>
#include <utility>

#include "generator/http/request_reading.hpp"

namespace dgx::http {
namespace {

constexpr std::size_t kFileChunk = std::size_t{1} << 16;

}  // namespace

void AnswerWriter::turn_away(int fd, const Answer& answer) {
  std::string text =
      "HTTP/1.1 " + std::to_string(answer.status) + " " +
      std::string(view_of(wire::obsolete_reason(static_cast<wire::status>(answer.status)))) +
      "\r\nContent-Type: application/json\r\nConnection: close\r\n";
  for (const auto& [name, value] : answer.headers) text += name + ": " + value + "\r\n";
  text += "Content-Length: " + std::to_string(answer.body.size()) + "\r\n\r\n" + answer.body;
  ::send(fd, text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  ++counters_.answers[static_cast<std::size_t>(answer.status / 100)];
}

void AnswerWriter::tell_no_memory(int fd) {
  constexpr std::string_view kAnswer =
      "HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\nRetry-After: 1\r\n"
      "Connection: close\r\nContent-Length: 83\r\n\r\n"
      R"({"error":{"code":"out_of_memory","message":"the service has no memory right now"}})"
      "\n";
  ::send(fd, kAnswer.data(), kAnswer.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  ++counters_.answers[5];
}

Awaitable<bool> AnswerWriter::send(Stream& stream, Answer answer, bool keep) {
  ++counters_.answers[static_cast<std::size_t>(answer.status / 100)];
  wire::response<wire::string_body> message;
  message.result(static_cast<unsigned>(answer.status));
  message.set(wire::field::content_type, answer.type);
  message.set(wire::field::cache_control, "no-store");
  for (const auto& [name, value] : answer.headers) message.set(name, value);
  message.keep_alive(keep);
  const auto length =
      answer.file ? answer.file->length : static_cast<std::int64_t>(answer.body.size());
  message.content_length(static_cast<std::uint64_t>(length));
  if (!answer.file) message.body() = std::move(answer.body);
  stream.expires_after(limits_.write);
  wire::response_serializer<wire::string_body> serializer(message);
  if (answer.file) {
    const auto [error, count] = co_await wire::async_write_header(stream, serializer, kAsTuple);
    if (error) co_return false;
    auto file = std::make_shared<const FileBody>(*std::move(answer.file));
    co_return co_await send_file(stream, std::move(file));
  }
  const auto [error, count] = co_await wire::async_write(stream, serializer, kAsTuple);
  co_return !error;
}

Awaitable<bool> AnswerWriter::send_file(Stream& stream, std::shared_ptr<const FileBody> file) {
  const auto chunk = std::make_shared<std::string>(kFileChunk, '\0');
  for (std::int64_t sent = 0; sent < file->length;) {
    const auto wanted = std::min(chunk->size(), static_cast<std::size_t>(file->length - sent));
    auto read = [file, chunk, wanted, sent] {
      return ::pread(file->fd.get(), chunk->data(), wanted, file->begin + sent);
    };
    const auto got = co_await lanes_.on(Lane::kFiles, std::move(read));
    // A file that shrank or cannot be read ends the connection short of its length.
    if (!got || *got <= 0) co_return false;
    stream.expires_after(limits_.write);
    const auto [error, count] = co_await net::async_write(
        stream, net::buffer(chunk->data(), static_cast<std::size_t>(*got)), kAsTuple);
    if (error) co_return false;
    sent += *got;
  }
  co_return true;
}

}  // namespace dgx::http
