// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>
#include <filesystem>
#include <string>
#include <vector>

#include "generator/base/mutex.hpp"
#include "plugin/engine/pad.hpp"
#include "plugin/instrument/host_services.hpp"
#include "plugin/loader/sample_loader.hpp"

namespace dgx::plugin {

/// Which file is on which pad, and what became of it. A take that was loaded is kept in the
/// session's own folder, as a link where possible, so that it travels with the session.
///
/// Threads: any but the audio thread, except loaded() and missing(), which any may call. loaded
/// outcomes come from the loader's thread.
class PadShelf {
 public:
  using Files = std::array<std::filesystem::path, kPads>;

  explicit PadShelf(const HostServices& host) : host_(host) {}

  /// What a person puts on a pad; an empty path clears it.
  void put(int pad, std::filesystem::path file, SampleLoader& loader);
  /// What a session held: where a file is missing, its pad is silent and keeps its path.
  void restore(const Files& files, SampleLoader& loader);
  /// From the loader. True where the pads are other than before.
  bool told(const LoadOutcome& outcome, SampleLoader& loader);

  [[nodiscard]] std::filesystem::path file(int pad) const;
  /// The files as they are to be saved: those outside the session's folder are linked into it.
  [[nodiscard]] Files files_to_save();
  /// A sentence about each pad that is not as it should be.
  [[nodiscard]] std::string notice() const;

  [[nodiscard]] int loaded() const noexcept { return loaded_.load(std::memory_order_relaxed); }
  [[nodiscard]] int missing() const noexcept { return missing_.load(std::memory_order_relaxed); }

 private:
  struct Pad {
    std::filesystem::path file{};    ///< What is on the pad, or belongs there
    std::filesystem::path wanted{};  ///< On its way; empty where nothing is
    std::string sha256{};            ///< Of `file`, once it was read
    std::string problem{};           ///< Why the pad is not as it should be
    bool is_restored = false;        ///< `wanted` comes from a session
  };

  void settle(Pad& pad, const LoadOutcome& outcome, SampleLoader& loader) DGX_REQUIRES(mutex_);
  void keep(Pad& pad) DGX_REQUIRES(mutex_);
  void count() DGX_REQUIRES(mutex_);

  const HostServices& host_;
  mutable Mutex mutex_;
  std::array<Pad, kPads> pads_ DGX_GUARDED_BY(mutex_){};
  std::atomic<int> loaded_{0};
  std::atomic<int> missing_{0};
};

}  // namespace dgx::plugin
