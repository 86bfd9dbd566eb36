// SPDX-License-Identifier: Apache-2.0
// The service without memory: who asks gets an error or nothing, a job fails or completes, and all
// is well when there is memory again.
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include <fstream>
#include <functional>
#include <new>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "generator/protocol/codec.hpp"
#include "tests/integration/judges.hpp"
#include "tests/integration/program.hpp"
#include "tests/integration/service.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/failing_malloc.hpp"

using namespace dgx::test;
using namespace std::chrono_literals;
using dgx::client::GeneratorClient;
using dgx::protocol::JobStatus;

namespace {

/// Which requests for memory a service is refused.
class Refusals {
 public:
  explicit Refusals(Program& program) {
    const auto file = program.home() / "memory-plan";
    write_file(file, std::string(sizeof(MemoryPlan), '\0'));
    const dgx::UniqueFd fd(::open(file.c_str(), O_RDWR | O_CLOEXEC));
    void* const shared =
        ::mmap(nullptr, sizeof(MemoryPlan), PROT_READ | PROT_WRITE, MAP_SHARED, fd.get(), 0);
    REQUIRE(shared != MAP_FAILED);
    plan_ = new (shared) MemoryPlan;
    program.environment["LD_PRELOAD"] = DGX_FAILING_MALLOC;
    program.environment["DGX_FAILING_MALLOC"] = file.string();
  }
  ~Refusals() { ::munmap(plan_, sizeof(MemoryPlan)); }
  Refusals(const Refusals&) = delete;
  Refusals& operator=(const Refusals&) = delete;

  /// The request with that number from now on, and each so many-th after it where `every` is not 0.
  void refuse(std::int64_t number, std::int64_t every = 0) {
    plan_->refused = 0;
    plan_->every = every;
    plan_->until_refusal = number;
  }
  /// No more. Gives how many were refused.
  std::int64_t end() {
    plan_->until_refusal = 0;
    return plan_->refused;
  }

 private:
  MemoryPlan* plan_ = nullptr;
};

/// From the first on, each one for the long tests, and with growing steps else.
std::int64_t next_number(std::int64_t number) {
  return long_tests() ? number + 1 : number + 1 + number / 3;
}

Running start_refusable(const Program& program) {
  Running service = start_service(program);
  REQUIRE_OK(client_of(program).health());  // All its threads are there.
  return service;
}

void require_alive(Running& service) {
  if (service.runs_for(5ms)) return;
  const Outcome outcome = service.wait();
  FAIL("signal " << outcome.signal << ", exit " << outcome.exit_code << ": " << outcome.err);
}

/// Reads events until the job has ended, however often the stream breaks off.
JobStatus wait_for_end(const Program& program, const std::string& job_id) {
  std::string last = "pending";
  for (const auto deadline = Running::Clock::now() + 60s; Running::Clock::now() < deadline;) {
    const auto job = client_of(program).job(job_id);
    last = job ? std::string(to_string(job->status)) : job.error().message;
    if (job && job->status != JobStatus::kPending && job->status != JobStatus::kProcessing) {
      return job->status;
    }
    auto events = client_of(program).events(job_id);
    while (events && events->next()) {
    }
  }
  FAIL("job " << job_id << " comes to no end: " << last);
  return JobStatus::kFailed;
}

/// Ends the service; each job that it accepted has ended, and the takes of the completed ones are
/// whole.
void check_kept(const Program& program, Running& service, const std::set<std::string>& accepted) {
  std::size_t completed = 0;
  for (const std::string& id : accepted) {
    const JobStatus status = wait_for_end(program, id);
    REQUIRE(service.runs_for(0us));  // And what it says is read: a full pipe would stop it.
    CHECK((status == JobStatus::kCompleted || status == JobStatus::kFailed));
    completed += status == JobStatus::kCompleted ? 1 : 0;
  }
  service.send(SIGTERM);
  const Outcome outcome = service.wait();
  INFO(outcome.err);
  CHECK(outcome.exit_code == 0);
  check_whole(program, completed);
}

rlim_t address_space(pid_t pid) {
  std::ifstream status("/proc/" + std::to_string(pid) + "/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmSize:")) return std::stoull(line.substr(7)) * 1024;
  }
  FAIL("/proc tells no VmSize");
  return 0;
}

using Call = std::function<bool(const GeneratorClient&)>;

std::vector<std::pair<std::string, Call>> calls_about(const std::string& job,
                                                      const std::string& take) {
  return {
      {"health", [](const auto& client) { return bool(client.health()); }},
      {"queue", [](const auto& client) { return bool(client.queue()); }},
      {"history", [](const auto& client) { return bool(client.history({.words = "tone"})); }},
      {"models", [](const auto& client) { return bool(client.models()); }},
      {"job", [job](const auto& client) { return bool(client.job(job)); }},
      {"take", [take](const auto& client) { return bool(client.take(take)); }},
      {"peaks", [take](const auto& client) { return bool(client.peaks(take, 64)); }},
      {"name",
       [take](const auto& client) {
         return bool(client.change_take(take, {"Intro", {}}));
       }},
      {"events", [job](const auto& client) { return bool(client.events(job)); }},
  };
}

