// SPDX-License-Identifier: Apache-2.0
#include "generator/protocol/music.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "generator/protocol/number_text.hpp"

namespace dgx {
namespace {

constexpr std::array<std::string_view, 12> kSharpNames = {"C",  "C#", "D",  "D#", "E",  "F",
                                                          "F#", "G",  "G#", "A",  "A#", "B"};
constexpr std::array<std::string_view, 12> kFlatNames = {"C",  "Db", "D",  "Eb", "E",  "F",
                                                         "Gb", "G",  "Ab", "A",  "Bb", "B"};
constexpr std::array<int, 7> kPitchOfLetter = {9, 11, 0, 2, 4, 5, 7};  // A B C D E F G

bool parse_whole(std::string_view text, int& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size();
}

}  // namespace

Result<Meter> parse_meter(std::string_view text) {
  Meter meter;
  const std::size_t slash = text.find('/');
  const bool two_numbers = slash != std::string_view::npos &&
                           parse_whole(text.substr(0, slash), meter.numerator) &&
                           parse_whole(text.substr(slash + 1), meter.denominator);
  const bool known_denominator = meter.denominator == 2 || meter.denominator == 4 ||
                                 meter.denominator == 8 || meter.denominator == 16;
  if (two_numbers && known_denominator && meter.numerator >= 1 && meter.numerator <= 16) {
    return meter;
  }
  return Error{
      ErrorCode::kInvalidArgument,
      "time_signature must be 1 to 16 over 2, 4, 8 or 16, such as 6/8, got " + std::string(text),
      "time_signature"};
}

std::string to_string(const Meter& meter) {
  return std::to_string(meter.numerator) + "/" + std::to_string(meter.denominator);
}

Result<Key> parse_key(std::string_view text) {
  const Error error{
      ErrorCode::kInvalidArgument,
      "key must be A to G with an optional # or b and m, such as F#m, got " + std::string(text),
      "key"};
  if (text.empty()) return error;
  const char letter = static_cast<char>(text[0] & ~0x20);
  if (letter < 'A' || letter > 'G') return error;
  Key key;
  int pitch = kPitchOfLetter[static_cast<std::size_t>(letter - 'A')];
  text.remove_prefix(1);
  if (!text.empty() && (text[0] == '#' || text[0] == 'b')) {
    key.flat = text[0] == 'b';
    pitch += key.flat ? 11 : 1;
    text.remove_prefix(1);
  }
  key.tonic = pitch % 12;
  while (!text.empty() && text[0] == ' ') text.remove_prefix(1);
  constexpr std::array<std::string_view, 4> kMinor = {"m", "min", "minor", "Minor"};
  constexpr std::array<std::string_view, 5> kMajor = {"", "maj", "major", "Major", "M"};
  key.minor = std::find(kMinor.begin(), kMinor.end(), text) != kMinor.end();
  const bool major = std::find(kMajor.begin(), kMajor.end(), text) != kMajor.end();
  if (!key.minor && !major) return error;
  return key;
}

std::string to_string(const Key& key) {
  const auto& names = key.flat ? kFlatNames : kSharpNames;
  return std::string(names[static_cast<std::size_t>(key.tonic)]) + (key.minor ? "m" : "");
}

double seconds_of_bars(double bars, double bpm, const Meter& meter) {
  return bars * meter.quarters_per_bar() * 60.0 / bpm;
}

std::int64_t frames_of_bars(int bars, double bpm, const Meter& meter, int sample_rate) {
  return std::llround(bars * meter.quarters_per_bar() * 60.0 / bpm * sample_rate);
}

Status check_bars_length(std::int64_t bars, double bpm, const Meter& meter) {
  const double seconds = seconds_of_bars(static_cast<double>(bars), bpm, meter);
  if (seconds <= kLongestTakeSeconds) return ok();
  const double shown_seconds = std::ceil(seconds * 10) / 10;
  return Error{ErrorCode::kInvalidArgument,
               "bars must last at most 300 seconds, got " + std::to_string(bars) + " bars of " +
                   to_string(meter) + " at " + protocol::number_text(bpm) + " BPM, which last " +
                   protocol::number_text(shown_seconds) + " seconds",
               "bars"};
}

int default_bars(double bpm, const Meter& meter) {
  const double four_bars = seconds_of_bars(4, bpm, meter);
  return 4 * std::max(1, static_cast<int>(std::lround(16.0 / four_bars)));
}

}  // namespace dgx
