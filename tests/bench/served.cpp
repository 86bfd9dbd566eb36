// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/served.hpp"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <fstream>
#include <sstream>

#include "generator/base/ulid.hpp"
#include "tests/bench/history_rows.hpp"

namespace dgx::bench {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

fs::path beside_this_program(const char* name) {
  return fs::read_symlink("/proc/self/exe").parent_path() / name;
}

UniqueFd connect_to(const fs::path& path) {
  UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
  const auto* generic = reinterpret_cast<const sockaddr*>(&address);
  if (::connect(socket.get(), generic, sizeof address) != 0) return {};
  return socket;
}

void send_all(const UniqueFd& socket, const std::string& text) {
  const ssize_t sent = ::send(socket.get(), text.data(), text.size(), MSG_NOSIGNAL);
  expect(sent == static_cast<ssize_t>(text.size()), "the service does not take a request");
}

std::string receive_some(const UniqueFd& socket) {
  std::array<char, 65536> buffer{};
  const ssize_t count = ::recv(socket.get(), buffer.data(), buffer.size(), 0);
  return {buffer.data(), count > 0 ? static_cast<std::size_t>(count) : 0};
}

std::string request_text(const std::string& method, const std::string& target,
                         const std::string& body) {
  std::string text = method + " " + target + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n";
  if (!body.empty()) text += "Content-Type: application/json\r\n";
  return text + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

UniqueFd open_stream(const Served& service, const std::string& target) {
  UniqueFd socket = connect_to(service.socket());
  expect(socket.valid(), "an event stream finds no service");
  send_all(socket, request_text("GET", target, {}));
  return socket;
}

}  // namespace

double milliseconds_since(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

Served::Served() : folder_(fs::temp_directory_path() / ("dgx-bench-" + new_ulid())) {
  fs::create_directories(folder_ / "run");
}

Served::~Served() {
  if (pid_ > 0) stop();
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

double Served::start() {
  std::string program = beside_this_program("dgx-music").string();
  // It leaves by itself where this program came to an early end.
  std::array<std::string, 3> arguments = {"serve", "--idle-exit", "60"};
  std::array<char*, 5> argv = {program.data(), arguments[0].data(), arguments[1].data(),
                               arguments[2].data(), nullptr};
  std::string home = "HOME=" + folder_.string();
  std::string runtime = "XDG_RUNTIME_DIR=" + (folder_ / "run").string();
  std::string engine = "DGX_MUSIC_ENGINE=" + beside_this_program("dgx-fake-engine").string();
  std::array<char*, 4> environment = {home.data(), runtime.data(), engine.data(), nullptr};
  const auto begin = Clock::now();
  const int error =
      ::posix_spawn(&pid_, program.c_str(), nullptr, nullptr, argv.data(), environment.data());
  expect(error == 0, "cannot start " + program);
  while (!connect_to(socket()).valid()) {
    expect(::waitpid(pid_, nullptr, WNOHANG) == 0, "the service ended at once");
    ::usleep(200);
  }
  expect(call("GET", "/health").status == 200, "the service is not healthy");
  return milliseconds_since(begin);
}

void Served::stop() {
  ::kill(pid_, SIGTERM);
  ::waitpid(std::exchange(pid_, -1), nullptr, 0);
}

Reply Served::call(const std::string& method, const std::string& target,
                   const std::string& body) const {
  const auto begin = Clock::now();
  const UniqueFd socket = connect_to(this->socket());
  expect(socket.valid(), "no service listens");
  send_all(socket, request_text(method, target, body));
  std::string text;
  for (std::string part = receive_some(socket); !part.empty(); part = receive_some(socket)) {
    text += part;
  }
  Reply reply;
  reply.milliseconds = milliseconds_since(begin);
  const std::size_t end = text.find("\r\n\r\n");
  expect(text.starts_with("HTTP/1.1 ") && end != std::string::npos, "no answer to " + target);
  reply.status = std::stoi(text.substr(9, 3));
  reply.body = text.substr(end + 4);
  return reply;
}

std::string Served::submit(const std::string& prompt) const {
  const Reply reply =
      call("POST", "/api/v1/generate", R"({"duration":1,"prompt":")" + prompt + "\"}");
  const std::string label = "\"job_id\":\"";
  const std::size_t at = reply.body.find(label);
  expect(reply.status == 202 && at != std::string::npos, "not accepted: " + reply.body);
  return reply.body.substr(at + label.size(), 26);
}

std::int64_t Served::memory(const std::string& kind) const {
  std::ifstream status("/proc/" + std::to_string(pid_) + "/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with(kind + ":")) return std::stoll(line.substr(kind.size() + 1));
  }
  expect(false, "/proc tells no " + kind);
  return 0;
}

std::vector<pid_t> Served::engines() const {
  std::vector<pid_t> children;
  const fs::path tasks = "/proc/" + std::to_string(pid_) + "/task";
  for (const auto& task : fs::directory_iterator(tasks)) {
    std::ifstream file(task.path() / "children");
    for (pid_t child = 0; file >> child;) children.push_back(child);
  }
  return children;
}

Listener::Listener(const Served& service, const std::string& job_id)
    : socket_(open_stream(service, "/api/v1/jobs/" + job_id + "/events")) {}

void Listener::wait_for(const std::string& text) {
  for (std::size_t at = unread_.find(text); at == std::string::npos; at = unread_.find(text)) {
    const std::string part = receive_some(socket_);
    expect(!part.empty(), "the event stream ended without " + text);
    unread_ += part;
  }
  unread_.erase(0, unread_.find(text) + text.size());
}

Crowd::Crowd(const Served& service, int listeners)
    : epoll_(::epoll_create1(EPOLL_CLOEXEC)), end_(::eventfd(0, EFD_CLOEXEC)) {
  const auto watch = [this](int fd) {
    epoll_event wanted{};
    wanted.events = EPOLLIN;
    wanted.data.fd = fd;
    expect(::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &wanted) == 0, "epoll_ctl");
  };
  watch(end_.get());
  for (int i = 0; i < listeners; ++i) {
    UniqueFd socket = open_stream(service, "/api/v1/events");
    expect(receive_some(socket).starts_with("HTTP/1.1 200"), "an event stream is refused");
    watch(socket.get());
    sockets_.push_back(std::move(socket));
  }
  reader_ = std::thread([this] { read_all(); });
}

Crowd::~Crowd() {
  const std::uint64_t one = 1;
  expect(::write(end_.get(), &one, sizeof one) == sizeof one, "eventfd");
  reader_.join();
}

void Crowd::read_all() {
  std::array<epoll_event, 64> ready{};
  std::array<char, 65536> buffer{};
  for (;;) {
    const int count = ::epoll_wait(epoll_.get(), ready.data(), static_cast<int>(ready.size()), -1);
    for (std::size_t i = 0; i < static_cast<std::size_t>(std::max(count, 0)); ++i) {
      const int fd = ready[i].data.fd;
      if (fd == end_.get()) return;
      const ssize_t got = ::recv(fd, buffer.data(), buffer.size(), 0);
      if (got > 0) {
        bytes_ += got;
      } else {
        ++lost_;
        ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, nullptr);
      }
    }
  }
}

}  // namespace dgx::bench
