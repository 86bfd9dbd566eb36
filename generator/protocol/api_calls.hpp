// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

// The one table of what can be called. The router and the OpenAPI document come from it.
namespace dgx::protocol {

enum class CallId {
  kGenerate,
  kGenerateBatch,
  kQueue,
  kJob,
  kCancelJob,
  kJobEvents,
  kEvents,
  kTake,
  kChangeTake,
  kTrashTake,
  kRestoreTake,
  kPeaks,
  kFile,
  kHistory,
  kModels,
  kHealth,
  kMetrics,
  kOpenApi,
};

struct QueryField {
  std::string_view name{};
  std::string_view type{};  ///< "string", "integer", "boolean", or "JobStatus" for one of its names
  std::string_view help{};
  std::int64_t minimum = 0;  ///< Of integers
  std::int64_t maximum = 0;  ///< The same; 0: none
};

struct ApiCall {
  CallId id;
  std::string_view method;
  std::string_view path;  ///< One component may be {id} or {name}
  std::string_view summary;
  std::string_view body{};    ///< Schema of what is sent; empty where nothing is
  int status = 200;           ///< Of success
  std::string_view answer{};  ///< Schema of the answer; empty where it is not JSON
  std::array<QueryField, 5> query{};
};

inline constexpr std::array<ApiCall, 18> kApiCalls = {{
    {CallId::kGenerate,
     "POST",
     "/api/v1/generate",
     "puts a request into the queue",
     "GenerationRequest",
     202,
     "JobAccepted",
     {{{"embed", "boolean", "false keeps the receipt, and with it the prompt, out of the WAV"}}}},
    {CallId::kGenerateBatch,
     "POST",
     "/api/v1/generate/batch",
     "puts up to 100 requests into the queue, all or none",
     "Batch",
     202,
     "BatchAccepted",
     {}},
    {CallId::kQueue,
     "GET",
     "/api/v1/jobs",
     "the queue, in the order in which it will run",
     "",
     200,
     "QueuePage",
     {{{"status", "JobStatus", "only jobs of this status; all that have not ended by default"}}}},
    {CallId::kJob, "GET", "/api/v1/jobs/{id}", "one job and how far it is", "", 200, "JobView", {}},
    {CallId::kCancelJob,
     "DELETE",
     "/api/v1/jobs/{id}",
     "cancels a job that has not ended",
     "",
     200,
     "JobView",
     {}},
    {CallId::kJobEvents,
     "GET",
     "/api/v1/jobs/{id}/events",
     "server-sent events of one job; ends with it",
     "",
     200,
     "",
     {}},
    {CallId::kEvents,
     "GET",
     "/api/v1/events",
     "server-sent events of all jobs; resumes after Last-Event-ID",
     "",
     200,
     "",
     {}},
    {CallId::kTake, "GET", "/api/v1/takes/{id}", "one take and its receipt", "", 200, "Take", {}},
    {CallId::kChangeTake,
     "PATCH",
     "/api/v1/takes/{id}",
     "names a take, makes it a favourite",
     "TakePatch",
     200,
     "Take",
     {}},
    {CallId::kTrashTake,
     "DELETE",
     "/api/v1/takes/{id}",
     "moves a take to the trash",
     "",
     200,
     "Take",
     {}},
    {CallId::kRestoreTake,
     "POST",
     "/api/v1/takes/{id}/restore",
     "takes it out of the trash",
     "",
     200,
     "Take",
     {}},
    {CallId::kPeaks,
     "GET",
     "/api/v1/takes/{id}/peaks",
     "its waveform for drawing",
     "",
     200,
     "PeaksMessage",
     {{{"columns", "integer", "512 by default", 1, 4096}}}},
    {CallId::kFile,
     "GET",
     "/api/v1/files/{name}",
     "a WAV, MIDI file or receipt by its name; ranges are served",
     "",
     200,
     "",
     {}},
    {CallId::kHistory,
     "GET",
     "/api/v1/history",
     "earlier takes, newest first",
     "",
     200,
     "HistoryPage",
     {{{"q", "string", "words of the prompt, all of them, as beginnings of words"},
       {"page", "integer", "1 by default", 1},
       {"page_size", "integer", "20 by default", 1, 200},
       {"favourite", "boolean", "true: only favourites"},
       {"trash", "boolean", "true: what lies in the trash"}}}},
    {CallId::kModels,
     "GET",
     "/api/v1/models",
     "models that can be used, and those that cannot",
     "",
     200,
     "ModelList",
     {}},
    {CallId::kHealth,
     "GET",
     "/health",
     "database, engine, queue, disk, GPU",
     "",
     200,
     "Health",
     {}},
    {CallId::kMetrics, "GET", "/metrics", "numbers for Prometheus", "", 200, "", {}},
    {CallId::kOpenApi, "GET", "/openapi.json", "this interface as OpenAPI 3.1", "", 200, "", {}},
}};

}  // namespace dgx::protocol
