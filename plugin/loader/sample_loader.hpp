// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "generator/base/mutex.hpp"
#include "generator/base/result.hpp"
#include "plugin/engine/sample.hpp"
#include "plugin/loader/player_link.hpp"

namespace dgx::plugin {

/// What became of a load.
struct LoadOutcome {
  int pad = 0;
  std::filesystem::path file{};
  Status status = ok();
  std::string sha256{};  ///< Of the file; empty where it could not be read
};

/// Reads takes from WAV files on a thread of its own, hands them to the player, and frees them
/// there once the player is done with them. Where several files are asked for on one pad before it
/// comes to them, only the last is read.
///
/// Owns every sample from its reading to its end. Destroy it after the last PlayerLink::apply():
/// the player must not run any more. Threads: any may ask; `told` is called on the loader's own.
class SampleLoader {
 public:
  using Told = std::function<void(const LoadOutcome&)>;

  SampleLoader(PlayerLink& link, Told told);
  ~SampleLoader();
  SampleLoader(const SampleLoader&) = delete;
  SampleLoader& operator=(const SampleLoader&) = delete;

  /// A file that cannot be read leaves the pad as it is, and `told` hears why.
  /// `gain_db` is part of the sample then.
  void load(int pad, std::filesystem::path file, double gain_db = 0.0);
  void clear(int pad);

  /// Waits until all that was asked for is on its way to the player; false where that takes longer
  /// than `patience`. Not for the audio thread, except where the host does not play live.
  bool wait_until_idle(std::chrono::milliseconds patience);
  [[nodiscard]] bool is_idle();

 private:
  struct Wish {
    int pad = 0;
    std::optional<std::filesystem::path> file{};  ///< Nothing clears the pad
    double gain_db = 0.0;
  };

  void add(Wish wish);
  void run(const std::stop_token& stop);
  [[nodiscard]] std::optional<Wish> next(const std::stop_token& stop);
  void fulfil(const Wish& wish, const std::stop_token& stop);
  void send(const PlayerCommand& command, const std::stop_token& stop);
  void free_returned();

  PlayerLink& link_;
  Told told_;
  // The loader thread's own. A sample that is on a pad, or was a moment ago.
  std::vector<std::unique_ptr<const Sample>> samples_{};

  Mutex mutex_;
  std::condition_variable_any wished_;
  std::condition_variable_any idle_;
  std::deque<Wish> wishes_ DGX_GUARDED_BY(mutex_);
  bool is_busy_ DGX_GUARDED_BY(mutex_) = false;

  std::jthread thread_;  // Last: it uses all of the above.
};

}  // namespace dgx::plugin
