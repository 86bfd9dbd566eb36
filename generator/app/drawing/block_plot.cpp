// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>

#include "generator/app/drawing/color.hpp"
#include "generator/app/drawing/terminal_plots.hpp"
#include "generator/base/utf8.hpp"

namespace dgx::app {
namespace {

constexpr long kSteps = 8;  // Of one block character

constexpr const char* kForeground = "38";
constexpr const char* kBackground = "48";
constexpr const char* kReverse = "\x1b[7m";
constexpr const char* kReset = "\x1b[0m";

std::string escape(const char* ground, Rgb color) {
  return std::string("\x1b[") + ground + ";2;" + std::to_string(color.red) + ";" +
         std::to_string(color.green) + ";" + std::to_string(color.blue) + "m";
}

struct Tones {
  Rgb body;
  Rgb peak;
};

Tones tones_at(double position) {
  const Rgb color = waveform_color(position);
  return {mix(color, palette::kText, 0.25), mix(color, palette::kBackground, 0.42)};
}

using Tone = std::optional<Rgb>;  // Nothing is the terminal's own background.

/// What one cell holds: `above` steps of the upper colour over kSteps - above of the lower one.
struct Cell {
  long above = 0;
  Tone upper{};
  Tone lower{};
};

/// A cell of the upper half, `base` steps above the middle line. At most two of background, peak
/// and body fit into a cell: where all three meet, the body is kept.
Cell upper_cell(long base, long peak, long rms, const Tones& tones) {
  const long rms_here = std::clamp(rms - base, 0L, kSteps);
  const long peak_here = std::clamp(peak - base, 0L, kSteps);
  if (rms_here == kSteps) return {0, tones.body, tones.body};
  if (peak_here == kSteps) {
    return {kSteps - rms_here, tones.peak, rms_here > 0 ? tones.body : tones.peak};
  }
  if (rms_here > 0) return {kSteps - rms_here, std::nullopt, tones.body};
  return {kSteps - peak_here, std::nullopt, tones.peak};
}

Cell mirrored(const Cell& cell) {
  return {kSteps - cell.above, cell.lower, cell.upper};
}

/// Lower blocks grow from the bottom only. What has to hang from the top is drawn as the block
/// below it with the colours swapped; against the terminal's own background that is reverse video.
std::string cell_text(const Cell& cell) {
  const long below = kSteps - cell.above;
  if (below == kSteps || below == 0 || cell.upper == cell.lower) {
    const Tone& tone = below == 0 ? cell.upper : cell.lower;
    return tone ? escape(kForeground, *tone) + "\u2588" : " ";
  }
  std::string block;
  append_utf8(block, U'\u2580' + static_cast<char32_t>(below));  // Lower one eighth is U+2581
  if (!cell.upper) return escape(kForeground, *cell.lower) + block;
  if (!cell.lower) return escape(kForeground, *cell.upper) + kReverse + block + kReset;
  return escape(kForeground, *cell.lower) + escape(kBackground, *cell.upper) + block + kReset;
}

long steps(double share, int rows) {
  const long half = rows * kSteps / 2;
  return std::clamp(std::lround(share * static_cast<double>(half)), 0L, half);
}

}  // namespace

std::vector<std::string> block_plot(const std::vector<Reach>& reaches, int rows) {
  std::vector<std::string> lines;
  for (int row = 0; row < rows; ++row) {
    std::string line;
    const bool upper = row < rows / 2;
    const long base = kSteps * (upper ? rows / 2 - 1 - row : row - rows / 2);
    for (std::size_t column = 0; column < reaches.size(); ++column) {
      const double position = static_cast<double>(column) / static_cast<double>(reaches.size());
      const long rms = steps(reaches[column].rms, rows);
      // At least the line in the middle, so that silence is seen as sound at rest.
      const long peak = std::max({1L, rms, steps(reaches[column].peak, rows)});
      const Cell cell = upper_cell(base, peak, rms, tones_at(position));
      line += cell_text(upper ? cell : mirrored(cell));
    }
    lines.push_back(line + kReset);
  }
  return lines;
}

}  // namespace dgx::app
