// SPDX-License-Identifier: Apache-2.0
// One take, timed: the project's side of scripts/bench, whose other side is peer_take.py. Prints
// lines of a name and a number. Usage: dgx_bench_take [FOLDER [SECONDS [int8|fp32|bf16 [THREADS
// [DEVICE]]]]]; without a folder, a tiny model.

#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

#include "generator/model/musicgen/generator.hpp"
#include "generator/model/musicgen/model_config.hpp"
#include "tests/bench/musicgen/measuring.hpp"

namespace {

using namespace dgx::musicgen;
using dgx::protocol::Phase;
using dgx::protocol::Progress;

constexpr std::int64_t kStepsOfMedian = 40;

/// Memory that is not a file's: what an engine adds to a machine that has the model in its cache.
double anonymous_gigabytes() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("RssAnon:")) return std::atof(line.c_str() + 8) * 1024 / 1e9;
  }
  return 0;
}

/// Since the system started this program, to a hundredth of a second: dynamic linking counts, as it
/// does in an engine.
double seconds_of_process() {
  std::ifstream file("/proc/self/stat");
  const std::string stat((std::istreambuf_iterator<char>(file)), {});
  std::istringstream fields(stat.substr(stat.rfind(')') + 2));  // From the third on (proc(5))
  std::string field;
  for (int i = 3; i <= 22; ++i) fields >> field;
  timespec now{};
  ::clock_gettime(CLOCK_BOOTTIME, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec) -
         std::atof(field.c_str()) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

/// When each step was done, and when the first audio was there.
struct Watch {
  Clock::time_point start = Clock::now();
  std::vector<double> steps{};
  double first_token = 0;  ///< Since the program began
  double first_audio = 0;
  double anonymous = 0;

  void operator()(const Progress& progress) {
    const double now = seconds_since(start);
    if (progress.phase == Phase::kGenerating) {
      if (steps.empty()) first_token = seconds_of_process();
      steps.push_back(now);
    }
    if (progress.phase != Phase::kDecoding || progress.step == 0) return;
    if (first_audio == 0) first_audio = now;
    anonymous = std::max(anonymous, anonymous_gigabytes());
  }

  /// The median step from position `first` on; nothing where the take is shorter.
  void print_steps(std::int64_t first) const {
    if (static_cast<std::int64_t>(steps.size()) <= first + kStepsOfMedian) return;
    std::vector<double> times;
    for (std::int64_t i = first + 1; i <= first + kStepsOfMedian; ++i) {
      const auto step = static_cast<std::size_t>(i);
      times.push_back(steps[step] - steps[step - 1]);
    }
    std::nth_element(times.begin(), times.begin() + kStepsOfMedian / 2, times.end());
    std::printf("step_ms_%ld %.3f\n", static_cast<long>(first), 1e3 * times[kStepsOfMedian / 2]);
  }
};

}  // namespace

int main(int argc, char** argv) {
  sleep_while_waiting(argv);
  const std::vector<std::string> words(argv + 1, argv + argc);
  const std::string folder = words.empty() ? DGX_TINY_MODEL : words[0];
  const double seconds = words.size() > 1 ? std::atof(words[1].c_str()) : 2;
  ComputeOptions options;
  if (words.size() > 2) options.type = number_type(words[2]);
  if (words.size() > 3) options.threads = std::atoi(words[3].c_str());
  options.device = words.size() > 4 ? words[4] : "cpu";
  const ModelConfig config = checked(read_model_config(folder));

  auto start = Clock::now();
  const auto generator = checked(load_generator(folder, options, [](const Progress&) {}, {}));
  std::printf("load_s %.3f\n", seconds_since(start));
  RenderOrder order;
  order.takes.push_back({{9, 8, 7, 6, 5, 9, 8, 7, 6, 5, 9, 1}, 1});
  const auto render = [&](double length, Watch& watch) {
    const double frames = length * static_cast<double>(config.audio_encoder.frame_rate());
    order.frames = std::llround(frames);
    const auto made =
        generator->render(order, [](RenderedTokens&&) { return dgx::ok(); }, std::ref(watch), {});
    if (!made) static_cast<void>(checked<int>(made.error()));
  };
  Watch warming;
  render(1, warming);
  std::printf("first_token_s %.2f\n", warming.first_token);
  Watch watch;
  render(seconds, watch);
  std::printf("take_s %.3f\n", seconds_since(watch.start));
  std::printf("first_audio_s %.3f\n", watch.first_audio);
  for (const std::int64_t position : {0, 400, 750, 1450}) watch.print_steps(position);
  std::printf("peak_gb %.3f\nanonymous_gb %.3f\n", largest_gigabytes(), watch.anonymous);
  return 0;
}
