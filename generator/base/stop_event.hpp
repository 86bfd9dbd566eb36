// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/eventfd.h>

#include <stop_token>

#include "generator/base/unique_fd.hpp"

namespace dgx {

/// A descriptor that becomes readable when a stop token is triggered, so that poll() can wait for
/// it beside sockets. Owns the descriptor.
class StopEvent {
 public:
  explicit StopEvent(const std::stop_token& stop)
      : event_(::eventfd(0, EFD_CLOEXEC)), callback_(stop, Raise{event_.get()}) {}

  [[nodiscard]] int fd() const { return event_.get(); }

 private:
  struct Raise {
    int fd;
    void operator()() const { ::eventfd_write(fd, 1); }
  };
  UniqueFd event_;
  std::stop_callback<Raise> callback_;
};

}  // namespace dgx
