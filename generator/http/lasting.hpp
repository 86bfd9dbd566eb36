// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/io_context.hpp>
#include <memory>
#include <utility>

#include "generator/http/asio.hpp"

namespace dgx::http {

/// Belongs to a coroutine that others rely on, and says whether there is one. Boost.Asio ends a
/// coroutine that finds no memory to wait, and tells nobody: this leads `context` out of its run,
/// after which the server begins again what has ended. Threads: the one that runs `context`.
class Lasting {
 public:
  Lasting(net::io_context& context, std::shared_ptr<bool> runs)
      : context_(context), runs_(std::move(runs)) {
    *runs_ = true;
  }
  Lasting(Lasting&& other) noexcept = default;
  Lasting& operator=(Lasting&&) = delete;
  ~Lasting() {
    if (!runs_) return;
    *runs_ = false;
    context_.stop();
  }

  /// The coroutine came to its own end.
  void end() { *std::exchange(runs_, nullptr) = false; }

 private:
  net::io_context& context_;
  std::shared_ptr<bool> runs_;
};

}  // namespace dgx::http
