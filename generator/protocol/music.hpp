// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "generator/base/result.hpp"

namespace dgx {

/// A time signature: `numerator` notes of 1/`denominator` in a bar.
struct Meter {
  int numerator = 4;    ///< 1 to 16
  int denominator = 4;  ///< 2, 4, 8 or 16

  [[nodiscard]] double quarters_per_bar() const { return numerator * 4.0 / denominator; }
  bool operator==(const Meter&) const = default;
};

/// Reads "4/4", "6/8", ...
Result<Meter> parse_meter(std::string_view text);
std::string to_string(const Meter& meter);

/// A major or natural-minor key.
struct Key {
  int tonic = 0;  ///< Pitch class: 0 = C ... 11 = B
  bool minor = false;
  bool flat = false;  ///< Spell a black key as a flat: Bb, not A#. Sounds the same.

  [[nodiscard]] bool sounds_like(const Key& other) const {
    return tonic == other.tonic && minor == other.minor;
  }
};

/// Reads a tonic, an optional # or b and an optional mode: "C", "F#m", "Bb minor", "d major".
Result<Key> parse_key(std::string_view text);
/// The short form, as names of files and regions carry it: "C", "F#m", "Bbm".
std::string to_string(const Key& key);

inline constexpr double kLongestTakeSeconds = 300.0;

/// Seconds that `bars` bars last. `bpm` counts quarter notes a minute.
double seconds_of_bars(double bars, double bpm, const Meter& meter);

/// round(bars x num x 4/den x 60/bpm x rate): the exact length in sample frames of N bars.
std::int64_t frames_of_bars(int bars, double bpm, const Meter& meter, int sample_rate);

/// Refuses a length that passes the 300 s limit, with the bars, the tempo and both lengths.
Status check_bars_length(std::int64_t bars, double bpm, const Meter& meter);

/// The whole multiple of four bars, at least four, that lasts nearest to 16 s.
int default_bars(double bpm, const Meter& meter);

}  // namespace dgx
