// SPDX-License-Identifier: Apache-2.0
#include <functional>
#include <map>

#include "generator/base/ulid.hpp"
#include "tests/history/history_fixture.hpp"
#include "tests/support/torn_vfs.hpp"

using dgx::Error;
using dgx::ErrorCode;
using dgx::Status;
using dgx::history::HistoryStore;
using dgx::history::OpenMode;
using dgx::protocol::Job;
using dgx::protocol::JobStatus;
using dgx::test::make_completed;
using dgx::test::make_job;
using dgx::test::open_store;
using dgx::test::TempDir;

namespace {

const Error kCrash{ErrorCode::kEngineCrashed, "the engine ended with signal 11", "model"};

using Change = std::function<Status(HistoryStore&, const Job&)>;

const std::map<std::string, Change> kChanges = {
    {"begin", [](HistoryStore& s, const Job& job) { return s.begin_job(job.id); }},
    {"complete_take",
     [](HistoryStore& s, const Job& job) {
       return s.complete_take(make_completed(job.take_ids[0]));
     }},
    {"complete", [](HistoryStore& s, const Job& job) { return s.complete_job(job.id); }},
    {"fail", [](HistoryStore& s, const Job& job) { return s.fail_job(job.id, kCrash); }},
    {"cancel", [](HistoryStore& s, const Job& job) { return s.cancel_job(job.id); }},
    {"requeue", [](HistoryStore& s, const Job& job) { return s.requeue_job(job.id); }},
};

// How a new job with one take gets to where the table below starts from.
const std::map<std::string, std::vector<std::string>> kPaths = {
    {"pending", {}},
    {"processing", {"begin"}},
    {"all takes completed", {"begin", "complete_take"}},
    {"completed", {"begin", "complete_take", "complete"}},
    {"failed", {"begin", "fail"}},
    {"cancelled", {"begin", "cancel"}},
};

// Every call in every state: the state of the job and of its take afterwards, "" = refused.
struct Row {
  const char* from;
  const char* change;
  const char* job;
  const char* take;
};
constexpr Row kTable[] = {
    {"pending", "begin", "processing", "processing"},
    {"pending", "complete_take", "", ""},
    {"pending", "complete", "", ""},
    {"pending", "fail", "failed", "failed"},
    {"pending", "cancel", "cancelled", "cancelled"},
    {"pending", "requeue", "", ""},
    {"processing", "begin", "", ""},
    {"processing", "complete_take", "processing", "completed"},
    {"processing", "complete", "", ""},
    {"processing", "fail", "failed", "failed"},
    {"processing", "cancel", "cancelled", "cancelled"},
    {"processing", "requeue", "pending", "pending"},
    {"all takes completed", "begin", "", ""},
    {"all takes completed", "complete_take", "", ""},
    {"all takes completed", "complete", "completed", "completed"},
    {"all takes completed", "fail", "failed", "completed"},
    {"all takes completed", "cancel", "cancelled", "cancelled"},
    {"all takes completed", "requeue", "pending", "completed"},
    {"completed", "begin", "", ""},
    {"completed", "complete_take", "", ""},
    {"completed", "complete", "", ""},
    {"completed", "fail", "", ""},
    {"completed", "cancel", "", ""},
    {"completed", "requeue", "", ""},
    {"failed", "begin", "", ""},
    {"failed", "complete_take", "", ""},
    {"failed", "complete", "", ""},
    {"failed", "fail", "", ""},
    {"failed", "cancel", "", ""},
    {"failed", "requeue", "", ""},
    {"cancelled", "begin", "", ""},
    {"cancelled", "complete_take", "", ""},
    {"cancelled", "complete", "", ""},
    {"cancelled", "fail", "", ""},
    {"cancelled", "cancel", "", ""},
    {"cancelled", "requeue", "", ""},
};

std::string all_rows(const TempDir& temp) {
  return dgx::test::judge(temp / "history.db",
                          "SELECT * FROM jobs; SELECT * FROM generations; SELECT * FROM prompts;"
                          "SELECT * FROM events;");
}

}  // namespace

TEST_CASE("A job changes only from the states that allow it", "[history]") {
  const dgx::test::TornVfs without_fsync;
  const TempDir temp;
  HistoryStore store = open_store(temp / "history.db");
  for (const Row& row : kTable) {
    CAPTURE(row.from, row.change);
    const Job job = make_job("warm Rhodes");
    REQUIRE_OK(store.add_job(job));
    for (const std::string& step : kPaths.at(row.from)) {
      REQUIRE_OK(kChanges.at(step)(store, job));
    }
    const std::string before = all_rows(temp);
    const Status changed = kChanges.at(row.change)(store, job);
    if (*row.job == '\0') {
      REQUIRE_FALSE(changed);
      CHECK(changed.error().code == ErrorCode::kConflict);
      CHECK(all_rows(temp) == before);
    } else {
      REQUIRE_OK(changed);
      CHECK(to_string(store.find_job(job.id)->status) == row.job);
      CHECK(to_string(store.find_take(job.take_ids[0])->status) == row.take);
    }
  }
}

