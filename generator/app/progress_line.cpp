// SPDX-License-Identifier: Apache-2.0
#include "generator/app/progress_line.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstring>

#include "generator/app/report.hpp"
#include "generator/base/utf8.hpp"

namespace dgx::app {
namespace {

constexpr int kWidestBar = 40;

// A bar of eighths, so that it grows smoothly: U+2588 full block to U+258F one eighth.
std::string bar(double fraction, int width) {
  constexpr std::array<const char*, 8> kEighths = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  const int eighths = static_cast<int>(std::lround(fraction * width * 8));
  std::string text;
  for (int i = 0; i < eighths / 8; ++i) text += "█";
  text += kEighths[static_cast<std::size_t>(eighths % 8)];
  const int used = eighths / 8 + (eighths % 8 != 0 ? 1 : 0);
  for (int i = used; i < width; ++i) text += "░";
  return text;
}

std::string time_left(const protocol::Progress& progress) {
  if (!progress.eta_seconds) return "";
  std::array<char, 32> text{};
  const double seconds = *progress.eta_seconds;
  if (seconds < 10) {
    std::snprintf(text.data(), text.size(), "%.1f s left", seconds);
  } else if (seconds < 60) {
    std::snprintf(text.data(), text.size(), "%.0f s left", seconds);
  } else {
    const int minutes = static_cast<int>(seconds) / 60;
    std::snprintf(text.data(), text.size(), "%d min %02d s left", minutes,
                  static_cast<int>(seconds) % 60);
  }
  return text.data();
}

int percent_of(double fraction) {
  return static_cast<int>(std::lround(std::clamp(fraction, 0.0, 1.0) * 100));
}

}  // namespace

std::string phase_text(protocol::Phase phase) {
  switch (phase) {
    case protocol::Phase::kQueued:
      return "waiting";
    case protocol::Phase::kLoading:
      return "loading the model";
    case protocol::Phase::kEncoding:
      return "reading the prompt";
    case protocol::Phase::kGenerating:
      return "generating";
    case protocol::Phase::kDecoding:
      return "decoding";
    case protocol::Phase::kFitting:
      return "fitting to bars";
    case protocol::Phase::kFinishing:
      return "finishing the file";
  }
  return "";
}

std::string step_words(const JobStep& step) {
  return step.waits ? escaped_for_terminal(*step.waits) : phase_text(step.progress.phase);
}

std::string progress_text(const JobStep& step, int columns) {
  if (step.waits) return cut_to(step_words(step), static_cast<std::size_t>(columns - 1));
  constexpr int kTextColumns = 45;  // Phase, percent and time left with their blanks.
  constexpr int kSmallestBar = 5;
  const int width = std::min(columns - kTextColumns, kWidestBar);
  std::array<char, 64> head{};
  std::snprintf(head.data(), head.size(), "%-18s ", phase_text(step.progress.phase).c_str());
  std::array<char, 16> percent{};
  std::snprintf(percent.data(), percent.size(), " %3d %%  ", percent_of(step.fraction));
  // A line that wraps could not be drawn over: where there is no room there is no bar.
  const std::string drawn =
      width < kSmallestBar ? "" : bar(std::clamp(step.fraction, 0.0, 1.0), width);
  const std::string left = time_left(step.progress);
  const bool fits = std::strlen(head.data()) + std::strlen(percent.data()) + left.size() <
                    static_cast<std::size_t>(columns);
  return head.data() + drawn + percent.data() + (fits ? left : "");
}

void ProgressLine::show(const JobStep& step) {
  const int percent = percent_of(step.fraction);
  const std::string words = step_words(step);
  const bool new_words = last_words_ != words;
  if (!new_words && percent == last_percent_) return;
  last_percent_ = percent;
  last_words_ = words;
  if (!terminal_.interactive) {
    if (new_words) print_line(STDERR_FILENO, words);
    return;
  }
  line_.show(styled(terminal_, Style::kAccent, progress_text(step, terminal_.columns)));
}

}  // namespace dgx::app
