// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <set>
#include <string>

#include "generator/client/generator_client.hpp"
#include "tests/integration/program.hpp"

// A service that runs as a program, met by its own client.
namespace dgx::test {

client::GeneratorClient client_of(const Program& program);

/// Starts a service, and waits until it serves.
Running start_service(const Program& program);

/// A request that the fake engine renders.
protocol::GenerationRequest tone(const std::string& prompt, double seconds = 1);

/// Reads the events of a job until one of that kind comes.
void wait_for_event(const Program& program, const std::string& job_id, const std::string& kind);

/// Waits for the end of all jobs, each of which has to be completed.
void wait_until_done(const Program& program, const std::set<std::string>& jobs);

/// The database is sound, and has so many completed takes; each has its files, and there are no
/// others but those kept aside.
void check_whole(const Program& program, std::size_t completed);

}  // namespace dgx::test
