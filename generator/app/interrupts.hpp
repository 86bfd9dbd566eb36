// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <stop_token>
#include <thread>

#include "generator/base/unique_fd.hpp"

namespace dgx::app {

/// Turns Ctrl-C, SIGTERM and a closed terminal into a stop token, so that a job ends in order. A
/// second Ctrl-C ends the program at once.
/// Threads: made on the main thread before any other starts; the token may be used on all.
class Interrupts {
 public:
  Interrupts();
  ~Interrupts();
  Interrupts(const Interrupts&) = delete;
  Interrupts& operator=(const Interrupts&) = delete;

  [[nodiscard]] std::stop_token token() const { return source_.get_token(); }

 private:
  void watch();

  std::stop_source source_{};
  UniqueFd signals_{};
  UniqueFd leave_{};
  std::thread watcher_{};
};

}  // namespace dgx::app
