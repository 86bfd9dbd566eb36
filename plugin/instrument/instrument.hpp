// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "generator/base/mutex.hpp"
#include "plugin/engine/instrument_player.hpp"
#include "plugin/instrument/host_services.hpp"
#include "plugin/instrument/instrument_state.hpp"
#include "plugin/instrument/pad_shelf.hpp"
#include "plugin/instrument/parameters.hpp"
#include "plugin/loader/player_link.hpp"
#include "plugin/loader/sample_loader.hpp"

namespace dgx::plugin {

/// The instrument without its plugin format: what sounds, what is on the pads, what a session
/// keeps. Nothing of it starts the service.
///
/// Threads: set_control(), place() and process() on the audio thread, which they never block (while
/// the host freewheels, process() waits for takes that are being read). All else on any other.
class Instrument {
 public:
  /// `sample_rate` of the output in Hz.
  Instrument(double sample_rate, HostServices host);

  void set_control(std::size_t index, float value) noexcept;
  /// Any thread.
  [[nodiscard]] float control_value(std::size_t index) const noexcept;
  /// What the host says of its transport, for the next process().
  void place(const PositionEvent& position) noexcept;
  void process(std::span<const MidiEvent> events, float* left, float* right,
               std::uint32_t frames) noexcept;

  /// From now on the host's folder may be asked for.
  void activate() { is_active_.store(true); }

  /// A person puts a file on a pad (0 to 11), or clears it with an empty path.
  void put(int pad, std::filesystem::path file);
  void set_prompt(std::string prompt);
  [[nodiscard]] std::filesystem::path file(int pad) const { return shelf_.file(pad); }
  [[nodiscard]] std::string prompt() const;
  [[nodiscard]] std::string notice() const { return shelf_.notice(); }

  [[nodiscard]] InstrumentState save();
  void restore(const InstrumentState& state);

  /// A number that rises with each change by a person that a session has to keep. Any thread.
  [[nodiscard]] std::uint32_t changes() const noexcept { return changes_.load(); }

 private:
  void apply(std::size_t index) noexcept;
  void freewheel(bool on) noexcept;
  void tell_meters() noexcept;
  [[nodiscard]] float value(std::size_t index) const noexcept {
    return values_[index].load(std::memory_order_relaxed);
  }
  [[nodiscard]] int whole(std::size_t index) const noexcept;

  HostServices host_;
  std::atomic<bool> is_active_{false};
  std::atomic<std::uint32_t> changes_{0};
  std::array<std::atomic<float>, kControlCount> values_{};

  mutable Mutex mutex_;
  std::string prompt_ DGX_GUARDED_BY(mutex_);
  std::int32_t saves_ DGX_GUARDED_BY(mutex_) = 0;

  // The audio thread's own.
  InstrumentPlayer player_;
  std::array<PositionEvent, 16> positions_{};
  std::size_t position_count_ = 0;
  bool freewheels_ = false;

  PlayerLink link_{};
  PadShelf shelf_;
  SampleLoader loader_;  // Last: its thread uses all of the above.
};

}  // namespace dgx::plugin
