// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "generator/base/mutex.hpp"
#include "plugin/client/transport_reporter.hpp"
#include "plugin/engine/instrument_player.hpp"
#include "plugin/instrument/host_services.hpp"
#include "plugin/instrument/instrument_state.hpp"
#include "plugin/instrument/pad_shelf.hpp"
#include "plugin/instrument/panel_port.hpp"
#include "plugin/instrument/parameters.hpp"
#include "plugin/instrument/request_desk.hpp"
#include "plugin/loader/player_link.hpp"
#include "plugin/loader/sample_loader.hpp"

namespace dgx::plugin {

/// The instrument without its plugin format: what sounds, what is on the pads, what a session
/// keeps, and what it asks the service for. Only asking starts the service; one that runs is told
/// whether the host plays.
///
/// Threads: set_control(), place() and process() on the audio thread, which they never block (while
/// the host freewheels, process() waits for takes that are being read). All else on any other.
class Instrument final : public PanelPort {
 public:
  /// `sample_rate` of the output in Hz.
  Instrument(double sample_rate, HostServices host, Result<ServiceAddress> service);

  void set_control(std::size_t index, float value) noexcept;
  /// Any thread.
  [[nodiscard]] float control_value(std::size_t index) const noexcept;
  /// What the host says of its transport, for the next process().
  void place(const PositionEvent& position) noexcept;
  void process(std::span<const MidiEvent> events, float* left, float* right,
               std::uint32_t frames) noexcept;

  /// From now on the host's folder may be asked for.
  void activate();

  // What a panel sees.
  [[nodiscard]] ShownPads pads() const override { return shelf_.shown(); }
  [[nodiscard]] std::uint32_t pad_changes() const noexcept override { return shelf_.changes(); }
  [[nodiscard]] int selected_pad() const noexcept override { return whole(kSelectedPad) - 1; }
  [[nodiscard]] int root_note() const noexcept override { return whole(kRootNote); }
  [[nodiscard]] KeySet sounding_keys() const noexcept override {
    return {sounding_keys_.load(std::memory_order_relaxed)};
  }
  void put(int pad, PadTake take) override;
  void audition(const std::string& file, double gain_db) override;
  [[nodiscard]] ShownAudition audition() override;
  [[nodiscard]] std::string prompt() const override { return desk_.prompt(); }
  void set_prompt(std::string prompt) override;
  [[nodiscard]] std::string request() const override { return desk_.request(); }
  void generate(const protocol::GenerationRequest& request) override;
  [[nodiscard]] RequestNews request_news() const override { return desk_.news(); }
  [[nodiscard]] std::optional<HostTempo> host_tempo() const noexcept override;
  [[nodiscard]] double sample_rate() const noexcept override { return sample_rate_; }
  [[nodiscard]] std::optional<std::string> session() const override;

  [[nodiscard]] ShownPad pad(int pad) const { return shelf_.shown(pad); }
  /// What is not as it should be, a sentence each.
  [[nodiscard]] std::string notice() const;
  /// Takes the prompt from a text file, and says where that cannot be.
  void read_prompt(const std::filesystem::path& file);
  /// Asks for takes as the controls say, and the last request beside them.
  void generate_by_controls();
  /// True once after the trigger rose: somebody has to call generate_by_controls(). The audio
  /// thread asks, and may not do it itself.
  [[nodiscard]] bool trigger_rose() const noexcept { return triggered_; }
  void forget_trigger() noexcept { triggered_ = false; }

  [[nodiscard]] InstrumentState save();
  void restore(const InstrumentState& state);

  /// A number that rises with each change by a person that a session has to keep. Any thread.
  [[nodiscard]] std::uint32_t changes() const noexcept { return changes_.load(); }

 private:
  void apply(std::size_t index) noexcept;
  void freewheel(bool on) noexcept;
  void tell_meters() noexcept;
  void trigger(bool on) noexcept;
  void complete(protocol::GenerationRequest& request) const;
  [[nodiscard]] std::filesystem::path folder_of(const std::string& name);
  void take_in(const std::vector<protocol::Take>& takes);
  void say(const std::string& sentence);
  void told(const LoadOutcome& outcome);
  [[nodiscard]] float value(std::size_t index) const noexcept {
    return values_[index].load(std::memory_order_relaxed);
  }
  [[nodiscard]] int whole(std::size_t index) const noexcept;

  std::function<std::filesystem::path(const std::string&)> make_path_;
  HostServices host_;
  double sample_rate_;
  // What the host said of its tempo.
  std::atomic<double> bpm_{0.0};
  std::atomic<int> numerator_{4};
  std::atomic<int> denominator_{4};
  std::atomic<bool> tempo_known_{false};
  std::atomic<bool> rolls_{false};
  std::atomic<std::uint64_t> rolled_blocks_{0};  ///< Written by the audio thread alone

  // What the player has done, and what is heard then.
  std::atomic<double> audition_share_{-1.0};
  std::atomic<std::uint64_t> sounding_keys_{0};
  std::atomic<std::uint32_t> applied_{0};

  std::atomic<bool> is_active_{false};
  std::atomic<bool> restored_{false};
  std::atomic<std::uint32_t> changes_{0};
  std::array<std::atomic<float>, kControlCount> values_{};

  mutable Mutex mutex_;
  std::string id_ DGX_GUARDED_BY(mutex_);
  std::string home_ DGX_GUARDED_BY(mutex_);
  std::string auditioned_ DGX_GUARDED_BY(mutex_);  ///< The file
  std::string audition_problem_ DGX_GUARDED_BY(mutex_);
  std::optional<std::string> session_ DGX_GUARDED_BY(mutex_){};
  std::string said_ DGX_GUARDED_BY(mutex_);  // Of the last request, where something went wrong
  std::int32_t saves_ DGX_GUARDED_BY(mutex_) = 0;

  // The audio thread's own.
  InstrumentPlayer player_;
  std::array<PositionEvent, 16> positions_{};
  std::size_t position_count_ = 0;
  std::int64_t deaf_frames_;  // Until the trigger is heard
  bool freewheels_ = false;
  bool trigger_is_up_ = false;
  bool triggered_ = false;

  PlayerLink link_{};
  PadShelf shelf_;
  SampleLoader loader_;  // Near the end: its thread uses the above.
  RequestDesk desk_;     // Its thread uses all of the above.
  TransportReporter reporter_;
};

}  // namespace dgx::plugin