TEST_CASE("A change of a job nobody knows is refused as not found", "[history]") {
  const TempDir temp;
  HistoryStore store = open_store(temp / "history.db");
  const Job job = make_job("never added");
  for (const auto& [name, change] : kChanges) {
    CAPTURE(name);
    const Status changed = change(store, job);
    REQUIRE_FALSE(changed);
    CHECK(changed.error().code == ErrorCode::kNotFound);
  }
  CHECK(store.find_job(job.id).error().code == ErrorCode::kNotFound);
}

TEST_CASE("A job and its takes come back as they were written", "[history]") {
  const TempDir temp;
  Job job = make_job("warm Rhodes, 84 BPM", 3);
  job.request.model = "sketch";
  job.request.duration = 12.5;
  job.request.sample_rate = 96000;
  job.request.seed = (std::int64_t{1} << 53) - 1;
  const auto completed = make_completed(job.take_ids[1]);
  {
    HistoryStore store = open_store(temp / "history.db");
    REQUIRE_OK(store.add_job(job));
    REQUIRE_OK(store.begin_job(job.id));
    REQUIRE_OK(store.complete_take(completed));
    REQUIRE_OK(store.fail_job(job.id, kCrash));
  }
  HistoryStore store = open_store(temp / "history.db", OpenMode::kReadOnly);
  const auto found = store.find_job(job.id);
  REQUIRE_OK(found);
  CHECK(found->request == job.request);
  CHECK(found->take_ids == job.take_ids);
  CHECK(found->created_at == job.created_at);
  CHECK(found->completed_at.size() == job.created_at.size());
  CHECK(found->attempt == 1);
  REQUIRE(found->error.has_value());
  CHECK(found->error->code == kCrash.code);
  CHECK(found->error->message == kCrash.message);
  CHECK(found->error->field == kCrash.field);

  const auto failed = store.find_take(job.take_ids[0]);
  REQUIRE_OK(failed);
  CHECK(failed->error_message == kCrash.message);
  CHECK(failed->receipt_json.empty());
  CHECK(failed->duration_seconds == 12.5);
  CHECK(failed->sample_rate == 96000);

  const auto take = store.find_take(job.take_ids[1]);
  REQUIRE_OK(take);
  CHECK(take->job_id == job.id);
  CHECK(take->prompt == job.request.prompt);
  CHECK(take->model_name == completed.model_name);
  CHECK(take->model_version == completed.model_version);
  CHECK(take->duration_seconds == completed.duration_seconds);
  CHECK(take->sample_rate == completed.sample_rate);
  CHECK(take->channels == completed.channels);
  CHECK(take->file_path == completed.file_path);
  CHECK(take->file_size_bytes == completed.file_size_bytes);
  CHECK(take->generation_time_seconds == completed.generation_time_seconds);
  CHECK(take->receipt_json == completed.receipt_json);
  CHECK(take->created_at == job.created_at);
  CHECK_FALSE(take->completed_at.empty());
  CHECK(take->error_message.empty());
}

TEST_CASE("A queued job that begins again counts its attempts and keeps its finished takes",
          "[history]") {
  const TempDir temp;
  HistoryStore store = open_store(temp / "history.db");
  const Job job = make_job("dusty drums", 2);
  REQUIRE_OK(store.add_job(job));
  REQUIRE_OK(store.begin_job(job.id));
  REQUIRE_OK(store.complete_take(make_completed(job.take_ids[0])));
  REQUIRE_OK(store.requeue_job(job.id));
  CHECK(store.find_take(job.take_ids[1])->status == JobStatus::kPending);
  REQUIRE_OK(store.begin_job(job.id));
  CHECK(store.find_job(job.id)->attempt == 2);
  CHECK(store.find_take(job.take_ids[0])->status == JobStatus::kCompleted);
  const Status early = store.complete_job(job.id);
  REQUIRE_FALSE(early);
  CHECK(early.error().code == ErrorCode::kConflict);
  REQUIRE_OK(store.complete_take(make_completed(job.take_ids[1])));
  REQUIRE_OK(store.complete_job(job.id));
}