std::string accepted(const Program& program, const dgx::protocol::GenerationRequest& request) {
  const auto job = client_of(program).generate(request);
  REQUIRE_OK(job);
  return job->job_id;
}

/// Makes the call with one request for memory refused after the other, until it asks for no more.
/// Gives how often it did not work.
std::int64_t refuse_each(const Program& program, Running& service, Refusals& refusals,
                         const Call& call) {
  std::int64_t failed = 0;
  bool clean = false;
  for (std::int64_t number = 1; !clean; number = next_number(number)) {
    INFO("request for memory " << number << " is refused");
    const auto began = Running::Clock::now();
    refusals.refuse(number);
    const bool worked = call(client_of(program));
    clean = refusals.end() == 0;
    CHECK(Running::Clock::now() - began < 5s * patience());
    CHECK((worked || !clean));
    failed += worked ? 0 : 1;
    require_alive(service);
    REQUIRE_OK(client_of(program).health());
  }
  return failed;
}

/// The same with a job, from the request to its end. Gives how many requests for memory there are.
std::int64_t refuse_each_of_a_job(const Program& program, Running& service, Refusals& refusals) {
  for (std::int64_t number = 1;; number = next_number(number)) {
    INFO("request for memory " << number << " is refused");
    refusals.refuse(number);
    const auto job = client_of(program).generate(tone("a plain tone"));
    if (job) wait_for_end(program, job->job_id);
    const bool clean = refusals.end() == 0;
    require_alive(service);
    CHECK((job || !clean));
    if (clean) return number;
  }
}

void call_impatiently(const Program& program) {
  dgx::client::ClientOptions options;
  options.socket = program.socket();
  options.patience = 200ms;
  const GeneratorClient client(options);
  static_cast<void>(client.health());
  static_cast<void>(client.generate(tone("a plain tone")));
}

void limit_address_space(pid_t pid, const rlimit& limit) {
  REQUIRE(::prlimit(pid, RLIMIT_AS, &limit, nullptr) == 0);
}

/// All jobs that there are, also those whose acknowledgement had no room.
std::set<std::string> all_jobs(const Program& program) {
  std::set<std::string> jobs;
  std::istringstream ids(sqlite3_says(program.database(), "SELECT id FROM jobs"));
  for (std::string id; std::getline(ids, id);) jobs.insert(id);
  return jobs;
}

}  // namespace

TEST_CASE("Whichever request for memory is refused, a call is answered or refused at once",
          "[integration]") {
  Program program;
  program.use_fake_engine();
  Refusals refusals(program);
  Running service = start_refusable(program);
  const std::string job = accepted(program, tone("a plain tone"));
  wait_until_done(program, {job});
  const std::string take = client_of(program).job(job)->takes.at(0).take_id;
  std::int64_t failed = 0;
  for (const auto& [name, call] : calls_about(job, take)) {
    INFO(name);
    failed += refuse_each(program, service, refusals, call);
  }
  CHECK(failed > 0);
  check_kept(program, service, {job});
}

TEST_CASE("Whichever request for memory is refused, a job that was accepted comes to its end",
          "[integration]") {
  Program program;
  program.use_fake_engine();
  Refusals refusals(program);
  Running service = start_refusable(program);
  CHECK(refuse_each_of_a_job(program, service, refusals) > 1000);
  check_kept(program, service, all_jobs(program));
}

TEST_CASE("A service that is refused memory again and again lives, and works when there is some",
          "[integration]") {
  Program program;
  program.use_fake_engine();
  Refusals refusals(program);
  Running service = start_refusable(program);
  for (const std::int64_t every : {101, 331, 997, 5000}) {
    INFO("each request number " << every << " is refused");
    refusals.refuse(every, every);
    for (int round = 0; round < (long_tests() ? 200 : 10); ++round) call_impatiently(program);
    CHECK(refusals.end() > 0);
    require_alive(service);
  }
  wait_until_done(program, {accepted(program, tone("a plain tone"))});
  check_kept(program, service, all_jobs(program));
}

TEST_CASE("A service whose address space is full refuses what needs more, and lives",
          "[integration]") {
  constexpr rlim_t kRoom = rlim_t{16} << 20;
  const auto five_minutes = tone("five minutes", 300);  // 115 MB of samples
  Program program;
  program.use_fake_engine();
  Running service = start_service(program);
  const std::string first = accepted(program, tone("a plain tone"));
  wait_until_done(program, {first});  // Its engines are there, and are not limited.

  rlimit usual{};
  REQUIRE(::prlimit(service.pid(), RLIMIT_AS, nullptr, &usual) == 0);
  limit_address_space(service.pid(), {address_space(service.pid()) + kRoom, usual.rlim_max});
  const std::string large = accepted(program, five_minutes);
  CHECK(wait_for_end(program, large) == JobStatus::kFailed);
  const auto failed = client_of(program).job(large);
  REQUIRE_OK(failed);
  CHECK(failed->error.value_or(dgx::Error{}).code == dgx::ErrorCode::kOutOfMemory);

  limit_address_space(service.pid(), usual);
  const std::string again = accepted(program, five_minutes);
  CHECK(wait_for_end(program, again) == JobStatus::kCompleted);
  check_kept(program, service, {first, large, again});
}
