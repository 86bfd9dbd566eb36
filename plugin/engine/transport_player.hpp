// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

#include "plugin/engine/bar_grid.hpp"
#include "plugin/engine/sample.hpp"
#include "plugin/engine/sinc_tables.hpp"
#include "plugin/engine/voice.hpp"

namespace dgx::plugin {

/// Plays one take in step with the host's transport.
///
/// What sounds depends on the position alone. Where the transport runs on, so does the take; where
/// it jumps (a locate, a loop), the take goes on where it belongs with a crossfade of 5 ms, and
/// without one where the take itself begins: there its first sample is on the frame of the bar
/// line. When the transport stops, the take fades in 50 ms.
///
/// Threads: as ClipPlayer. Owns neither the tables nor the sample.
class TransportPlayer {
 public:
  TransportPlayer(double output_rate, const SincTables& tables,
                  std::int64_t anchor_bar = 0) noexcept;

  /// The take to play from the next block on, nullptr for none. The old one fades out in 5 ms and
  /// may be freed once reads() is false for it.
  void set_take(const Sample* sample, const TakeTiming& timing,
                TempoMatch match = TempoMatch::kVarispeed) noexcept;
  [[nodiscard]] bool reads(const Sample* sample) const noexcept;

  /// The bar, counted from 0, from which on the take repeats.
  void set_anchor(std::int64_t anchor_bar) noexcept;
  void set_gain(StereoFrame gain) noexcept;

  /// Silent at once: two runs after it give the same samples.
  void reset() noexcept;

  /// Adds what sounds to `left` and `right`; `transport` is where the block begins.
  void process(const Transport& transport, float* left, float* right,
               std::uint32_t frames) noexcept;

 private:
  void stop(double seconds) noexcept;
  [[nodiscard]] bool goes_on(const Segment& segment, std::int64_t frame) const noexcept;
  void keep_up(const Segment& segment) noexcept;
  void begin(const Segment& segment, std::int64_t frame) noexcept;
  void render(float* left, float* right, int frames) noexcept;
  [[nodiscard]] int frames_of(double seconds) const noexcept;

  double output_rate_;
  const SincTables& tables_;
  BarGrid grid_;
  const Sample* sample_ = nullptr;
  StereoFrame gain_{1.0F, 1.0F};
  // The newest sounds, the others fade: enough for a jump in each of seven blocks of 5 ms.
  std::array<Voice, 8> voices_{};
  std::size_t newest_ = 0;
  bool sounds_ = false;          ///< The newest voice runs in step with the transport
  Segment segment_{};            ///< Which it plays
  std::int64_t next_frame_ = 0;  ///< The timeline frame that it plays next
};

}  // namespace dgx::plugin
