// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "generator/base/unique_fd.hpp"
#include "generator/protocol/endpoint.hpp"
#include "tests/support/temp_dir.hpp"

namespace dgx::test {

struct HttpReply {
  int status = 0;
  std::string head{};
  std::string body{};
};

/// A connection to a Unix socket, used byte by byte.
class RawConnection {
 public:
  explicit RawConnection(const std::filesystem::path& socket);
  void send(const std::string& bytes) const;
  /// Sends without waiting; gives the number of bytes that were taken.
  [[nodiscard]] std::size_t send_what_fits(const std::string& bytes) const;
  /// Reads until the other side closes; fails the test after half a minute.
  [[nodiscard]] std::string read_all();
  /// Reads until `text` has come; false where the connection ended before.
  bool read_until(const std::string& text);
  [[nodiscard]] const std::string& received() const { return received_; }

 private:
  bool receive();

  UniqueFd socket_;
  std::string received_{};
};

HttpReply parse_reply(const std::string& bytes);

/// A whole service in this process, around the engine of tests/fake_engine, which says that it
/// computes on `device`. Where that is a card, it is kept free while a host plays.
class TestService {
 public:
  explicit TestService(const protocol::Limits& limits = {}, bool with_runner = true,
                       std::optional<std::chrono::milliseconds> idle_exit = {},
                       const std::string& device = "cpu");
  ~TestService();
  TestService(const TestService&) = delete;
  TestService& operator=(const TestService&) = delete;

  [[nodiscard]] std::filesystem::path socket() const { return folder_ / "run" / "api.sock"; }
  [[nodiscard]] std::filesystem::path data() const { return folder_ / "data"; }
  [[nodiscard]] HttpReply call(const std::string& method, const std::string& target,
                               const std::string& body = {}, const std::string& headers = {}) const;
  /// Submits and waits on the job's event stream until it has completed; gives the job's id.
  std::string completed_job(const std::string& prompt) const;
  void wait_for_exit();

 private:
  TempDir folder_{};
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

/// The text after `"name":"` up to the next quotation mark.
std::string text_field(const std::string& json, const std::string& name);

}  // namespace dgx::test
