// SPDX-License-Identifier: Apache-2.0
#include "generator/app/interrupts.hpp"

#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>

#include "generator/base/socket_io.hpp"

namespace dgx::app {
namespace {

sigset_t stopping_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&signals, signal);
  return signals;
}

constexpr int kShellInterrupted = 130;

}  // namespace

Interrupts::Interrupts() {
  const sigset_t signals = stopping_signals();
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  signals_.reset(::signalfd(-1, &signals, SFD_CLOEXEC));
  leave_.reset(::eventfd(0, EFD_CLOEXEC));
  watcher_ = std::thread([this] { watch(); });
}

Interrupts::~Interrupts() {
  ::eventfd_write(leave_.get(), 1);
  watcher_.join();
  const sigset_t signals = stopping_signals();
  ::pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
}

void Interrupts::watch() {
  for (;;) {
    const Deadline never = std::chrono::steady_clock::now() + std::chrono::hours(24);
    const auto ready = wait_readable(signals_.get(), leave_.get(), never);
    if (!ready || *ready == Readiness::kInterrupted) return;
    if (*ready == Readiness::kTimeout) continue;
    signalfd_siginfo signal{};
    if (::read(signals_.get(), &signal, sizeof signal) < 0) return;
    if (!source_.request_stop()) std::_Exit(kShellInterrupted);
  }
}

}  // namespace dgx::app
