// SPDX-License-Identifier: Apache-2.0
// The service as its callers feel it: calls while a job runs, acknowledged requests, a thousand
// event streams, memory, start, and how soon a dead engine is noticed. Calls use a connection each.
// Usage: dgx_bench_service [calls]; dgx-music and dgx-fake-engine have to lie beside it.
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <functional>

#include "generator/jobs/engine_supervisor.hpp"
#include "tests/bench/history_rows.hpp"
#include "tests/bench/served.hpp"

namespace {

using namespace dgx::bench;

constexpr int kListeners = 1000;

/// What was measured, in order.
class Times {
 public:
  void add(double milliseconds) { times_.push_back(milliseconds); }
  /// The time that a share of all did not pass.
  [[nodiscard]] double at(double share) const {
    auto sorted = times_;
    std::sort(sorted.begin(), sorted.end());
    return sorted[static_cast<std::size_t>(
        std::ceil(share * static_cast<double>(sorted.size()) - 1))];
  }

 private:
  std::vector<double> times_{};
};

void print(const std::string& what, const std::string& measured, const std::string& budget) {
  std::printf("| %-58s | %-22s | %-16s |\n", what.c_str(), measured.c_str(), budget.c_str());
  std::fflush(stdout);
}

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2f", value);
  return text;
}

std::string half_and_most(const Times& times) {
  return number(times.at(0.5)) + " / " + number(times.at(0.99));
}

// Calls come at any time, and not only when the one before was answered: so there are pauses.
Times get(const Served& service, const std::string& target, int calls) {
  constexpr unsigned kPause = 2000;  // Microseconds
  Times times;
  for (int i = 0; i < calls; ++i) {
    ::usleep(kPause);
    const Reply reply = service.call("GET", target);
    expect(reply.status == 200, target + " says " + reply.body);
    times.add(reply.milliseconds);
  }
  return times;
}

void measure_start() {
  Times times;
  Served service;
  for (int round = 0; round < 20; ++round) {
    times.add(service.start());
    service.stop();
  }
  print("start to first answer, median / most, ms",
        number(times.at(0.5)) + " / " + number(times.at(1)), "100");
}

void measure_rest(const Served& service) {
  ::usleep(500'000);
  const auto megabytes = [&service](const char* kind) {
    return number(static_cast<double>(service.memory(kind)) * 1024 / 1e6);
  };
  print("memory at rest: resident / of that its own, MB",
        megabytes("VmRSS") + " / " + megabytes("RssAnon"), "20");
}

void measure_calls(const Served& service, int calls) {
  const std::string job = service.submit("slow tone");
  Listener events(service, job);
  events.wait_for("event: progress");
  print("GET /health, a job runs: p50 / p99, ms", half_and_most(get(service, "/health", calls)),
        "1 / 10");
  print("GET job, it runs: p50 / p99, ms",
        half_and_most(get(service, "/api/v1/jobs/" + job, calls)), "1 / 10");
}

// What a disk needs to make one page durable, in the service's own folder.
double fsync_once(int fd) {
  static const std::string page(4096, 'x');
  const auto start = Clock::now();
  expect(::write(fd, page.data(), page.size()) == static_cast<ssize_t>(page.size()), "write");
  expect(::fsync(fd) == 0, "fsync");
  return milliseconds_since(start);
}

void measure_submit(const Served& service, int calls) {
  const dgx::UniqueFd file(
      ::open((service.folder() / "fsync").c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
  expect(file.valid(), "cannot write in " + service.folder().string());
  Times submits;
  Times syncs;
  for (int i = 0; i < std::min(calls, 900); ++i) {  // A thousand may wait.
    const Reply reply =
        service.call("POST", "/api/v1/generate", R"({"prompt":"a plain tone","duration":1})");
    expect(reply.status == 202, reply.body);
    submits.add(reply.milliseconds);
    syncs.add(fsync_once(file.get()));
  }
  print("POST generate, acknowledged: p50 / p99, ms", half_and_most(submits), "fsync + 15");
  print("fsync alone between these calls: p50 / p99, ms", half_and_most(syncs), "-");
}

void measure_streams(const Served& service, int calls) {
  const auto before = service.memory("VmRSS");
  const Crowd crowd(service, kListeners);
  ::usleep(500'000);
  const auto bytes = crowd.bytes();
  const auto begin = Clock::now();
  const Times health = get(service, "/health", calls);
  const Times queue = get(service, "/api/v1/jobs?status=processing", calls);
  const double seconds = milliseconds_since(begin) / 1000;
  const auto after = service.memory("VmRSS");
  expect(crowd.lost() == 0, std::to_string(crowd.lost()) + " event streams were dropped");
  print("1,000 event streams, GET /health: p50 / p99, ms", half_and_most(health), "- / 50");
  print("1,000 event streams, GET queue: p50 / p99, ms", half_and_most(queue), "- / 50");
  print("1,000 event streams, memory, MiB",
        "+" + number(static_cast<double>(after - before) / 1024), "+64");
  print("1,000 event streams, sent meanwhile, KiB/s",
        number(static_cast<double>(crowd.bytes() - bytes) / 1024 / seconds), "-");
}

// From the signal to the event that tells of the job's return into the queue.
double noticed_after(const Served& service, int signal) {
  const std::string job = service.submit("slow tone");
  Listener events(service, job);
  events.wait_for("event: progress");
  const auto start = Clock::now();
  for (const pid_t engine : service.engines()) ::kill(engine, signal);
  events.wait_for("event: requeued");
  const double milliseconds = milliseconds_since(start);
  expect(service.call("DELETE", "/api/v1/jobs/" + job).status == 200, "cannot cancel");
  return milliseconds;
}

void measure_failures(const Served& service) {
  print("engine killed, seen after ms", number(noticed_after(service, SIGKILL)), "2000");
  const auto deadline = dgx::jobs::EngineDeadlines{}.heartbeat.count();
  print("engine stopped, seen after ms", number(noticed_after(service, SIGSTOP)),
        std::to_string(deadline) + " + 2000");
}

void raise_descriptor_limit() {
  rlimit limit{};
  expect(::getrlimit(RLIMIT_NOFILE, &limit) == 0, "getrlimit");
  limit.rlim_cur = limit.rlim_max;
  expect(::setrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur > kListeners + 100,
         "too few files may be open");
}

}  // namespace

int main(int argc, char** argv) {
  const int calls = argc > 1 ? std::atoi(argv[1]) : 1000;
  expect(calls >= 1, "usage: dgx_bench_service [calls]");
  raise_descriptor_limit();
  print("what", "measured", "budget");
  std::printf("|---|---|---|\n");
  measure_start();
  {
    Served service;
    service.start();
    measure_failures(service);
  }
  Served service;
  service.start();
  measure_rest(service);
  measure_calls(service, calls);
  measure_streams(service, calls);
  measure_submit(service, calls);
  return 0;
}
