// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <thread>
#include <vector>

#include "generator/base/unique_fd.hpp"

namespace dgx::test {

/// How a service can be none.
enum class Sickness : std::uint8_t {
  kAbsent,  ///< Nobody listens
  kHangs,   ///< It takes connections and says nothing
  kResets,  ///< It ends each connection at the first byte
  kDrips,   ///< A byte of a right answer each second
  kFloods   ///< A line that does not end within 1 GB
};

/// Listens where the service should, on a thread of its own.
class SickService {
 public:
  SickService(Sickness sickness, const std::filesystem::path& socket);
  ~SickService();
  SickService(const SickService&) = delete;
  SickService& operator=(const SickService&) = delete;

 private:
  struct Connection {
    UniqueFd socket;
    std::size_t sent = 0;
  };

  void listen_at(const std::filesystem::path& socket);
  void run();
  void accept_one();
  void serve(Connection& connection) const;

  Sickness sickness_;
  UniqueFd end_;
  UniqueFd listener_{};
  std::vector<Connection> connections_{};
  std::jthread thread_{};
};

}  // namespace dgx::test
