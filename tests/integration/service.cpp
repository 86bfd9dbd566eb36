// SPDX-License-Identifier: Apache-2.0
#include "tests/integration/service.hpp"

#include "tests/integration/judges.hpp"
#include "tests/support/catch.hpp"

namespace dgx::test {

using namespace std::chrono_literals;

client::GeneratorClient client_of(const Program& program) {
  client::ClientOptions options;
  options.socket = program.socket();
  options.patience = 30s;
  return client::GeneratorClient(options);
}

Running start_service(const Program& program) {
  Running service = program.start({"serve", "--foreground"});
  if (!service.wait_for_error("serving ")) FAIL(service.wait().err);
  return service;
}

protocol::GenerationRequest tone(const std::string& prompt, double seconds) {
  protocol::GenerationRequest request;
  request.prompt = prompt;
  request.duration = seconds;
  return request;
}

void wait_for_event(const Program& program, const std::string& job_id, const std::string& kind) {
  auto events = client_of(program).events(job_id);
  REQUIRE_OK(events);
  for (;;) {
    const auto event = events->next();
    REQUIRE_OK(event);
    if (event->kind == kind) return;
  }
}

void wait_until_done(const Program& program, const std::set<std::string>& jobs) {
  for (const std::string& id : jobs) {
    auto service = client_of(program);
    auto events = service.events(id);
    REQUIRE_OK(events);
    while (const auto event = events->next()) {
    }
    const auto job = service.job(id);
    REQUIRE_OK(job);
    CHECK(job->status == protocol::JobStatus::kCompleted);
  }
}

void check_whole(const Program& program, std::size_t completed) {
  CHECK(sqlite3_says(program.database(), "PRAGMA integrity_check") == "ok");
  CHECK(sqlite3_says(program.database(),
                     "SELECT count(*) FROM generations WHERE status = 'completed'") ==
        std::to_string(completed));
  std::size_t files = 0;
  for (const std::string& name : files_beneath(program.takes())) {
    INFO(name);
    if (name.starts_with(".quarantine")) continue;  // Parts of what a kill left half published.
    CHECK((name.ends_with(".wav") || name.ends_with(".mid") || name.ends_with(".json")));
    CHECK_FALSE(name.starts_with("."));
    ++files;
  }
  CHECK(files == 3 * completed);
}

}  // namespace dgx::test
