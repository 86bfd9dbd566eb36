// SPDX-License-Identifier: Apache-2.0
#include "generator/model/store/machine_fit.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <new>
#include <string>
#include <thread>
#include <vector>

#include "generator/model/store/byte_text.hpp"

namespace dgx::model {
namespace {

constexpr double kStepsPerSecond = 50.0;

constexpr std::size_t kBufferBytes = std::size_t{256} << 20U;
constexpr int kPasses = 4;

std::uint64_t sum_of(const std::uint64_t* words, std::size_t count) {
  std::array<std::uint64_t, 8> sums{};  // Independent, so that additions do not wait for each other
  for (std::size_t i = 0; i + sums.size() <= count; i += sums.size()) {
    for (std::size_t lane = 0; lane < sums.size(); ++lane) sums[lane] += words[i + lane];
  }
  std::uint64_t total = 0;
  for (const std::uint64_t sum : sums) total += sum;
  return total;
}

/// Seconds that all threads together take to read the buffer once.
double time_one_pass(const std::vector<std::uint64_t>& buffer, unsigned thread_count) {
  std::atomic<std::uint64_t> total{0};  // So that the sums are not left out.
  const std::size_t share = buffer.size() / thread_count;
  const auto start = std::chrono::steady_clock::now();
  {
    std::vector<std::jthread> threads;
    for (unsigned i = 0; i < thread_count; ++i) {
      threads.emplace_back([&, i] { total += sum_of(buffer.data() + i * share, share); });
    }
  }
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

Result<std::uint64_t> memory_fact(const std::string& wanted) {
  std::ifstream file("/proc/meminfo");
  for (std::string name; file >> name;) {
    std::uint64_t kibibytes = 0;
    if (name == wanted + ":" && file >> kibibytes) return kibibytes * 1024;
    file.ignore(1024, '\n');
  }
  return Error{ErrorCode::kIo, "/proc/meminfo does not tell " + wanted};
}

}  // namespace

Result<std::uint64_t> memory_available() {
  return memory_fact("MemAvailable");
}

Result<std::uint64_t> memory_of_machine() {
  return memory_fact("MemTotal");
}

Status require_memory(const std::string& id, std::uint64_t needed, std::uint64_t machine) {
  if (needed <= machine) return ok();
  return Error{ErrorCode::kOutOfMemory, id + " needs " + byte_text(needed) +
                                            " of memory, and this machine has " +
                                            byte_text(machine)};
}

bool has_graphics_card() {
  std::error_code error;
  return std::filesystem::exists("/dev/nvidiactl", error);
}

bool computes_on_card(const std::string& device) {
  return device != "cpu" && has_graphics_card();
}

std::uint64_t measure_read_bandwidth() try {
  const std::vector<std::uint64_t> buffer(kBufferBytes / sizeof(std::uint64_t), 1);
  const unsigned thread_count = std::max(1U, std::thread::hardware_concurrency());
  double best = time_one_pass(buffer, thread_count);
  for (int pass = 1; pass < kPasses; ++pass) {
    best = std::min(best, time_one_pass(buffer, thread_count));
  }
  return static_cast<std::uint64_t>(static_cast<double>(kBufferBytes) / best);
} catch (const std::bad_alloc&) {
  return 0;
}

double least_seconds_per_second(std::uint64_t bytes_per_step, std::uint64_t read_bytes_per_second) {
  return static_cast<double>(bytes_per_step) * kStepsPerSecond /
         static_cast<double>(read_bytes_per_second);
}

}  // namespace dgx::model
