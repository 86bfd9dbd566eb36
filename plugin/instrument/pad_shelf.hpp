// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "generator/base/mutex.hpp"
#include "plugin/engine/pad.hpp"
#include "plugin/instrument/host_services.hpp"
#include "plugin/instrument/instrument_state.hpp"
#include "plugin/instrument/panel_port.hpp"
#include "plugin/loader/sample_loader.hpp"

namespace dgx::plugin {

/// Which take is on which pad, and what became of it. A take that was loaded is kept in the
/// session's own folder, as a link where possible, so that it travels with the session.
///
/// Threads: any but the audio thread, except loaded(), missing() and changes(), which any may call.
/// told() comes from the loader's thread. No lock is held during I/O: the thread that draws may
/// ask.
class PadShelf {
 public:
  explicit PadShelf(const HostServices& host) : host_(host) {}

  /// What a person puts on a pad; a take without a file clears it.
  void put(int pad, PadTake take, SampleLoader& loader);
  /// Puts a new take on the first empty pad from `first` on, round to the one before it. Never over
  /// another one: nothing where all are full.
  std::optional<int> add(int first, PadTake take, SampleLoader& loader);
  /// What a session held: where a file is missing, its pad is silent and keeps its take.
  void restore(const PadTakes& takes, SampleLoader& loader);
  /// From the loader. True where the pads are other than before.
  bool told(const LoadOutcome& outcome, SampleLoader& loader);

  [[nodiscard]] ShownPad shown(int pad) const;
  [[nodiscard]] ShownPads shown() const;
  /// The takes as they are to be saved: those outside the session's folder are linked into it.
  [[nodiscard]] PadTakes takes_to_save();
  /// A sentence about each pad that is not as it should be.
  [[nodiscard]] std::string notice() const;

  [[nodiscard]] int loaded() const noexcept { return loaded_.load(std::memory_order_relaxed); }
  [[nodiscard]] int missing() const noexcept { return missing_.load(std::memory_order_relaxed); }
  /// Rises whenever what is shown changes.
  [[nodiscard]] std::uint32_t changes() const noexcept { return changes_.load(); }

 private:
  struct Pad {
    PadTake take{};                 ///< What is on the pad, or belongs there
    std::optional<PadTake> next{};  ///< On its way
    bool loaded = false;            ///< `take` was read
    std::string problem{};          ///< Why the pad is not as it should be
    bool is_restored = false;       ///< `next` comes from a session
  };
  struct Kept {
    std::filesystem::path file{};
    std::string problem{};
  };

  [[nodiscard]] static ShownPad shown_of(const Pad& pad);
  static void place(Pad& pad, int number, PadTake take, SampleLoader& loader);
  [[nodiscard]] bool expects(const LoadOutcome& outcome) const;
  void settle(Pad& pad, const LoadOutcome& outcome, const Kept& kept, SampleLoader& loader)
      DGX_REQUIRES(mutex_);
  [[nodiscard]] Kept keep(const std::filesystem::path& file, const std::string& sha256) const;
  void count() DGX_REQUIRES(mutex_);

  const HostServices& host_;
  mutable Mutex mutex_;
  std::array<Pad, kPads> pads_ DGX_GUARDED_BY(mutex_){};
  std::atomic<int> loaded_{0};
  std::atomic<int> missing_{0};
  std::atomic<std::uint32_t> changes_{0};
};

}  // namespace dgx::plugin
