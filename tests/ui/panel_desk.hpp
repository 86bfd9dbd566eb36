// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/eventfd.h>

#include <chrono>
#include <functional>
#include <memory>
#include <utility>

#include "generator/base/socket_io.hpp"
#include "generator/base/unique_fd.hpp"
#include "ui/model/panel_model.hpp"
#include "ui/poller/generator_poller.hpp"

namespace dgx::test {

/// A poller with a model before it, as a panel has them, and a way to wait for what comes.
class PanelDesk {
 public:
  explicit PanelDesk(ui::PollerOptions options) {
    options.wake = [this] { ::eventfd_write(woken_.get(), 1); };
    poller_ = std::make_unique<ui::GeneratorPoller>(std::move(options));
  }

  ui::PanelModel model{};
  std::function<void()> draw = [] {};  ///< Called with each look at the news

  /// Lets the news in until `done` holds; false after a minute.
  template <typename Done>
  bool wait_until(const Done& done) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::minutes(1);
    for (;;) {
      post_intents();
      for (const ui::Update& update : poller_->take_updates()) model.apply(update);
      draw();
      post_intents();
      if (done()) return true;
      const auto ready = wait_readable(woken_.get(), -1, deadline);
      if (!ready || *ready != Readiness::kReadable) return false;
      eventfd_t count = 0;
      ::eventfd_read(woken_.get(), &count);
    }
  }

 private:
  void post_intents() {
    for (ui::Intent& intent : model.take_intents()) poller_->post(std::move(intent));
  }

  UniqueFd woken_{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
  std::unique_ptr<ui::GeneratorPoller> poller_{};
};

}  // namespace dgx::test
