// SPDX-License-Identifier: Apache-2.0
#include "plugin/engine/bar_grid.hpp"

#include <cmath>

namespace dgx::plugin {
namespace {

constexpr double kMostVarispeed = 0.06;
// Tempos closer than this are one: four minutes apart by less than a frame.
constexpr double kSameTempo = 1e-7;
// How far a host's beat may be from the truth, in quarter notes: twice Ardour's rounding.
constexpr double kBeatTolerance = 2.0 / 1920.0;

std::int64_t nearest(double frame) {
  return static_cast<std::int64_t>(std::llround(frame));
}

}  // namespace

BarGrid::BarGrid(double output_rate, std::int64_t anchor_bar) noexcept
    : output_rate_(output_rate), anchor_bar_(anchor_bar) {}

void BarGrid::set_take(const TakeTiming& timing, int take_rate, TempoMatch match) noexcept {
  timing_ = timing;
  take_rate_ = take_rate;
  match_ = match;
  laid_out_ = false;
}

void BarGrid::set_anchor(std::int64_t anchor_bar) noexcept {
  anchor_bar_ = anchor_bar;
  laid_out_ = false;
}

void BarGrid::follow(const Transport& transport) noexcept {
  const bool same =
      laid_out_ && transport.bpm == bpm_ && transport.quarters_per_bar() == quarters_per_bar_;
  if (same) {
    // Where the host's own rounding explains the difference, the grid stays where it is.
    const double frames_per_quarter = output_rate_ * 60.0 / bpm_;
    const double quarters =
        transport.quarters() - static_cast<double>(anchor_bar_) * quarters_per_bar_;
    const double expected = origin_ + quarters * frames_per_quarter;
    const double apart = std::abs(expected - static_cast<double>(transport.frame));
    if (apart <= kBeatTolerance * frames_per_quarter + 1.0) return;
  }
  lay_out(transport);
}

void BarGrid::lay_out(const Transport& transport) noexcept {
  bpm_ = transport.bpm;
  quarters_per_bar_ = transport.quarters_per_bar();
  laid_out_ = true;
  const double frames_per_quarter = output_rate_ * 60.0 / bpm_;
  const double anchor_quarters = static_cast<double>(anchor_bar_) * quarters_per_bar_;
  const double heard = static_cast<double>(transport.frame) -
                       (transport.quarters() - anchor_quarters) * frames_per_quarter;
  // One tempo from the first frame on is what most sessions have: then the anchor is known exactly.
  const double constant = anchor_quarters * frames_per_quarter;
  const bool is_constant = std::abs(heard - constant) <= kBeatTolerance * frames_per_quarter + 1.0;
  origin_ = is_constant ? constant : heard;

  const double tempo = bpm_ / timing_.bpm;
  const bool same_tempo = std::abs(tempo - 1.0) <= kSameTempo;
  const bool same_meter = std::abs(quarters_per_bar_ - timing_.quarters_per_bar) < 1e-9;
  const bool bends = match_ == TempoMatch::kVarispeed && std::abs(tempo - 1.0) <= kMostVarispeed;
  restarts_on_bars_ = !same_meter || !(same_tempo || bends);
  const double bars = restarts_on_bars_ ? 1.0 : static_cast<double>(timing_.bars);
  period_ = bars * quarters_per_bar_ * frames_per_quarter;
  speed_ = take_rate_ / output_rate_ * (restarts_on_bars_ || same_tempo ? 1.0 : tempo);
}

std::int64_t BarGrid::first_frame() const noexcept {
  return nearest(origin_);
}

std::optional<Segment> BarGrid::segment_at(std::int64_t frame) const noexcept {
  if (!laid_out_ || frame < first_frame()) return std::nullopt;
  auto number = nearest(std::floor((static_cast<double>(frame) - origin_) / period_));
  const auto begin_of = [this](std::int64_t n) {
    return nearest(origin_ + static_cast<double>(n) * period_);
  };
  // Rounding may put a bar line on either side of the quotient.
  if (begin_of(number) > frame) --number;
  if (begin_of(number + 1) <= frame) ++number;
  Segment segment{begin_of(number), begin_of(number + 1), 0.0, speed_};
  if (restarts_on_bars_) {
    const double frames_per_bar = take_rate_ * timing_.quarters_per_bar * 60.0 / timing_.bpm;
    segment.take_frame =
        static_cast<double>(nearest(static_cast<double>(number % timing_.bars) * frames_per_bar));
  }
  return segment;
}

}  // namespace dgx::plugin
