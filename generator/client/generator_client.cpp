// SPDX-License-Identifier: Apache-2.0
#include "generator/client/generator_client.hpp"

#include <span>
#include <string_view>
#include <utility>

#include "generator/protocol/codec.hpp"

namespace dgx::client {
namespace {

using namespace protocol;

constexpr int kFirstFailure = 400;

std::string percent_encoded(const std::string& text) {
  constexpr std::string_view kPlain =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : text) {
    if (kPlain.find(c) != std::string_view::npos) {
      encoded += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    encoded += '%';
    encoded += kDigits[byte >> 4];
    encoded += kDigits[byte & 15U];
  }
  return encoded;
}

std::string job_path(const std::string& id) {
  return "/api/v1/jobs/" + percent_encoded(id);
}

std::string take_path(const std::string& id) {
  return "/api/v1/takes/" + percent_encoded(id);
}

std::string insertion_path(const std::string& id) {
  return "/api/v1/insertions/" + percent_encoded(id);
}

Error error_in(const HttpAnswer& answer) {
  auto reply = decode_error_reply(answer.body);
  if (reply) return std::move(reply->error);
  return {ErrorCode::kCorrupt, "the service answered with status " + std::to_string(answer.status)};
}

template <typename Message>
Result<Message> decoded(const Result<std::string>& body) {
  return body ? decode<Message>(*body) : Result<Message>(body.error());
}

Result<Take> decoded_take(const Result<std::string>& body) {
  return body ? decode_take(*body) : Result<Take>(body.error());
}

Status send_text(int socket, const std::string& text, Deadline deadline) {
  return send_all(socket, std::as_bytes(std::span(text)), deadline);
}

}  // namespace

Result<std::string> GeneratorClient::call(const std::string& method, const std::string& target,
                                          const std::string& body) const {
  const Deadline deadline = std::chrono::steady_clock::now() + options_.patience;
  const auto socket = connect_to(options_.socket);
  if (!socket) return socket.error();
  // A service that refuses may do so before it has read all; its answer counts.
  const Status sent = send_text(socket->get(), request_text(method, target, body), deadline);
  HttpReader reader(socket->get(), options_.interrupt);
  auto answer = reader.head(deadline);
  if (!answer) return sent ? std::move(answer).error() : sent.error();
  if (Status read = reader.body(*answer, deadline); !read) return std::move(read).error();
  if (answer->status >= kFirstFailure) return error_in(*answer);
  return std::move(answer->body);
}

Result<Health> GeneratorClient::health() const {
  return decoded<Health>(call("GET", "/health"));
}

Result<JobAccepted> GeneratorClient::generate(const GenerationRequest& request,
                                              bool embed_receipt) const {
  const std::string query = embed_receipt ? "" : "?embed=false";
  return decoded<JobAccepted>(call("POST", "/api/v1/generate" + query, encode(request)));
}

Result<BatchAccepted> GeneratorClient::generate_batch(
    const std::vector<GenerationRequest>& requests) const {
  return decoded<BatchAccepted>(call("POST", "/api/v1/generate/batch", encode_batch(requests)));
}

Result<JobView> GeneratorClient::job(const std::string& job_id) const {
  return decoded<JobView>(call("GET", job_path(job_id)));
}

Result<JobView> GeneratorClient::cancel(const std::string& job_id) const {
  return decoded<JobView>(call("DELETE", job_path(job_id)));
}

Result<QueuePage> GeneratorClient::queue(std::optional<JobStatus> status) const {
  const std::string query = status ? "?status=" + std::string(to_string(*status)) : "";
  return decoded<QueuePage>(call("GET", "/api/v1/jobs" + query));
}

Result<HistoryPage> GeneratorClient::history(const HistoryQuestion& question) const {
  std::string target = "/api/v1/history?page=" + std::to_string(question.page) +
                       "&page_size=" + std::to_string(question.page_size);
  if (!question.words.empty()) target += "&q=" + percent_encoded(question.words);
  if (question.favourites_only) target += "&favourite=true";
  const auto body = call("GET", target);
  return body ? decode_history_page(*body) : Result<HistoryPage>(body.error());
}

Result<Take> GeneratorClient::take(const std::string& take_id) const {
  return decoded_take(call("GET", take_path(take_id)));
}

Result<Take> GeneratorClient::change_take(const std::string& take_id,
                                          const TakePatch& patch) const {
  return decoded_take(call("PATCH", take_path(take_id), encode(patch)));
}

Result<Take> GeneratorClient::trash_take(const std::string& take_id) const {
  return decoded_take(call("DELETE", take_path(take_id)));
}

Result<Take> GeneratorClient::restore_take(const std::string& take_id) const {
  return decoded_take(call("POST", take_path(take_id) + "/restore"));
}

Result<DiskUse> GeneratorClient::disk_use(const std::vector<std::string>& keep) const {
  std::string target = "/api/v1/disk-use";
  std::string_view separator = "?keep=";
  for (const std::string& id : keep) {
    target.append(std::exchange(separator, ",")).append(percent_encoded(id));
  }
  return decoded<DiskUse>(call("GET", target));
}

Result<Discarded> GeneratorClient::discard_rejects(const DiscardRequest& request) const {
  return decoded<Discarded>(call("POST", "/api/v1/discard", encode(request)));
}

Result<PeaksMessage> GeneratorClient::peaks(const std::string& take_id, int columns) const {
  return decoded<PeaksMessage>(
      call("GET", take_path(take_id) + "/peaks?columns=" + std::to_string(columns)));
}

Result<ModelList> GeneratorClient::models() const {
  return decoded<ModelList>(call("GET", "/api/v1/models"));
}

Result<TransportView> GeneratorClient::report_transport(const TransportReport& report) const {
  return decoded<TransportView>(call("PUT", "/api/v1/transport", encode(report)));
}

Result<InsertionView> GeneratorClient::insert(const InsertionRequest& request) const {
  return decoded<InsertionView>(call("POST", "/api/v1/insertions", encode(request)));
}

Result<InsertionView> GeneratorClient::insertion(const std::string& insertion_id) const {
  return decoded<InsertionView>(call("GET", insertion_path(insertion_id)));
}

Result<InsertionView> GeneratorClient::cancel_insertion(const std::string& insertion_id) const {
  return decoded<InsertionView>(call("DELETE", insertion_path(insertion_id)));
}

Result<EventReader> GeneratorClient::events(const std::string& job_id,
                                            std::optional<std::int64_t> last_id) const {
  const Deadline deadline = std::chrono::steady_clock::now() + options_.patience;
  auto socket = connect_to(options_.socket);
  if (!socket) return std::move(socket).error();
  const std::string target = job_id.empty() ? "/api/v1/events" : job_path(job_id) + "/events";
  const std::string resume =
      last_id ? "Last-Event-ID: " + std::to_string(*last_id) + "\r\n" : std::string();
  Status sent = send_text(socket->get(), request_text("GET", target, {}, resume), deadline);
  if (!sent) return std::move(sent).error();
  HttpReader reader(socket->get(), options_.interrupt);
  auto answer = reader.head(deadline);
  if (!answer) return std::move(answer).error();
  if (answer->status >= kFirstFailure) {
    if (Status read = reader.body(*answer, deadline); !read) return std::move(read).error();
    return error_in(*answer);
  }
  return EventReader(*std::move(socket), std::move(reader));
}

}  // namespace dgx::client
