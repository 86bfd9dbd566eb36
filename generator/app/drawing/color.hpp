// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

namespace dgx::app {

/// A colour on the screen, sRGB.
struct Rgb {
  std::uint8_t red = 0;
  std::uint8_t green = 0;
  std::uint8_t blue = 0;
  bool operator==(const Rgb&) const = default;
};

/// The look of the panel (ui/theme), for pictures.
namespace palette {
constexpr Rgb kBackground{0x12, 0x14, 0x18};
constexpr Rgb kCard{0x1A, 0x1D, 0x23};
constexpr Rgb kBorder{0x2A, 0x2F, 0x39};
constexpr Rgb kPlot{0x10, 0x12, 0x16};
constexpr Rgb kGrid{0x24, 0x28, 0x31};
constexpr Rgb kText{0xF1, 0xF2, 0xF6};
constexpr Rgb kMuted{0x8B, 0x91, 0xA0};
constexpr Rgb kViolet{0x7C, 0x6C, 0xF6};
constexpr Rgb kBlue{0x5B, 0x8D, 0xEF};
constexpr Rgb kTeal{0x2C, 0xC5, 0xB5};
}  // namespace palette

/// From `from` to `to` at position 0 to 1, even to the eye: mixed in Oklab.
Rgb mix(Rgb from, Rgb to, double position);

/// Along several colours, evenly spaced; position 0 to 1.
Rgb gradient(std::span<const Rgb> stops, double position);

/// Left to right across a waveform: violet, blue, teal.
Rgb waveform_color(double position);

/// Level 0 (nothing) to 1 (the loudest) of a spectrogram. Lightness rises evenly, so that the
/// picture reads the same in grey.
Rgb spectrogram_color(double level);

}  // namespace dgx::app
