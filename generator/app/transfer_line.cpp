// SPDX-License-Identifier: Apache-2.0
#include "generator/app/transfer_line.hpp"

#include <unistd.h>

#include "generator/app/report.hpp"
#include "generator/base/utf8.hpp"
#include "generator/model/store/byte_text.hpp"

namespace dgx::app {
namespace {

constexpr std::chrono::milliseconds kBetweenDraws{100};

std::string phase_words(model::TransferProgress::Phase phase) {
  switch (phase) {
    case model::TransferProgress::Phase::kFetching:
      return "fetching ";
    case model::TransferProgress::Phase::kCopying:
      return "copying ";
    case model::TransferProgress::Phase::kChecking:
      return "checking ";
  }
  return "";
}

}  // namespace

std::string transfer_text(const model::TransferProgress& progress, int columns) {
  const std::uint64_t percent =
      progress.total_bytes == 0 ? 100 : progress.done_bytes * 100 / progress.total_bytes;
  const std::string text = phase_words(progress.phase) + escaped_for_terminal(progress.file) +
                           "  " + model::byte_text(progress.done_bytes) + " of " +
                           model::byte_text(progress.total_bytes) + "  " + std::to_string(percent) +
                           " %";
  return cut_to(text, static_cast<std::size_t>(columns > 1 ? columns - 1 : 1));
}

void TransferLine::show(const model::TransferProgress& progress) {
  const bool new_file = progress.file != last_file_ || progress.phase != last_phase_;
  if (!terminal_.interactive) {
    if (new_file) {
      print_line(STDERR_FILENO, phase_words(progress.phase) + escaped_for_terminal(progress.file));
    }
  } else {
    const auto now = std::chrono::steady_clock::now();
    const bool complete = progress.done_bytes == progress.total_bytes;
    if (!new_file && !complete && now - last_drawn_ < kBetweenDraws) return;
    line_.show(transfer_text(progress, terminal_.columns));
    last_drawn_ = now;
  }
  last_file_ = progress.file;
  last_phase_ = progress.phase;
}

}  // namespace dgx::app
