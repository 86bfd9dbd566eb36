// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

#include "generator/app/drawing/terminal_plots.hpp"
#include "generator/base/utf8.hpp"

namespace dgx::app {
namespace {

constexpr std::size_t kDotsAcross = 2;  // Of one braille character
constexpr std::size_t kDotsDown = 4;
constexpr char32_t kBrailleBlank = 0x2800;

/// Dots of one braille character by column and row (Unicode, chapter 21.1).
constexpr std::array<std::array<unsigned, kDotsDown>, kDotsAcross> kDotBits{
    {{0x01, 0x02, 0x04, 0x40}, {0x08, 0x10, 0x20, 0x80}}};

/// Half the height of a column in dots: at least the line in the middle, so that silence is seen.
long half_dots(const Reach& reach, int rows) {
  const long half = rows * static_cast<long>(kDotsDown) / 2;
  return std::clamp(std::lround(reach.peak * static_cast<double>(half)), 1L, half);
}

unsigned dots_of(const Reach& reach, std::size_t side, int row, int rows) {
  const long middle = rows * static_cast<long>(kDotsDown) / 2;
  const long height = half_dots(reach, rows);
  unsigned dots = 0;
  for (std::size_t dot = 0; dot < kDotsDown; ++dot) {
    const long y = row * static_cast<long>(kDotsDown) + static_cast<long>(dot);
    if (y >= middle - height && y < middle + height) dots |= kDotBits[side][dot];
  }
  return dots;
}

}  // namespace

std::vector<std::string> braille_plot(const std::vector<Reach>& reaches, int rows) {
  std::vector<std::string> lines(static_cast<std::size_t>(rows));
  for (int row = 0; row < rows; ++row) {
    for (std::size_t column = 0; column + 1 < reaches.size(); column += kDotsAcross) {
      const unsigned dots =
          dots_of(reaches[column], 0, row, rows) | dots_of(reaches[column + 1], 1, row, rows);
      // A space where no dot is set: some fonts draw the blank braille pattern as eight rings.
      append_utf8(lines[static_cast<std::size_t>(row)], dots == 0 ? U' ' : kBrailleBlank + dots);
    }
  }
  return lines;
}

}  // namespace dgx::app
