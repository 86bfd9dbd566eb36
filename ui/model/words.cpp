// SPDX-License-Identifier: Apache-2.0
#include "ui/model/words.hpp"

#include <array>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <iomanip>
#include <optional>
#include <sstream>

namespace dgx::ui {
namespace {

/// At most one decimal, and none where it is zero.
std::string short_number(double number) {
  std::ostringstream text;
  const double rounded = std::round(number * 10) / 10;
  text << std::fixed << std::setprecision(rounded == std::round(rounded) ? 0 : 1) << rounded;
  return text.str();
}

/// Seconds since 1970 of an RFC 3339 time in UTC, fractions left out.
std::optional<std::int64_t> seconds_since_epoch(std::string_view time) {
  std::tm parts{};
  std::istringstream text{std::string(time)};
  text >> std::get_time(&parts, "%Y-%m-%dT%H:%M:%S");
  if (text.fail()) return std::nullopt;
  return static_cast<std::int64_t>(::timegm(&parts));
}

/// "0:12.500"
std::string clock_words(std::int64_t samples, std::int64_t sample_rate) {
  constexpr std::int64_t kMillisecondsInMinute = 60'000;
  const std::int64_t milliseconds = samples * 1000 / sample_rate;
  std::ostringstream text;
  text << milliseconds / kMillisecondsInMinute << ':' << std::fixed << std::setw(6)
       << std::setfill('0') << std::setprecision(3)
       << static_cast<double>(milliseconds % kMillisecondsInMinute) / 1000;
  return text.str();
}

/// " from 0:12.500, 22.9 s long"
std::string place_words(const protocol::InsertionView& insertion,
                        std::optional<std::int64_t> sample_rate) {
  if (!insertion.sample || !insertion.length) return "";
  if (!sample_rate || *sample_rate <= 0) {
    return " from sample " + std::to_string(*insertion.sample) + ", " +
           std::to_string(*insertion.length) + " samples long";
  }
  const double seconds = static_cast<double>(*insertion.length) / static_cast<double>(*sample_rate);
  return " from " + clock_words(*insertion.sample, *sample_rate) + ", " + seconds_words(seconds) +
         " long";
}

}  // namespace

std::string counted(std::int64_t number, std::string_view noun) {
  return std::to_string(number) + " " + std::string(noun) + (number == 1 ? "" : "s");
}

std::string bpm_words(double bpm) {
  return short_number(bpm) + " BPM";
}

std::string seconds_words(double seconds) {
  if (seconds < 60) return short_number(seconds) + " s";
  const auto whole = static_cast<std::int64_t>(std::round(seconds));
  const std::string rest = std::to_string(whole % 60);
  return std::to_string(whole / 60) + ":" + (rest.size() < 2 ? "0" : "") + rest;
}

std::string bytes_words(std::int64_t bytes) {
  constexpr double kMega = 1e6;
  constexpr double kGiga = 1e9;
  const auto number = static_cast<double>(bytes);
  if (number >= kGiga) return short_number(number / kGiga) + " GB";
  return std::to_string(static_cast<std::int64_t>(std::ceil(number / kMega))) + " MB";
}

std::string age_words(std::string_view then, std::string_view now) {
  constexpr std::int64_t kMinute = 60;
  constexpr std::int64_t kHour = 60 * kMinute;
  constexpr std::int64_t kDay = 24 * kHour;
  constexpr std::int64_t kWeek = 7 * kDay;
  const auto begin = seconds_since_epoch(then);
  const auto end = seconds_since_epoch(now);
  if (!begin || !end) return "";
  // A clock that was set back makes a take of the future; it is new all the same.
  const std::int64_t age = *end - *begin;
  if (age < kMinute) return "now";
  if (age < kHour) return std::to_string(age / kMinute) + " min";
  if (age < kDay) return std::to_string(age / kHour) + " h";
  if (age < kWeek) return std::to_string(age / kDay) + " d";
  return std::string(then.substr(0, 10));
}

std::string_view phase_words(protocol::Phase phase) {
  switch (phase) {
    case protocol::Phase::kQueued:
      return "Waiting";
    case protocol::Phase::kLoading:
      return "Loading the model";
    case protocol::Phase::kEncoding:
      return "Reading the prompt";
    case protocol::Phase::kGenerating:
      return "Generating";
    case protocol::Phase::kDecoding:
      return "Decoding audio";
    case protocol::Phase::kFitting:
      return "Fitting to the bars";
    case protocol::Phase::kFinishing:
      return "Finishing";
  }
  return "";
}

std::string insertion_words(const protocol::InsertionView& insertion,
                            std::optional<std::int64_t> sample_rate) {
  using protocol::InsertionStatus;
  switch (insertion.status) {
    case InsertionStatus::kWaiting:
      return "Waiting for Ardour to take it";
    case InsertionStatus::kClaimed:
      return "Ardour is placing it";
    case InsertionStatus::kDone:
      return "Placed on " + insertion.placed_track.value_or("a track") +
             place_words(insertion, sample_rate);
    case InsertionStatus::kFailed:
      return "Not placed: " + insertion.message.value_or("Ardour does not say why");
    case InsertionStatus::kCancelled:
      return "Taken back; nothing was placed";
  }
  return "";
}

std::string reject_words(const protocol::DiskUse& use) {
  if (use.rejects == 0) return "Nothing to discard: all takes are favourites, on pads or placed";
  return counted(use.rejects, "take") + (use.rejects == 1 ? " is" : " are") +
         " no favourite, on no pad and not placed: " + bytes_words(use.reject_bytes) +
         ". To the trash?";
}

std::string joined_by_dots(const std::vector<std::string>& parts) {
  std::string joined;
  for (const std::string& part : parts) {
    if (!joined.empty()) joined += "  \xC2\xB7  ";
    joined += part;
  }
  return joined;
}

}  // namespace dgx::ui
