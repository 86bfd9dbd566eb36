// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstdint>

#include "plugin/engine/transport.hpp"

namespace dgx::plugin {

/// Where the transport stands now: what the host said last, carried on from there. Hosts tell their
/// position when it changes in a way that could not be foreseen, and otherwise rarely.
/// Threads: the audio thread; no call allocates.
class TransportClock {
 public:
  /// `output_rate` in Hz.
  explicit TransportClock(double output_rate) noexcept : output_rate_(output_rate) {}

  /// What the host says. True where the position is not the one that was foreseen.
  bool set(const Transport& told) noexcept {
    const bool jumped = told.frame != now().frame;
    told_ = told;
    since_ = 0;
    return jumped;
  }
  void advance(std::uint32_t frames) noexcept {
    if (told_.rolls) since_ += frames;
  }

  [[nodiscard]] Transport now() const noexcept {
    Transport now = told_;
    now.frame += since_;
    const double quarters = static_cast<double>(since_) * told_.bpm / (60.0 * output_rate_);
    const double beats = told_.beat + quarters * told_.beat_unit / 4.0;
    const double bars = std::floor(beats / told_.beats_per_bar);
    now.bar += static_cast<std::int64_t>(bars);
    now.beat = beats - bars * told_.beats_per_bar;
    return now;
  }

 private:
  double output_rate_;
  Transport told_{};
  std::int64_t since_ = 0;  ///< Frames that have rolled by since
};

}  // namespace dgx::plugin
