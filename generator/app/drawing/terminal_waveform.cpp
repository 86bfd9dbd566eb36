// SPDX-License-Identifier: Apache-2.0
#include "generator/app/drawing/terminal_waveform.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdio>

#include "generator/app/drawing/terminal_plots.hpp"
#include "generator/app/drawing/time_marks.hpp"
#include "generator/audio/waveform_peaks.hpp"
#include "generator/base/utf8.hpp"

namespace dgx::app {
namespace {

constexpr int kRulerColor = 244;

double peak_of(const PeakColumn& column) {
  return std::max(std::abs(static_cast<double>(column.min)),
                  std::abs(static_cast<double>(column.max)));
}

/// Shares of the height. A dozen lines are few, so the loudest moment fills them; what is 20 dB
/// down or more stays visibly small.
std::vector<Reach> reaches_of(const AudioClip& clip, int columns) {
  constexpr double kMostZoom = 10.0;
  const std::vector<PeakColumn> columns_of_clip = peaks(clip, columns);
  double loudest = 0.0;
  for (const PeakColumn& column : columns_of_clip) loudest = std::max(loudest, peak_of(column));
  const double zoom = std::min(kMostZoom, 1.0 / std::max(1e-9, loudest));
  std::vector<Reach> reaches;
  for (const PeakColumn& column : columns_of_clip) {
    reaches.push_back({zoom * peak_of(column), zoom * static_cast<double>(column.rms)});
  }
  return reaches;
}

/// The whole length, for the right end of the ruler.
std::string length_label(double duration_seconds) {
  std::array<char, 32> text{};
  const auto tenths = std::lround(duration_seconds * 10.0);
  if (tenths >= 600) {
    std::snprintf(text.data(), text.size(), "%ld:%02ld", tenths / 600, tenths % 600 / 10);
  } else {
    std::snprintf(text.data(), text.size(), "%.1f s", duration_seconds);
  }
  return text.data();
}

/// "╵0 s       ╵2 s    3.4 s": a tick stands where its time is; the length closes the line.
std::string ruler_line(double duration_seconds, int columns, bool color) {
  constexpr int kColumnsForAMark = 12;
  std::u32string line(static_cast<std::size_t>(columns), U' ');
  const std::string end = length_label(duration_seconds);
  for (const TimeMark& mark : time_marks(duration_seconds, columns / kColumnsForAMark)) {
    const double position = duration_seconds > 0 ? mark.seconds / duration_seconds : 0.0;
    const auto at = static_cast<std::size_t>(position * columns);
    if (at + mark.label.size() + 1 + end.size() >= line.size()) continue;
    line[at] = U'╵';
    std::copy(mark.label.begin(), mark.label.end(),
              line.begin() + static_cast<std::ptrdiff_t>(at) + 1);
  }
  std::copy(end.begin(), end.end(), line.end() - static_cast<std::ptrdiff_t>(end.size()));
  std::string text = color ? "\x1b[38;5;" + std::to_string(kRulerColor) + "m" : std::string();
  for (const char32_t character : line) append_utf8(text, character);
  return color ? text + "\x1b[0m" : text;
}

}  // namespace

std::vector<std::string> draw_waveform(const AudioClip& clip, int columns, int rows, bool color) {
  columns = std::max(columns, 16);
  const int plot_rows = std::max(rows, 3) - 1;
  std::vector<std::string> lines;
  if (color) {
    lines = block_plot(reaches_of(clip, columns), plot_rows - plot_rows % 2);
    if (plot_rows % 2 == 1) lines.emplace_back();
  } else {
    lines = braille_plot(reaches_of(clip, 2 * columns), plot_rows);
  }
  lines.push_back(ruler_line(clip.duration_seconds(), columns, color));
  return lines;
}

}  // namespace dgx::app
