// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/history_rows.hpp"

#include <array>
#include <chrono>
#include <string>

#include "generator/base/philox.hpp"
#include "generator/base/ulid.hpp"
#include "generator/base/utc_time.hpp"
#include "generator/history/history_store.hpp"

namespace dgx::bench {
namespace {

using history::HistoryStore;

constexpr std::size_t kReceiptBytes = 2000;

std::string prompt_of(int job, RandomStream& random) {
  constexpr std::array kGenres = {"lo-fi hip hop", "deep house", "synthwave", "drum and bass"};
  constexpr std::array kMoods = {"dusty", "warm", "driving", "calm", "bright", "dark"};
  std::string prompt = kGenres[random.below(kGenres.size())];
  prompt += std::string(", ") + kMoods[random.below(kMoods.size())] + " drums, ";
  prompt += job % 2 == 0 ? "piano" : "guitar";
  if (job % 100 == 0) prompt += ", theremin";
  return prompt + ", take " + std::to_string(job);
}

void add_job(HistoryStore& store, int number, RandomStream& random) {
  protocol::Job job;
  job.id = new_ulid();
  job.request.prompt = prompt_of(number, random);
  job.request.seed = number;
  job.request.variations = kTakesOfAJob;
  job.created_at =
      to_rfc3339(std::chrono::system_clock::time_point{} + std::chrono::hours(24 * 365 * 50) +
                 std::chrono::milliseconds(number * 61'000LL));
  for (int take = 0; take < kTakesOfAJob; ++take) job.take_ids.push_back(new_ulid());
  take_value(store.add_job(job));
  take_value(store.begin_job(job.id));
  for (const std::string& id : job.take_ids) {
    const std::string padding(kReceiptBytes, 'x');
    take_value(store.complete_take({.take_id = id,
                                    .model_name = "sketch",
                                    .model_version = "1",
                                    .duration_seconds = 16.0,
                                    .sample_rate = 48000,
                                    .channels = 2,
                                    .file_path = "/takes/" + id + ".wav",
                                    .file_size_bytes = 4'608'044,
                                    .generation_time_seconds = 0.5,
                                    .receipt_json = R"({"padding":")" + padding + "\"}"}));
    if (number % 20 == 0) take_value(store.set_favourite(id, true));
  }
  take_value(store.complete_job(job.id));
}

}  // namespace

void write_history(const std::filesystem::path& file, int takes) {
  RandomStream random(1, 0);
  HistoryStore store = take_value(HistoryStore::open(file, history::OpenMode::kReadWrite));
  for (int job = 0; job < takes / kTakesOfAJob; ++job) add_job(store, job, random);
}

}  // namespace dgx::bench
