// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "generator/http/message.hpp"
#include "generator/http/metrics.hpp"
#include "generator/jobs/insertion_desk.hpp"
#include "generator/jobs/job_reader.hpp"
#include "generator/jobs/job_writer.hpp"
#include "generator/jobs/scheduler.hpp"

namespace dgx::http {

/// Which thread answers a call: what only reads rows, what changes something, and what reads whole
/// files each have one, so that none waits for another.
enum class Lane { kReads, kWrites, kFiles };

Lane lane_of(protocol::CallId call);

/// What the calls need. All of it outlives the server.
struct ServiceParts {
  jobs::JobReader& reader;       ///< Lane kReads
  jobs::JobWriter& writer;       ///< Lane kWrites
  jobs::JobReader& file_reader;  ///< Lane kFiles, with a store of its own
  jobs::Scheduler& scheduler;
  jobs::InsertionDesk& insertions;  ///< Lane kWrites
  std::filesystem::path data_folder{};
  std::string settings{};  ///< Hash of what the service was started with; for /health
  std::optional<std::chrono::milliseconds> idle_exit{};    ///< That of the server; for /health
  std::vector<protocol::InstallableModel> known_models{};  ///< What can be pulled, installed or not
};

/// Answers every call but event streams. Threads: answer() on the lane of its call.
class Handlers {
 public:
  Handlers(ServiceParts parts, const Counters& counters)
      : parts_(std::move(parts)), counters_(counters) {}

  Answer answer(const Call& call);

 private:
  Answer generate(const Call& call);
  Answer generate_batch(const Call& call);
  Answer insert(const Call& call);
  Answer queue(const Call& call);
  Answer history(const Call& call);
  Answer disk_use(const Call& call);
  Answer peaks(const Call& call);
  Answer file(const Call& call);
  Answer models();
  Answer metrics();
  protocol::Health health();

  ServiceParts parts_;
  const Counters& counters_;
  std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
};

}  // namespace dgx::http
