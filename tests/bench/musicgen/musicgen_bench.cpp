// SPDX-License-Identifier: Apache-2.0
// What a MusicGen folder costs on this machine: loading, a take, its memory, how well the time
// left is foretold, and how soon a stop is obeyed in each phase.
// Usage: dgx_bench_musicgen [FOLDER [SECONDS [DEVICE [int8|fp32|bf16|fp16]]]]; without a folder, a
// tiny model, which shows that it works and measures nothing.

#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "generator/base/philox.hpp"
#include "generator/model/musicgen/generator.hpp"
#include "generator/model/musicgen/model_config.hpp"
#include "tests/bench/musicgen/measuring.hpp"

namespace {

using namespace dgx::musicgen;
using dgx::ErrorCode;
using dgx::protocol::Phase;
using dgx::protocol::Progress;

constexpr int kStopsEach = 5;
constexpr double kStopBudget = 0.5;  // Seconds

double processor_seconds() {
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
  };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

void row(const std::string& what, const std::string& value, const std::string& budget = "-") {
  std::printf("| %-48s | %-10s | %-7s |\n", what.c_str(), value.c_str(), budget.c_str());
  std::fflush(stdout);
}

std::string number(const char* format, double value) {
  char text[96];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

struct Model {
  std::string folder{};
  ComputeOptions options{};
  ModelConfig config{};

  [[nodiscard]] dgx::Result<std::unique_ptr<Generator>> load(
      const ProgressSink& progress = [](const Progress&) {},
      const std::stop_token& stop = {}) const {
    return load_generator(folder, options, progress, stop);
  }

  [[nodiscard]] std::int64_t rate() const { return config.audio_encoder.frame_rate(); }

  [[nodiscard]] RenderOrder order(double seconds) const {
    RenderOrder order;
    order.takes.push_back({{9, 8, 7, 6, 5, 9, 8, 7, 6, 5, 9, 1}, 1});
    order.frames = std::llround(seconds * static_cast<double>(rate()));
    return order;
  }

  /// An order that continues noise of all but two of its seconds.
  [[nodiscard]] RenderOrder continuing_order(double seconds) const {
    RenderOrder continuing = order(seconds);
    dgx::RandomStream random(1, 0);
    std::vector<float> noise;
    const double samples = (seconds - 2) * static_cast<double>(config.audio_encoder.sampling_rate);
    while (static_cast<double>(noise.size()) < samples) {
      noise.push_back(static_cast<float>(random.below(2000)) / 4000.0F - 0.25F);
    }
    continuing.continue_from.assign(static_cast<std::size_t>(config.decoder.audio_channels), noise);
    return continuing;
  }
};

dgx::Status render(Generator& generator, const RenderOrder& order, const ProgressSink& progress,
                   const std::stop_token& stop = {}) {
  return generator.render(
      order, [](RenderedTokens&&) { return dgx::ok(); }, progress, stop);
}

/// When each phase began, and what was said about the time left.
class Watch {
 public:
  void operator()(const Progress& progress) {
    const double now = seconds_since(start_);
    begins_.try_emplace(progress.phase, now);
    if (progress.phase == Phase::kGenerating) said_.push_back({progress, now});
  }

  [[nodiscard]] double begin(Phase phase) const { return begins_.at(phase); }

  /// The error of what was said after `part` of all steps, of the time that was left; nothing
  /// where nothing was said.
  [[nodiscard]] std::optional<double> error_at(double part, double total) const {
    const auto index = static_cast<std::size_t>(part * static_cast<double>(said_.size() - 1));
    const auto& [progress, now] = said_[index];
    if (!progress.eta_seconds) return std::nullopt;
    return std::abs(*progress.eta_seconds - (total - now)) / (total - now);
  }

 private:
  Clock::time_point start_ = Clock::now();
  std::map<Phase, double> begins_{};
  std::vector<std::pair<Progress, double>> said_{};
};

/// Does `work` and asks it to stop `delay` seconds after `phase` began. Gives how long it went on
/// after that; nothing where it was done before.
template <typename Work>
std::optional<double> time_to_stop(Phase phase, double delay, const Work& work) {
  std::stop_source stop;
  Clock::time_point asked{};
  std::jthread stopper;
  const auto progress = [&](const Progress& step) {
    if (step.phase != phase || stopper.joinable()) return;
    stopper = std::jthread([&] {
      std::this_thread::sleep_for(std::chrono::duration<double>(delay));
      asked = Clock::now();
      stop.request_stop();
    });
  };
  const bool cancelled = work(progress, stop.get_token());
  const auto done = Clock::now();
  if (stopper.joinable()) stopper.join();
  if (!cancelled) return std::nullopt;
  return std::chrono::duration<double>(done - asked).count();
}

/// Stops at points drawn over `length` seconds of a phase; the longest that it went on.
template <typename Work>
bool measure_stops(const std::string& what, Phase phase, double length, const Work& work) {
  dgx::RandomStream random(2, static_cast<std::uint32_t>(phase));
  double longest = 0;
  int stopped = 0;
  for (int i = 0; i < kStopsEach; ++i) {
    const double delay = length * static_cast<double>(random.below(900)) / 1000;
    if (const auto seconds = time_to_stop(phase, delay, work)) {
      longest = std::max(longest, *seconds);
      ++stopped;
    }
  }
  row("stop while " + what + ", longest of " + std::to_string(stopped),
      number("%.0f ms", 1000 * longest), number("%.0f ms", 1000 * kStopBudget));
  return longest <= kStopBudget;
}

template <typename T>
bool was_cancelled(const T& result) {
  return !result && result.error().code == ErrorCode::kCancelled;
}

/// What a stop in a phase of `order` is measured with.
auto rendering(Generator& generator, const RenderOrder& order) {
  return [&](const ProgressSink& progress, const std::stop_token& stop) {
    return was_cancelled(render(generator, order, progress, stop));
  };
}

void measure_take(Generator& generator, const RenderOrder& order, double seconds) {
  const double processor = processor_seconds();
  const auto start = Clock::now();
  Watch watch;
  const auto made = render(generator, order, std::ref(watch));
  if (!made) static_cast<void>(checked<int>(made.error()));
  const double total = seconds_since(start);
  const double decoding = total - watch.begin(Phase::kDecoding);
  row(number("a take of %.0f s", seconds), number("%.1f s", total));
  row("  of that, generating", number("%.1f s", watch.begin(Phase::kDecoding)));
  row("  of that, decoding", number("%.1f s", decoding));
  row("  processor time of all threads", number("%.1f s", processor_seconds() - processor));
  row("  for a second of audio", number("%.2f s", total / seconds));
  row("largest memory so far", number("%.2f GB", largest_gigabytes()), "4 GB");
  for (const double part : {0.25, 0.5, 0.75}) {
    const auto error = watch.error_at(part, total);
    row(number("time left, said after %.0f %% of the steps, error", 100 * part),
        error ? number("%.1f %%", 100 * *error) : "not said", "20 %");
  }
  double worst = 0;
  for (int percent = 25; percent <= 90; ++percent) {
    worst = std::max(worst, watch.error_at(percent / 100.0, total).value_or(0));
  }
  row("  the worst from 25 % to 90 %", number("%.1f %%", 100 * worst), "20 %");
}

bool measure_all_stops(const Model& model, Generator& generator, double loading) {
  bool soon = measure_stops("loading", Phase::kLoading, loading,
                            [&](const ProgressSink& progress, const std::stop_token& stop) {
                              return was_cancelled(model.load(progress, stop));
                            });
  const RenderOrder continuing = model.continuing_order(30);
  auto start = Clock::now();
  Watch watch;
  std::stop_source enough;
  const auto until_generating = [&](const Progress& progress) {
    watch(progress);
    if (progress.phase == Phase::kEncoding && progress.step == 1) enough.request_stop();
  };
  static_cast<void>(render(generator, continuing, until_generating, enough.get_token()));
  const double encoding = seconds_since(start);
  row("encoding 28 s of audio", number("%.1f s", encoding));
  soon &=
      measure_stops("encoding audio", Phase::kEncoding, encoding, rendering(generator, continuing));
  // After it, the model reads what was encoded: the first step, and the longest of all.
  soon &= measure_stops("encoding or reading audio", Phase::kEncoding, 2 * encoding + 1,
                        rendering(generator, continuing));
  const RenderOrder plain = model.order(2);
  start = Clock::now();
  Watch whole;
  static_cast<void>(render(generator, plain, std::ref(whole)));
  const double total = seconds_since(start);
  const double generating = whole.begin(Phase::kDecoding) - whole.begin(Phase::kGenerating);
  soon &= measure_stops("generating", Phase::kGenerating, generating, rendering(generator, plain));
  soon &= measure_stops("decoding", Phase::kDecoding, total - whole.begin(Phase::kDecoding),
                        rendering(generator, plain));
  return soon;
}

}  // namespace

int main(int argc, char** argv) {
  sleep_while_waiting(argv);
  const std::vector<std::string> words(argv + 1, argv + argc);
  Model model;
  model.folder = words.empty() ? DGX_TINY_MODEL : words[0];
  const double seconds = words.size() > 1 ? std::atof(words[1].c_str()) : 16;
  if (words.size() > 2) model.options.device = words[2];
  if (words.size() > 3) model.options.type = number_type(words[3]);
  model.config = checked(read_model_config(model.folder));

  static_cast<void>(checked(model.load()));
  const auto start = Clock::now();
  const auto generator = checked(model.load());
  const double loading = seconds_since(start);
  const ComputeFacts facts = generator->facts();
  std::printf("%s\n%s, %s on %s, %u processors\n\n", model.folder.c_str(), facts.kernel.c_str(),
              facts.dtype.c_str(), facts.device.c_str(), std::thread::hardware_concurrency());
  row("what", "measured", "budget");
  std::printf("|---|---|---|\n");
  row("loading from a warm cache", number("%.2f s", loading), "3 s");
  measure_take(*generator, model.order(seconds), seconds);
  return measure_all_stops(model, *generator, loading) && loading <= 3 ? 0 : 1;
}
