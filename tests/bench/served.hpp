// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "generator/base/unique_fd.hpp"

// A service as a program of its own, in a home folder that is gone at the end, and callers of it.
namespace dgx::bench {

using Clock = std::chrono::steady_clock;

double milliseconds_since(Clock::time_point start);

struct Reply {
  int status = 0;
  std::string body{};
  double milliseconds = 0;  ///< From the connect to the last byte
};

/// `dgx-music serve` around the engine of tests/fake_engine; both lie beside this program.
class Served {
 public:
  Served();
  ~Served();
  Served(const Served&) = delete;
  Served& operator=(const Served&) = delete;

  /// Runs the program, and waits until it has answered; gives the milliseconds that took.
  double start();
  /// Asks it to leave, and waits for its end.
  void stop();

  /// One call over a connection of its own. Ends the benchmark where there is no answer.
  [[nodiscard]] Reply call(const std::string& method, const std::string& target,
                           const std::string& body = {}) const;
  /// Puts a request into the queue; gives the job's id.
  [[nodiscard]] std::string submit(const std::string& prompt) const;

  [[nodiscard]] std::filesystem::path folder() const { return folder_; }
  [[nodiscard]] std::filesystem::path socket() const { return folder_ / "run/dgx-music/api.sock"; }
  [[nodiscard]] pid_t pid() const { return pid_; }
  /// In KiB, by /proc/PID/status: "VmRSS", "RssAnon".
  [[nodiscard]] std::int64_t memory(const std::string& kind) const;
  /// The engines that it has started.
  [[nodiscard]] std::vector<pid_t> engines() const;

 private:
  std::filesystem::path folder_;
  pid_t pid_ = -1;
};

/// Reads one event stream, waiting for what it wants to know.
class Listener {
 public:
  Listener(const Served& service, const std::string& job_id);
  /// Reads on until `text` comes.
  void wait_for(const std::string& text);

 private:
  UniqueFd socket_;
  std::string unread_{};
};

/// Many event streams, read by a thread of its own.
class Crowd {
 public:
  Crowd(const Served& service, int listeners);
  ~Crowd();
  Crowd(const Crowd&) = delete;
  Crowd& operator=(const Crowd&) = delete;

  [[nodiscard]] std::int64_t bytes() const { return bytes_; }
  /// Streams that ended before they should.
  [[nodiscard]] int lost() const { return lost_; }

 private:
  void read_all();

  UniqueFd epoll_;
  UniqueFd end_;
  std::vector<UniqueFd> sockets_{};
  std::atomic<std::int64_t> bytes_{0};
  std::atomic<int> lost_{0};
  std::thread reader_{};
};

}  // namespace dgx::bench
