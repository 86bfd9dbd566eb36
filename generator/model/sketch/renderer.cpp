// SPDX-License-Identifier: Apache-2.0
#include "generator/model/sketch/renderer.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <new>
#include <optional>
#include <thread>

#include "generator/model/sketch/mixer.hpp"
#include "generator/model/sketch/part_renderer.hpp"

namespace dgx::model::sketch {
namespace {

/// Deals the parts out to threads and reports what they have done. Each part is computed by one
/// thread from its own data only, so that the outcome does not depend on who takes which.
class Session {
 public:
  Session(const Plan& plan, const Score& score, const RenderOptions& options, std::stop_token stop)
      : plan_(plan),
        score_(score),
        options_(options),
        stop_(std::move(stop)),
        ducking_(ducking_of(plan, score, [this] { check(); })),
        results_(score.parts.size()),
        steps_(pieces_of_part(plan) * static_cast<int>(score.parts.size())) {}

  Result<std::vector<Part>> run(const StepSink& progress) {
    const auto parts = static_cast<unsigned>(score_.parts.size());
    const unsigned count = std::clamp(options_.threads, 1U, std::max(1U, parts));
    {
      std::vector<std::jthread> threads;
      for (unsigned i = 0; i < count; ++i) threads.emplace_back([this] { work(); });
      report_until_done(count, progress);
    }
    return collect();
  }

 private:
  void work() {
    for (std::size_t i = next_++; i < results_.size(); i = next_++) {
      try {
        results_[i] = render_part(plan_, score_, score_.parts[i], ducking_, options_.soundfont,
                                  [this] { piece_done(); });
      } catch (const Cancelled&) {
        break;
      } catch (const std::bad_alloc&) {
        results_[i] = Error{ErrorCode::kOutOfMemory, "not enough memory to render the take"};
      }
      // One failure ends it: nobody will hear the other parts.
      if (!results_[i]->has_value()) failed_ = true;
    }
    const std::scoped_lock lock(mutex_);
    ++finished_threads_;
    changed_.notify_one();
  }

  void check() const {
    if (stop_.stop_requested() || failed_) throw Cancelled{};
  }

  void piece_done() {
    {
      const std::scoped_lock lock(mutex_);
      ++steps_done_;
    }
    changed_.notify_one();
    check();
  }

  void report_until_done(unsigned threads, const StepSink& progress) {
    std::unique_lock lock(mutex_);
    int reported = 0;
    // Some forty reports a take: enough to look alive, too few to cost anything.
    const int stride = std::max(1, steps_ / 40);
    while (finished_threads_ < threads) {
      changed_.wait(
          lock, [&] { return finished_threads_ == threads || steps_done_ >= reported + stride; });
      if (steps_done_ < reported + stride) continue;
      reported = steps_done_;
      lock.unlock();
      progress(std::min(reported, steps_), steps_);
      lock.lock();
    }
  }

  Result<std::vector<Part>> collect() {
    std::vector<Part> parts;
    if (stop_.stop_requested()) throw Cancelled{};
    for (const auto& result : results_) {
      if (result && !result->has_value()) return result->error();
    }
    for (std::size_t i = 0; i < results_.size(); ++i) {
      Part part;
      part.name = to_string(score_.parts[i].role);
      part.audio.sample_rate = kSampleRate;
      part.audio.channels = 2;
      part.audio.samples = *std::move(*results_[i]);
      parts.push_back(std::move(part));
    }
    return parts;
  }

  const Plan& plan_;
  const Score& score_;
  const RenderOptions& options_;
  std::stop_token stop_;
  std::atomic<bool> failed_ = false;
  const std::vector<float> ducking_;
  std::vector<std::optional<Result<std::vector<float>>>> results_;
  const int steps_;
  std::atomic<std::size_t> next_ = 0;
  std::mutex mutex_{};
  std::condition_variable changed_{};
  int steps_done_ = 0;             // guarded by mutex_
  unsigned finished_threads_ = 0;  // guarded by mutex_
};

}  // namespace

Result<std::vector<Part>> render_parts(const Plan& plan, const Score& score,
                                       const RenderOptions& options, const StepSink& progress,
                                       std::stop_token stop) {
  try {
    Result<std::vector<Part>> parts = Session(plan, score, options, stop).run(progress);
    if (parts && !parts->empty()) {
      glue(*parts, plan.loop, [&stop] {
        if (stop.stop_requested()) throw Cancelled{};
      });
    }
    return parts;
  } catch (const Cancelled&) {
    return Error{ErrorCode::kCancelled, "rendering was cancelled"};
  } catch (const std::bad_alloc&) {
    return Error{ErrorCode::kOutOfMemory, "not enough memory to render the take"};
  }
}

}  // namespace dgx::model::sketch
