// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "generator/base/result.hpp"
#include "generator/client/event_reader.hpp"
#include "generator/protocol/api_messages.hpp"
#include "generator/protocol/disk_use.hpp"
#include "generator/protocol/insertion.hpp"
#include "generator/protocol/transport.hpp"

namespace dgx::client {

struct ClientOptions {
  std::filesystem::path socket{};
  std::chrono::milliseconds patience{10'000};  ///< For one call
  int interrupt = -1;                          ///< An eventfd that ends a call, or -1
};

/// Which takes of the history: those whose prompt or name holds all words of `words`, which may be
/// beginnings; all where there are none.
struct HistoryQuestion {
  std::string words{};
  bool favourites_only = false;
  std::int64_t page = 1;
  std::int64_t page_size = 20;
};

/// The calls of the service, each over a connection of its own and each with a deadline. What the
/// service refuses comes back as the Error that it sent.
/// Failure: kUnavailable where no service runs or it does not answer in time, kCorrupt where the
/// answer is not what the API says. Threads: one at a time.
class GeneratorClient {
 public:
  explicit GeneratorClient(ClientOptions options) : options_(std::move(options)) {}

  Result<protocol::Health> health() const;
  Result<protocol::JobAccepted> generate(const protocol::GenerationRequest& request,
                                         bool embed_receipt = true) const;
  Result<protocol::BatchAccepted> generate_batch(
      const std::vector<protocol::GenerationRequest>& requests) const;
  Result<protocol::JobView> job(const std::string& job_id) const;
  Result<protocol::JobView> cancel(const std::string& job_id) const;
  Result<protocol::QueuePage> queue(std::optional<protocol::JobStatus> status = {}) const;
  Result<protocol::HistoryPage> history(const HistoryQuestion& question) const;
  Result<protocol::Take> take(const std::string& take_id) const;
  Result<protocol::Take> change_take(const std::string& take_id,
                                     const protocol::TakePatch& patch) const;
  Result<protocol::Take> trash_take(const std::string& take_id) const;
  Result<protocol::Take> restore_take(const std::string& take_id) const;
  Result<protocol::DiskUse> disk_use(const std::vector<std::string>& keep) const;
  /// Some of the rejects; `left` says whether to ask again.
  Result<protocol::Discarded> discard_rejects(const protocol::DiscardRequest& request) const;
  Result<protocol::PeaksMessage> peaks(const std::string& take_id, int columns) const;
  Result<protocol::ModelList> models() const;
  /// Whether a host plays: what a service that is told to keeps the GPU free for.
  Result<protocol::TransportView> report_transport(const protocol::TransportReport& report) const;

  /// Asks Ardour to place a take; insertion() tells what became of it.
  Result<protocol::InsertionView> insert(const protocol::InsertionRequest& request) const;
  Result<protocol::InsertionView> insertion(const std::string& insertion_id) const;
  Result<protocol::InsertionView> cancel_insertion(const std::string& insertion_id) const;

  /// The events of one job, or of all where `job_id` is empty; after `last_id` where it is given.
  Result<EventReader> events(const std::string& job_id,
                             std::optional<std::int64_t> last_id = {}) const;

 private:
  Result<std::string> call(const std::string& method, const std::string& target,
                           const std::string& body = {}) const;

  ClientOptions options_;
};

}  // namespace dgx::client
