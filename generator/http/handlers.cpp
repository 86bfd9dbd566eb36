// SPDX-License-Identifier: Apache-2.0
#include "generator/http/handlers.hpp"

#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <sstream>
#include <utility>

#include "generator/base/version.hpp"
#include "generator/protocol/codec.hpp"
#include "generator/protocol/endpoint.hpp"
#include "generator/protocol/openapi.hpp"
#include "generator/protocol/transport.hpp"

namespace dgx::http {
namespace {

using namespace protocol;

constexpr int kMostJobsShown = 200;
// Below this takes are likely to fail; a stereo take of five minutes has 86 MB.
constexpr std::int64_t kLittleRoom = 200'000'000;

Answer json_answer(std::string body, int status = 200) {
  Answer answer;
  answer.status = status;
  answer.body = std::move(body);
  return answer;
}

template <typename T>
Answer answer_of(const Result<T>& result) {
  return result ? json_answer(encode(*result)) : error_answer(result.error());
}

// A model or a folder that is named in a request and is not there is a wrong field, not a wrong
// address.
Answer refused_request(Error error) {
  if (error.code == ErrorCode::kNotFound && !error.field.empty()) {
    error.code = ErrorCode::kInvalidArgument;
  }
  return error_answer(error);
}

std::optional<std::string> field_of(const Call& call, const char* name) {
  const auto found = call.query.find(name);
  if (found == call.query.end()) return std::nullopt;
  return found->second;
}

Result<std::int64_t> whole_field(const Call& call, const char* name, std::int64_t fallback) {
  const auto text = field_of(call, name);
  if (!text) return fallback;
  std::int64_t value = 0;
  const char* end = text->data() + text->size();
  const auto [stop, error] = std::from_chars(text->data(), end, value);
  if (error == std::errc{} && stop == end) return value;
  return Error{ErrorCode::kInvalidArgument,
               std::string(name) + " must be a whole number, got \"" + *text + "\"", name};
}

Result<bool> truth_field(const Call& call, const char* name, bool fallback) {
  const auto text = field_of(call, name);
  if (!text) return fallback;
  if (*text == "true" || *text == "false") return *text == "true";
  return Error{ErrorCode::kInvalidArgument,
               std::string(name) + " must be true or false, got \"" + *text + "\"", name};
}

const char* type_of(const std::string& name) {
  if (name.ends_with(".wav")) return "audio/wav";
  if (name.ends_with(".mid")) return "audio/midi";
  return "application/json";
}

/// "bytes=100-199", "bytes=100-", "bytes=-100". Anything else asks for the whole file (RFC 9110).
struct ByteRange {
  std::int64_t begin = 0;
  std::int64_t end = 0;  // The last byte and one
};

std::optional<ByteRange> parse_range(const std::string& text, std::int64_t size, bool& wrong) {
  constexpr std::string_view kUnit = "bytes=";
  wrong = false;
  if (!text.starts_with(kUnit)) return std::nullopt;
  const char* at = text.data() + kUnit.size();
  const char* end = text.data() + text.size();
  std::int64_t first = -1;
  std::int64_t last = -1;
  if (at != end && *at != '-') at = std::from_chars(at, end, first).ptr;
  if (at == end || *at != '-') return std::nullopt;
  ++at;
  if (at != end) at = std::from_chars(at, end, last).ptr;
  if (at != end || (first < 0 && last < 0)) return std::nullopt;
  ByteRange range{first, last < 0 ? size : std::min(last, size - 1) + 1};
  if (first < 0) range = {std::max<std::int64_t>(0, size - last), size};
  if (first >= 0 && last >= 0 && last < first) return std::nullopt;
  wrong = range.begin >= range.end;
  return range;
}

Answer file_answer(const std::string& name, jobs::OpenFile file,
                   const std::optional<std::string>& asked) {
  Answer answer;
  answer.type = type_of(name);
  answer.headers.emplace_back("Accept-Ranges", "bytes");
  ByteRange whole{0, file.size};
  bool wrong = false;
  const auto range = asked ? parse_range(*asked, file.size, wrong) : std::nullopt;
  const std::string of_size = "/" + std::to_string(file.size);
  if (wrong) {
    Answer refused =
        refusal(416, ErrorCode::kInvalidArgument,
                "Range must lie within " + std::to_string(file.size) + " bytes, got " + *asked);
    refused.headers.emplace_back("Content-Range", "bytes *" + of_size);
    return refused;
  }
  if (range) {
    whole = *range;
    answer.status = 206;
    answer.headers.emplace_back("Content-Range", "bytes " + std::to_string(whole.begin) + "-" +
                                                     std::to_string(whole.end - 1) + of_size);
  }
  answer.file = FileBody{std::move(file.fd), whole.begin, whole.end - whole.begin};
  return answer;
}

std::int64_t free_bytes(const std::filesystem::path& folder) {
  struct statvfs facts {};
  if (::statvfs(folder.c_str(), &facts) != 0) return 0;
  return static_cast<std::int64_t>(facts.f_bavail * facts.f_frsize);
}

// Held where some model would compute on it; what has none has nothing to be kept free.
PartHealth gpu_health(const jobs::GpuHold& hold) {
  const bool is_there = ::access("/dev/nvidiactl", F_OK) == 0;
  const auto host = hold.host();
  if (host && (is_there || !hold.held().models.empty())) {
    return {"held", "kept free while " + *host + " plays"};
  }
  if (is_there) return {"ok", {}};
  return {"idle", "no NVIDIA driver is loaded; models render on the CPU"};
}

}  // namespace

Lane lane_of(CallId call) {
  switch (call) {
    case CallId::kGenerate:
    case CallId::kGenerateBatch:
    case CallId::kCancelJob:
    case CallId::kChangeTake:
    case CallId::kTrashTake:
    case CallId::kRestoreTake:
    case CallId::kDiscard:
    case CallId::kInsert:
    case CallId::kCancelInsertion:
    case CallId::kModels:
      return Lane::kWrites;
    case CallId::kPeaks:
      return Lane::kFiles;
    default:
      return Lane::kReads;
  }
}

Answer Handlers::answer(const Call& call) {
  switch (call.id) {
    case CallId::kGenerate:
      return generate(call);
    case CallId::kGenerateBatch:
      return generate_batch(call);
    case CallId::kQueue:
      return queue(call);
    case CallId::kJob:
      return answer_of(parts_.reader.job(call.parameter));
    case CallId::kTake:
      return answer_of(parts_.reader.take(call.parameter));
    case CallId::kChangeTake: {
      const auto patch = decode<TakePatch>(call.body);
      if (!patch) return error_answer(patch.error());
      return answer_of(parts_.writer.change_take(call.parameter, *patch));
    }
    case CallId::kTrashTake:
      return answer_of(parts_.writer.trash_take(call.parameter));
    case CallId::kRestoreTake:
      return answer_of(parts_.writer.restore_take(call.parameter));
    case CallId::kInsert:
      return insert(call);
    case CallId::kInsertion:
      return answer_of(parts_.reader.insertion(call.parameter));
    case CallId::kCancelInsertion:
      return answer_of(parts_.insertions.cancel(call.parameter));
    case CallId::kPeaks:
      return peaks(call);
    case CallId::kFile:
      return file(call);
    case CallId::kHistory:
      return history(call);
    case CallId::kDiskUse:
      return disk_use(call);
    case CallId::kDiscard: {
      const auto request = decode<DiscardRequest>(call.body);
      if (!request) return error_answer(request.error());
      return answer_of(parts_.writer.discard_rejects(*request));
    }
    case CallId::kTransport: {
      const auto report = decode<TransportReport>(call.body);
      if (!report) return error_answer(report.error());
      return answer_of(parts_.scheduler.report_transport(*report));
    }
    case CallId::kModels:
      return models();
    case CallId::kHealth:
      return json_answer(encode(health()));
    case CallId::kMetrics:
      return metrics();
    case CallId::kOpenApi:
      return json_answer(openapi_document(kVersion));
    case CallId::kCancelJob:
    case CallId::kEvents:
    case CallId::kJobEvents:
      break;  // The server's own: they wait for what happens.
  }
  return error_answer({ErrorCode::kInternal, "this call has no handler"});
}

Answer Handlers::generate(const Call& call) {
  auto request = decode_request(call.body);
  if (!request) return error_answer(request.error());
  const auto embed = truth_field(call, "embed", true);
  if (!embed) return error_answer(embed.error());
  std::vector<GenerationRequest> one;
  one.push_back(*std::move(request));
  const auto accepted = parts_.writer.submit(std::move(one), *embed);
  if (!accepted) return refused_request(accepted.error());
  return json_answer(encode(accepted->jobs.front()), 202);
}

Answer Handlers::generate_batch(const Call& call) {
  auto requests = decode_batch(call.body);
  if (!requests) return error_answer(requests.error());
  if (requests->empty() || requests->size() > Limits{}.batch) {
    return error_answer({ErrorCode::kInvalidArgument,
                         "a batch must have 1 to " + std::to_string(Limits{}.batch) +
                             " requests, got " + std::to_string(requests->size()),
                         "requests"});
  }
  const auto accepted = parts_.writer.submit(*std::move(requests), true);
  if (!accepted) return refused_request(accepted.error());
  return json_answer(encode(*accepted), 202);
}

Answer Handlers::insert(const Call& call) {
  const auto request = decode<InsertionRequest>(call.body);
  if (!request) return error_answer(request.error());
  const auto insertion = parts_.insertions.add(*request);
  if (!insertion) return error_answer(insertion.error());  // The take is what the call is about.
  return json_answer(encode(*insertion), 202);
}

Answer Handlers::queue(const Call& call) {
  std::optional<JobStatus> status;
  if (const auto text = field_of(call, "status")) {
    status = parse_job_status(*text);
    if (!status) {
      return error_answer(
          {ErrorCode::kInvalidArgument,
           "status must be pending, processing, completed, failed or cancelled, got \"" + *text +
               "\"",
           "status"});
    }
  }
  return answer_of(parts_.reader.queue(status, kMostJobsShown));
}

Answer Handlers::history(const Call& call) {
  history::HistoryQuery query;
  query.text = field_of(call, "q").value_or("");
  const auto page = whole_field(call, "page", query.page);
  const auto size = whole_field(call, "page_size", query.page_size);
  const auto favourite = truth_field(call, "favourite", false);
  const auto trash = truth_field(call, "trash", false);
  if (!page) return error_answer(page.error());
  if (!size) return error_answer(size.error());
  if (!favourite) return error_answer(favourite.error());
  if (!trash) return error_answer(trash.error());
  query.page = *page;
  query.page_size = *size;
  query.favourites_only = *favourite;
  query.trashed = *trash;
  const auto found = parts_.reader.history(query);
  if (!found) return error_answer(found.error());
  return json_answer(encode(*found));
}

Answer Handlers::disk_use(const Call& call) {
  std::vector<std::string> keep;
  std::istringstream ids(field_of(call, "keep").value_or(""));
  for (std::string id; std::getline(ids, id, ',');) keep.push_back(id);
  if (Status fine = check_kept(keep); !fine) return error_answer(fine.error());
  return answer_of(parts_.reader.disk_use(keep));
}

Answer Handlers::peaks(const Call& call) {
  constexpr std::int64_t kUsualColumns = 512;
  const auto columns = whole_field(call, "columns", kUsualColumns);
  if (!columns) return error_answer(columns.error());
  const bool fits = std::in_range<int>(*columns);
  return answer_of(parts_.file_reader.peaks(call.parameter, fits ? static_cast<int>(*columns) : 0));
}

Answer Handlers::file(const Call& call) {
  auto file = parts_.reader.file(call.parameter);
  if (!file) return error_answer(file.error());
  return file_answer(call.parameter, *std::move(file), call.range);
}

Answer Handlers::models() {
  auto list = parts_.writer.models();
  if (!list) return error_answer(list.error());
  for (const InstallableModel& known : parts_.known_models) {
    const bool usable =
        std::any_of(list->models.begin(), list->models.end(),
                    [&](const ModelDescription& model) { return model.identity.id == known.id; });
    const bool unusable =
        std::any_of(list->unavailable.begin(), list->unavailable.end(),
                    [&](const UnavailableModel& model) { return model.id == known.id; });
    if (!usable && !unusable) list->installable.push_back(known);
  }
  return json_answer(encode(*list));
}

Health Handlers::health() {
  Health health;
  health.version = kVersion;
  health.pid = ::getpid();
  health.uptime_seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - started_).count();
  health.settings = parts_.settings;
  if (parts_.idle_exit) {
    health.idle_exit_seconds = std::chrono::duration<double>(*parts_.idle_exit).count();
  }
  if (!parts_.scheduler.engine_is_running()) health.engine.status = "idle";
  health.gpu = gpu_health(parts_.scheduler.gpu_hold());
  health.disk.free_bytes = free_bytes(parts_.data_folder);
  if (health.disk.free_bytes < kLittleRoom) health.disk.status = "failing";
  if (const auto counts = parts_.reader.counts()) {
    health.queue.pending = counts->pending;
    health.queue.processing = counts->processing;
  } else {
    health.database = {"failing", counts.error().message};
    health.queue.status = "failing";
  }
  const bool fine = health.database.status != "failing" && health.disk.status != "failing";
  health.status = fine ? "ok" : "degraded";
  return health;
}

Answer Handlers::metrics() {
  const auto counts = parts_.reader.counts();
  if (!counts) return error_answer(counts.error());
  Answer answer;
  answer.type = "text/plain; version=0.0.4; charset=utf-8";
  answer.body = metrics_text(health(), *counts, counters_);
  return answer;
}

}  // namespace dgx::http