TEST_CASE("The queue is read in the order in which jobs were added", "[history]") {
  const TempDir temp;
  HistoryStore store = open_store(temp / "history.db");
  std::vector<std::string> added;
  for (int i = 0; i < 12; ++i) {
    // The clock goes backwards; the order stays.
    const Job job = make_job("job", 1, "2026-11-21T10:00:" + std::to_string(59 - i) + ".000Z");
    REQUIRE_OK(store.add_job(job));
    if (i % 3 == 0) {
      REQUIRE_OK(store.cancel_job(job.id));
    } else {
      added.push_back(job.id);
    }
  }
  const auto pending = store.jobs_in(JobStatus::kPending);
  REQUIRE_OK(pending);
  std::vector<std::string> read;
  for (const Job& job : *pending) read.push_back(job.id);
  CHECK(read == added);
  CHECK(store.jobs_in(JobStatus::kCancelled)->size() == 4);
  CHECK(store.jobs_in(JobStatus::kFailed)->empty());
}

TEST_CASE("An id that exists is refused and nothing of the job stays", "[history]") {
  const TempDir temp;
  HistoryStore store = open_store(temp / "history.db");
  const Job first = make_job("first");
  REQUIRE_OK(store.add_job(first));
  const std::string before = all_rows(temp);
  Job same_take = make_job("second", 2);
  same_take.take_ids[1] = first.take_ids[0];
  Job same_job = make_job("third");
  same_job.id = first.id;
  for (const Job& job : {same_take, same_job}) {
    const Status added = store.add_job(job);
    REQUIRE_FALSE(added);
    CHECK(added.error().code == ErrorCode::kConflict);
    CHECK(all_rows(temp) == before);
  }
  CHECK(store.page({.text = "second"})->total == 0);
}

TEST_CASE("A job that is not new, or has no takes, is not added", "[history]") {
  const TempDir temp;
  HistoryStore store = open_store(temp / "history.db");
  Job running = make_job("prompt");
  running.status = JobStatus::kProcessing;
  Job without_takes = make_job("prompt");
  without_takes.take_ids.clear();
  Job without_id = make_job("prompt");
  without_id.id.clear();
  Job without_time = make_job("prompt", 1, "");
  for (const Job& job : {running, without_takes, without_id, without_time}) {
    const Status added = store.add_job(job);
    REQUIRE_FALSE(added);
    CHECK(added.error().code == ErrorCode::kInvalidArgument);
  }
  CHECK(store.page({})->total == 0);
}

TEST_CASE("Every change of a job is an event, in order", "[history]") {
  const TempDir temp;
  HistoryStore store = open_store(temp / "history.db");
  const Job job = make_job("events");
  REQUIRE_OK(store.add_job(job));
  REQUIRE_OK(store.begin_job(job.id));
  REQUIRE_OK(store.requeue_job(job.id));
  REQUIRE_OK(store.begin_job(job.id));
  REQUIRE_OK(store.complete_take(make_completed(job.take_ids[0])));
  REQUIRE_OK(store.complete_job(job.id));
  REQUIRE_FALSE(store.cancel_job(job.id));
  const Job other = make_job("other");
  REQUIRE_OK(store.add_job(other));
  REQUIRE_OK(store.cancel_job(other.id));
  const Job third = make_job("third");
  REQUIRE_OK(store.add_job(third));
  REQUIRE_OK(store.fail_job(third.id, kCrash));
  CHECK(dgx::test::judge(temp / "history.db",
                         "SELECT sequence, kind, take_id IS NULL FROM events ORDER BY sequence") ==
        "1|added|1\n2|begun|1\n3|requeued|1\n4|begun|1\n5|take_completed|0\n6|completed|1\n"
        "7|added|1\n8|cancelled|1\n9|added|1\n10|failed|1\n");
}

TEST_CASE("A prompt's uses are counted, with the first and the last of them", "[history]") {
  const TempDir temp;
  HistoryStore store = open_store(temp / "history.db");
  REQUIRE_OK(store.add_job(make_job("warm Rhodes", 8, "2026-11-21T11:00:00.000Z")));
  REQUIRE_OK(store.add_job(make_job("warm rhodes", 1, "2026-11-21T12:00:00.000Z")));
  REQUIRE_OK(store.add_job(make_job("warm Rhodes", 1, "2026-11-21T13:00:00.000Z")));
  REQUIRE_OK(store.add_job(make_job("warm Rhodes", 1, "2026-11-21T10:00:00.000Z")));
  const auto prompts = store.most_used_prompts(10);
  REQUIRE_OK(prompts);
  REQUIRE(prompts->size() == 2);
  CHECK(prompts->at(0).text == "warm Rhodes");
  CHECK(prompts->at(0).used_count == 3);
  CHECK(prompts->at(0).first_used_at == "2026-11-21T10:00:00.000Z");
  CHECK(prompts->at(0).last_used_at == "2026-11-21T13:00:00.000Z");
  CHECK(prompts->at(1).text == "warm rhodes");
  CHECK(prompts->at(1).used_count == 1);
  CHECK(store.most_used_prompts(1)->size() == 1);
  CHECK(store.most_used_prompts(0).error().code == ErrorCode::kInvalidArgument);
}
