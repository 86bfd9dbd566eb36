// SPDX-License-Identifier: Apache-2.0
#include "tests/backup/studio.hpp"

#include <fstream>
#include <iterator>

#include "generator/base/ulid.hpp"
#include "generator/history/history_store.hpp"
#include "generator/protocol/codec.hpp"
#include "tests/support/catch.hpp"

namespace dgx::test {
namespace {

namespace fs = std::filesystem;
using history::HistoryStore;
using history::OpenMode;

HistoryStore open_history(const fs::path& file, OpenMode mode) {
  auto store = HistoryStore::open(file, mode);
  REQUIRE_OK(store);
  return *std::move(store);
}

protocol::Receipt make_receipt(const protocol::Job& job, const fs::path& base) {
  protocol::Receipt receipt;
  receipt.take_id = job.take_ids.front();
  receipt.job_id = job.id;
  receipt.file_path = base.string() + ".wav";
  receipt.midi_path = base.string() + ".mid";
  receipt.stems = {{"drums", base.string() + ".drums.wav"}};
  receipt.prompt = job.request.prompt;
  receipt.request = job.request;
  receipt.model.id = "sketch";
  receipt.duration_seconds = 1;
  return receipt;
}

void write_files(const protocol::Receipt& receipt) {
  write_bytes(receipt.file_path, "the audio of " + receipt.take_id + std::string(100'000, '\x5A'));
  write_bytes(receipt.stems.front().file_path, "the drums of " + receipt.take_id);
  write_bytes(*receipt.midi_path, "the notes of " + receipt.take_id);
  write_bytes(fs::path(receipt.file_path).replace_extension(".json"),
              protocol::encode_for_people(receipt));
}

void complete(HistoryStore& store, const protocol::Job& job, const protocol::Receipt& receipt) {
  history::CompletedTake row;
  row.take_id = receipt.take_id;
  row.model_name = receipt.model.id;
  row.file_path = receipt.file_path;
  row.receipt_json = protocol::encode(receipt);
  REQUIRE_OK(store.begin_job(job.id));
  REQUIRE_OK(store.complete_take(row));
  REQUIRE_OK(store.complete_job(job.id));
}

}  // namespace

Studio::Studio() {
  fs::create_directories(takes());
}

std::string Studio::add_take(const std::string& name, const fs::path& folder) {
  fs::create_directories(folder);
  protocol::Job job;
  job.id = new_ulid();
  job.take_ids = {new_ulid()};
  job.request.prompt = "a prompt";
  job.request.seed = 1;
  job.created_at = "2026-11-21T10:00:00.000Z";
  const protocol::Receipt receipt = make_receipt(job, folder / name);
  write_files(receipt);
  HistoryStore store = open_history(history(), OpenMode::kReadWrite);
  REQUIRE_OK(store.add_job(job));
  complete(store, job, receipt);
  return receipt.take_id;
}

Result<backup::BackupSummary> Studio::backup(const fs::path& target) const {
  return backup::write_backup(history(), target,
                              [](const std::string&, std::int64_t, std::int64_t) {}, {});
}

fs::path Studio::backed_up() const {
  const fs::path file = place() / ("backup-" + new_ulid() + ".tar");
  const auto summary = backup(file);
  REQUIRE_OK(summary);
  CHECK(summary->warnings.empty());
  return file;
}

Result<backup::RestoreSummary> Studio::restore(const fs::path& file) const {
  return backup::restore_backup(
      file, data(), [] {}, [](const std::string&, std::int64_t, std::int64_t) {}, {});
}

protocol::Receipt Studio::receipt_of(const std::string& take_id) const {
  const auto take = open_history(history(), OpenMode::kReadOnly).find_take(take_id);
  REQUIRE_OK(take);
  const auto receipt = protocol::decode_receipt(take->receipt_json);
  REQUIRE_OK(receipt);
  return *receipt;
}

std::string Studio::file_path_of(const std::string& take_id) const {
  const auto take = open_history(history(), OpenMode::kReadOnly).find_take(take_id);
  REQUIRE_OK(take);
  return take->file_path;
}

std::map<std::string, std::string> contents_of(const fs::path& folder) {
  std::map<std::string, std::string> contents;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    const bool is_file = entry.symlink_status().type() == fs::file_type::regular;
    contents[entry.path().lexically_relative(folder).string()] =
        is_file ? read_bytes(entry.path()) : "not a file";
  }
  return contents;
}

std::string read_bytes(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  REQUIRE(stream.good());
  return {std::istreambuf_iterator<char>(stream), {}};
}

void write_bytes(const fs::path& file, const std::string& bytes) {
  std::ofstream(file, std::ios::binary) << bytes;
}

}  // namespace dgx::test
