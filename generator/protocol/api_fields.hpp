// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "generator/protocol/api_messages.hpp"
#include "generator/protocol/message_fields.hpp"

// Private to the codecs: the JSON fields of the structs in api_messages.hpp, each written once.
namespace dgx::protocol {

template <typename F, Is<JobAccepted> T>
void describe(F& f, T& m) {
  f("job_id", m.job_id);
  f("status", m.status);
  f("estimated_time_seconds", m.estimated_time_seconds);
  f("created_at", m.created_at);
}
template <typename F, Is<BatchAccepted> T>
void describe(F& f, T& m) {
  f("jobs", m.jobs);
}
template <typename F, Is<JobTake> T>
void describe(F& f, T& m) {
  f("take_id", m.take_id);
  f("status", m.status);
  f("file_path", m.file_path);
}
// The request, which goes by the parameter table, is added by its own functions below.
template <typename F, Is<JobView> T>
void describe(F& f, T& m) {
  f("job_id", m.job_id);
  f("status", m.status);
  f("priority", m.priority);
  f("attempt", m.attempt);
  f("created_at", m.created_at);
  f("completed_at", m.completed_at);
  f("fraction", m.fraction);
  f("progress", m.progress);
  f("takes", m.takes);
  f("error", m.error);
  f("waits", m.waits);
}
template <typename F, Is<TakePatch> T>
void describe(F& f, T& m) {
  f("name", m.name);
  f("favourite", m.favourite);
}
template <typename F, Is<PeaksMessage> T>
void describe(F& f, T& m) {
  f("take_id", m.take_id);
  f("frames", m.frames);
  f("sample_rate", m.sample_rate);
  f("min", m.min);
  f("max", m.max);
}
template <typename F, Is<InstallableModel> T>
void describe(F& f, T& m) {
  f("id", m.id);
  f("description", m.description);
  f("licence", m.licence);
  f("channels", m.channels);
  f("takes_melody", m.takes_melody);
  f("download_bytes", m.download_bytes);
  f("memory_bytes", m.memory_bytes);
}
template <typename F, Is<ModelList> T>
void describe(F& f, T& m) {
  f("models", m.models);
  f("unavailable", m.unavailable);
  f("installable", m.installable);
}
template <typename F, Is<PartHealth> T>
void describe(F& f, T& m) {
  f("status", m.status);
  f("message", m.message);
}
template <typename F, Is<QueueHealth> T>
void describe(F& f, T& m) {
  f("status", m.status);
  f("pending", m.pending);
  f("processing", m.processing);
}
template <typename F, Is<DiskHealth> T>
void describe(F& f, T& m) {
  f("status", m.status);
  f("free_bytes", m.free_bytes);
}
template <typename F, Is<Health> T>
void describe(F& f, T& m) {
  f("status", m.status);
  f("version", m.version);
  f("pid", m.pid);
  f("uptime_seconds", m.uptime_seconds);
  f("settings", m.settings);
  f("idle_exit_seconds", m.idle_exit_seconds);
  f("database", m.database);
  f("engine", m.engine);
  f("queue", m.queue);
  f("disk", m.disk);
  f("gpu", m.gpu);
}
template <typename F, Is<EventMessage> T>
void describe(F& f, T& m) {
  f("sequence", m.sequence);
  f("job_id", m.job_id);
  f("take_id", m.take_id);
  f("insertion_id", m.insertion_id);
  f("kind", m.kind);
  f("at", m.at);
}
template <typename F, Is<ProgressEvent> T>
void describe(F& f, T& m) {
  f("job_id", m.job_id);
  f("fraction", m.fraction);
  f("progress", m.progress);
}

}  // namespace dgx::protocol
