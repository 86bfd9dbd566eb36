// SPDX-License-Identifier: Apache-2.0
#include "generator/app/drawing/color.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace dgx::app {
namespace {

/// Björn Ottosson, "A perceptual color space for image processing" (2020).
struct Oklab {
  double lightness = 0.0;
  double a = 0.0;
  double b = 0.0;
};

double to_linear(std::uint8_t channel) {
  const double value = channel / 255.0;
  return value <= 0.04045 ? value / 12.92 : std::pow((value + 0.055) / 1.055, 2.4);
}

std::uint8_t from_linear(double value) {
  const double limited = std::clamp(value, 0.0, 1.0);
  const double encoded =
      limited <= 0.0031308 ? 12.92 * limited : 1.055 * std::pow(limited, 1.0 / 2.4) - 0.055;
  return static_cast<std::uint8_t>(std::lround(255.0 * encoded));
}

Oklab to_oklab(Rgb color) {
  const double red = to_linear(color.red);
  const double green = to_linear(color.green);
  const double blue = to_linear(color.blue);
  const double l = std::cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue);
  const double m = std::cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue);
  const double s = std::cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue);
  return {0.2104542553 * l + 0.7936177850 * m - 0.0040720468 * s,
          1.9779984951 * l - 2.4285922050 * m + 0.4505937099 * s,
          0.0259040371 * l + 0.7827717662 * m - 0.8086757660 * s};
}

Rgb to_rgb(const Oklab& color) {
  const double l = std::pow(color.lightness + 0.3963377774 * color.a + 0.2158037573 * color.b, 3);
  const double m = std::pow(color.lightness - 0.1055613458 * color.a - 0.0638541728 * color.b, 3);
  const double s = std::pow(color.lightness - 0.0894841775 * color.a - 1.2914855480 * color.b, 3);
  return {from_linear(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
          from_linear(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
          from_linear(-0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s)};
}

}  // namespace

Rgb mix(Rgb from, Rgb to, double position) {
  const double t = std::clamp(position, 0.0, 1.0);
  const Oklab a = to_oklab(from);
  const Oklab b = to_oklab(to);
  return to_rgb({a.lightness + t * (b.lightness - a.lightness), a.a + t * (b.a - a.a),
                 a.b + t * (b.b - a.b)});
}

Rgb gradient(std::span<const Rgb> stops, double position) {
  const double scaled = std::clamp(position, 0.0, 1.0) * static_cast<double>(stops.size() - 1);
  const auto first = std::min(static_cast<std::size_t>(scaled), stops.size() - 2);
  return mix(stops[first], stops[first + 1], scaled - static_cast<double>(first));
}

Rgb waveform_color(double position) {
  static constexpr std::array<Rgb, 3> kStops{palette::kViolet, palette::kBlue, palette::kTeal};
  return gradient(kStops, position);
}

Rgb spectrogram_color(double level) {
  // Hues of the panel on a ramp of lightness: 0.18 for the plot's background to 0.97.
  static const std::array<Rgb, 256> kTable = [] {
    constexpr std::array<Rgb, 7> kStops{
        palette::kPlot,        Rgb{0x24, 0x1F, 0x4B}, Rgb{0x47, 0x36, 0x91}, Rgb{0x6A, 0x5C, 0xD0},
        Rgb{0x4A, 0x9B, 0xD8}, Rgb{0x4F, 0xD0, 0xB6}, Rgb{0xF7, 0xF8, 0xC8}};
    std::array<Rgb, 256> table{};
    for (std::size_t i = 0; i < table.size(); ++i) {
      table[i] = gradient(kStops, static_cast<double>(i) / 255.0);
    }
    return table;
  }();
  return kTable[static_cast<std::size_t>(std::lround(255.0 * std::clamp(level, 0.0, 1.0)))];
}

}  // namespace dgx::app
