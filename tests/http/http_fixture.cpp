// SPDX-License-Identifier: Apache-2.0
#include "tests/http/http_fixture.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <array>
#include <cstring>
#include <thread>

#include "generator/http/listener.hpp"
#include "generator/http/server.hpp"
#include "tests/support/catch.hpp"

namespace dgx::test {
namespace {

using namespace std::chrono_literals;
using history::OpenMode;
constexpr int kPatienceMs = 30'000;

history::HistoryStore open_store(const std::filesystem::path& data, OpenMode mode,
                                 std::chrono::milliseconds waits) {
  auto store = history::HistoryStore::open(data / "history.db", mode, {waits});
  REQUIRE_OK(store);
  return *std::move(store);
}

jobs::SchedulerOptions scheduler_options(const std::filesystem::path& data,
                                         const std::string& device) {
  jobs::SchedulerOptions options;
  options.jobs.output = {data, {}};
  options.back_off = {1ms, 1ms};
  options.gpu_hold.on = device != "cpu";
  return options;
}

}  // namespace

RawConnection::RawConnection(const std::filesystem::path& path)
    : socket_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
  const auto* generic = reinterpret_cast<const sockaddr*>(&address);
  REQUIRE(::connect(socket_.get(), generic, sizeof address) == 0);
}

// Whoever is turned away may be so before he has sent all: what comes back tells.
void RawConnection::send(const std::string& bytes) const {
  [[maybe_unused]] const auto sent =
      ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
}

std::size_t RawConnection::send_what_fits(const std::string& bytes) const {
  const auto sent = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  return sent < 0 ? 0 : static_cast<std::size_t>(sent);
}

bool RawConnection::receive() {
  pollfd readable{socket_.get(), POLLIN, 0};
  if (::poll(&readable, 1, kPatienceMs) != 1) FAIL("nothing came, and no end: " << received_);
  std::array<char, 65536> bytes{};
  const ssize_t count = ::recv(socket_.get(), bytes.data(), bytes.size(), 0);
  if (count > 0) received_.append(bytes.data(), static_cast<std::size_t>(count));
  return count > 0;
}

std::string RawConnection::read_all() {
  while (receive()) {
  }
  return received_;
}

bool RawConnection::read_until(const std::string& text) {
  while (received_.find(text) == std::string::npos) {
    if (!receive()) return false;
  }
  return true;
}

HttpReply parse_reply(const std::string& bytes) {
  HttpReply reply;
  const std::size_t end = bytes.find("\r\n\r\n");
  if (!bytes.starts_with("HTTP/1.1 ") || end == std::string::npos) return reply;
  reply.status = std::stoi(bytes.substr(9, 3));
  reply.head = bytes.substr(0, end);
  reply.body = bytes.substr(end + 4);
  return reply;
}

struct TestService::Parts {
  Parts(const std::filesystem::path& data, const std::string& device)
      : runner_store(open_store(data, OpenMode::kReadWrite, 5000ms)),
        writer_store(open_store(data, OpenMode::kReadWrite, 200ms)),
        reader_store(open_store(data, OpenMode::kReadOnly, 200ms)),
        file_store(open_store(data, OpenMode::kReadOnly, 200ms)),
        renderer({DGX_BINARY_DIR "/bin/dgx-fake-engine", {"--device", device}}),
        adviser({DGX_BINARY_DIR "/bin/dgx-fake-engine", {"--device", device}}),
        scheduler(runner_store, renderer, scheduler_options(data, device),
                  [this] { server->notify(); }),
        writer(writer_store, adviser, scheduler, scheduler_options(data, device).jobs),
        insertions(writer_store, {data.parent_path() / "run" / "ardour"}),
        reader(reader_store, scheduler),
        file_reader(file_store, scheduler) {}

  history::HistoryStore runner_store;
  history::HistoryStore writer_store;
  history::HistoryStore reader_store;
  history::HistoryStore file_store;
  jobs::EngineSupervisor renderer;
  jobs::EngineSupervisor adviser;
  jobs::Scheduler scheduler;
  jobs::JobWriter writer;
  jobs::InsertionDesk insertions;
  jobs::JobReader reader;
  jobs::JobReader file_reader;
  std::unique_ptr<http::Server> server{};
  std::thread io{};
  std::thread runner{};
};

TestService::TestService(const protocol::Limits& limits, bool with_runner,
                         std::optional<std::chrono::milliseconds> idle_exit,
                         const std::string& device) {
  std::filesystem::create_directory(data());
  parts_ = std::make_unique<Parts>(data(), device);
  auto listening = http::listen_on_socket(folder_ / "run", "api.sock");
  REQUIRE_OK(listening);
  http::ServerOptions options;
  options.limits = limits;
  options.unix_socket = *std::move(listening);
  options.idle_exit = idle_exit;
  Parts& parts = *parts_;
  parts.server = std::make_unique<http::Server>(
      std::move(options), http::ServiceParts{parts.reader, parts.writer, parts.file_reader,
                                             parts.scheduler, parts.insertions, data(), "test"});
  parts.io = std::thread([&parts] { parts.server->run(); });
  if (with_runner) parts.runner = std::thread([&parts] { parts.scheduler.work(); });
}

TestService::~TestService() {
  parts_->server->stop();
  if (parts_->io.joinable()) parts_->io.join();
  parts_->scheduler.shut_down();
  if (parts_->runner.joinable()) parts_->runner.join();
}

void TestService::wait_for_exit() {
  parts_->io.join();
}

HttpReply TestService::call(const std::string& method, const std::string& target,
                            const std::string& body, const std::string& headers) const {
  RawConnection connection(socket());
  std::string text = method + " " + target + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n";
  if (!body.empty()) text += "Content-Type: application/json\r\n";
  text += "Content-Length: " + std::to_string(body.size()) + "\r\n" + headers + "\r\n";
  connection.send(text + body);
  return parse_reply(connection.read_all());
}

std::string TestService::completed_job(const std::string& prompt) const {
  const auto accepted =
      call("POST", "/api/v1/generate", R"({"duration":1,"prompt":")" + prompt + "\"}");
  INFO(accepted.body);
  REQUIRE(accepted.status == 202);
  const std::string id = text_field(accepted.body, "job_id");
  const auto events = call("GET", "/api/v1/jobs/" + id + "/events");
  REQUIRE(events.body.find("event: completed") != std::string::npos);
  return id;
}

std::string text_field(const std::string& json, const std::string& name) {
  const std::string start = "\"" + name + "\":\"";
  const std::size_t begin = json.find(start);
  INFO(json);
  REQUIRE(begin != std::string::npos);
  const std::size_t from = begin + start.size();
  return json.substr(from, json.find('"', from) - from);
}

}  // namespace dgx::test
