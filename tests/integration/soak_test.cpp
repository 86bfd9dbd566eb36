// SPDX-License-Identifier: Apache-2.0
// A day's work in one go: what a job leaves behind in the service, times twenty thousand.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <numeric>
#include <string>
#include <vector>

#include "generator/protocol/codec.hpp"
#include "tests/integration/program.hpp"
#include "tests/integration/service.hpp"
#include "tests/support/catch.hpp"

using namespace dgx::test;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

constexpr std::size_t kJobsOfASample = 50;
constexpr std::int64_t kLeaving = 2;  // Connections that are just coming to their end

struct Sample {
  double jobs = 0;
  double memory_kib = 0;
  double database_kib = 0;
  double log_kib = 0;  // history.db-wal
  std::int64_t descriptors = 0;
  std::int64_t threads = 0;
};

std::int64_t process_number(pid_t pid, const std::string& name) {
  std::ifstream status("/proc/" + std::to_string(pid) + "/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with(name + ":")) return std::stoll(line.substr(name.size() + 1));
  }
  FAIL("/proc tells no " << name);
  return 0;
}

double kibibytes(const fs::path& file) {
  std::error_code missing;
  const auto size = fs::file_size(file, missing);
  return missing ? 0 : static_cast<double>(size) / 1024;
}

Sample look_at(const Program& program, pid_t pid, std::size_t jobs) {
  using Entries = fs::directory_iterator;
  const auto descriptors =
      std::distance(Entries("/proc/" + std::to_string(pid) + "/fd"), Entries());
  return {static_cast<double>(jobs),
          static_cast<double>(process_number(pid, "VmRSS")),
          kibibytes(program.database()),
          kibibytes(program.database().string() + "-wal"),
          descriptors,
          process_number(pid, "Threads")};
}

/// Of the line through the samples that has the least squares, in `value` a job.
double slope(const std::vector<Sample>& samples, double Sample::*value) {
  const auto mean = [&](double Sample::*of) {
    return std::accumulate(samples.begin(), samples.end(), 0.0,
                           [&](double sum, const Sample& one) { return sum + one.*of; }) /
           static_cast<double>(samples.size());
  };
  const double mean_jobs = mean(&Sample::jobs);
  const double mean_value = mean(value);
  double together = 0;
  double alone = 0;
  for (const Sample& one : samples) {
    together += (one.jobs - mean_jobs) * (one.*value - mean_value);
    alone += (one.jobs - mean_jobs) * (one.jobs - mean_jobs);
  }
  return together / alone;
}

/// Has the service make so many takes, and gives what it looked like after each fifty of them.
std::vector<Sample> samples_of(const Program& program, Running& service, std::size_t jobs,
                               const dgx::protocol::GenerationRequest& request) {
  std::vector<Sample> samples;
  for (std::size_t done = 0; done < jobs;) {
    const std::size_t count = std::min(kJobsOfASample, jobs - done);
    const auto accepted = client_of(program).generate_batch({count, request});
    REQUIRE_OK(accepted);
    for (const auto& job : accepted->jobs) wait_until_done(program, {job.job_id});
    REQUIRE(service.runs_for(1ms));  // And what it says is read: a full pipe would stop it.
    done += count;
    samples.push_back(look_at(program, service.pid(), done));
    fs::remove_all(program.takes());  // They would fill the disk, and are not what is looked at.
  }
  // What is kept for the next job is there after the first ones.
  return {samples.begin() + static_cast<std::ptrdiff_t>(samples.size() / 10), samples.end()};
}

void check_flat(const std::vector<Sample>& settled) {
  for (const Sample& one : settled) {
    CHECK(std::abs(one.descriptors - settled.front().descriptors) <= kLeaving);
    CHECK(one.threads == settled.front().threads);
    CHECK(one.log_kib <= 64 * 1024);
  }
}

}  // namespace

TEST_CASE("Twenty thousand jobs leave the service as small as it was", "[integration]") {
  Program program;
  program.use_fake_engine();
  Running service = start_service(program);
  const auto settled =
      samples_of(program, service, long_tests() ? 20'000 : 200, tone("a plain tone"));
  const double growth = slope(settled, &Sample::memory_kib);
  WARN(settled.back().jobs << " jobs: memory " << settled.front().memory_kib << " to "
                           << settled.back().memory_kib << " KiB, " << growth
                           << " KiB a job; database " << slope(settled, &Sample::database_kib)
                           << " KiB a job");
  check_flat(settled);
  if (long_tests()) CHECK(growth <= 1.0);
}

#ifdef DGX_WITH_MUSICGEN
TEST_CASE("Five hundred takes of a model leave the service as small as it was", "[integration]") {
  const std::string model = DGX_SOURCE_DIR "/tests/golden/musicgen/mono";
  Program program;
  REQUIRE(program.run({"models", "import", model, "--id", "tiny", "--accept-licence"}).exit_code ==
          0);
  Running service = start_service(program);
  auto request = tone("a plain tone");
  request.model = "tiny";
  const auto settled = samples_of(program, service, long_tests() ? 500 : 100, request);
  WARN(settled.back().jobs << " takes: memory " << settled.front().memory_kib << " to "
                           << settled.back().memory_kib << " KiB");
  check_flat(settled);
  if (long_tests()) CHECK(settled.back().memory_kib - settled.front().memory_kib <= 2048);
}
#endif
