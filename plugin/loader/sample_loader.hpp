// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include "generator/base/mutex.hpp"
#include "generator/base/result.hpp"
#include "plugin/engine/pad.hpp"
#include "plugin/engine/sample.hpp"
#include "plugin/loader/player_link.hpp"

namespace dgx::plugin {

/// What became of a load.
struct LoadOutcome {
  int pad = 0;
  std::filesystem::path file{};
  Status status = ok();
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
  void load(int pad, std::filesystem::path file);
  void clear(int pad);
  void set_pad(int pad, const PadSettings& settings);
  void set_chromatic(int pad, int root_note);

 private:
  struct Wish {
    PlayerCommand command{};
    std::optional<std::filesystem::path> file{};
  };

  void add(Wish wish);
  void run(const std::stop_token& stop);
  [[nodiscard]] std::optional<Wish> next(const std::stop_token& stop);
  void fulfil(Wish wish, const std::stop_token& stop);
  [[nodiscard]] Result<const Sample*> read(const std::filesystem::path& file);
  void send(const PlayerCommand& command, const std::stop_token& stop);
  void free_returned();

  PlayerLink& link_;
  Told told_;
  // The loader thread's own. A sample that is on a pad, or was a moment ago.
  std::vector<std::unique_ptr<const Sample>> samples_{};

  Mutex mutex_;
  std::condition_variable_any wished_;
  std::deque<Wish> wishes_ DGX_GUARDED_BY(mutex_);

  std::jthread thread_;  // Last: it uses all of the above.
};

}  // namespace dgx::plugin
