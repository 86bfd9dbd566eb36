// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "generator/protocol/codec.hpp"
#include "generator/protocol/engine_messages.hpp"
#include "generator/protocol/messages.hpp"

// Private to the codecs: the JSON fields of the structs in messages.hpp, each written once.
namespace dgx::protocol {

template <typename T, typename Plain>
concept Is = std::same_as<std::remove_const_t<T>, Plain>;

template <typename F, Is<ModelIdentity> T>
void describe(F& f, T& m) {
  f("id", m.id);
  f("version", m.version);
  f("sha256", m.sha256);
  f("licence", m.licence);
  f("notice", m.notice);
}

template <typename F, Is<ModelDescription> T>
void describe(F& f, T& m) {
  f("identity", m.identity);
  f("sample_rate", m.sample_rate);
  f("channels", m.channels);
  f("keeps_time", m.keeps_time);
  f("gives_stems", m.gives_stems);
  f("gives_midi", m.gives_midi);
  f("kernel", m.kernel);
  f("device", m.device);
  f("dtype", m.dtype);
  f("memory_bytes", m.memory_bytes);
}

template <typename F, Is<StemFile> T>
void describe(F& f, T& m) {
  f("part", m.part);
  f("file_path", m.file_path);
}

template <typename F, Is<LoudnessFacts> T>
void describe(F& f, T& m) {
  f("integrated_lufs", m.integrated_lufs);
  f("short_term_max_lufs", m.short_term_max_lufs);
  f("range_lu", m.range_lu);
  f("true_peak_dbtp", m.true_peak_dbtp);
  f("gain_db", m.gain_db);
  f("short_of_target_lu", m.short_of_target_lu);
}

template <typename F, Is<TempoFacts> T>
void describe(F& f, T& m) {
  f("bpm", m.bpm);
  f("confidence", m.confidence);
  f("fit", m.fit);
  f("bars", m.bars);
  f("time_signature", m.time_signature);
}

template <typename F, Is<LoopFacts> T>
void describe(F& f, T& m) {
  f("seam_db", m.seam_db);
}

template <typename F, Is<EngineFacts> T>
void describe(F& f, T& m) {
  f("version", m.version);
  f("kernel", m.kernel);
  f("dtype", m.dtype);
  f("device", m.device);
}

template <typename F, Is<Times> T>
void describe(F& f, T& m) {
  f("created_at", m.created_at);
  f("completed_at", m.completed_at);
  f("loading_seconds", m.loading_seconds);
  f("generating_seconds", m.generating_seconds);
  f("finishing_seconds", m.finishing_seconds);
}

template <typename F, Is<Choice> T>
void describe(F& f, T& m) {
  f("name", m.name);
  f("value", m.value);
  f("source", m.source);
}

template <typename F, Is<Progress> T>
void describe(F& f, T& m) {
  f("phase", m.phase);
  f("step", m.step);
  f("steps", m.steps);
  f("eta_seconds", m.eta_seconds);
}

template <typename F, Is<Error> T>
void describe(F& f, T& m) {
  f("code", m.code);
  f("message", m.message);
  if constexpr (std::is_const_v<T>) {
    if (!m.field.empty()) f("field", m.field);
  } else {
    f("field", m.field);
  }
}

template <typename F, Is<UnavailableModel> T>
void describe(F& f, T& m) {
  f("id", m.id);
  f("error", m.error);
}

// A receipt without its request, which goes by the parameter table.
template <typename F, Is<Receipt> T>
void describe(F& f, T& m) {
  f("take_id", m.take_id);
  f("job_id", m.job_id);
  f("file_path", m.file_path);
  f("midi_path", m.midi_path);
  f.unless_empty("stems", m.stems);
  f("prompt", m.prompt);
  f("prompt_sent", m.prompt_sent);
  f("seed", m.seed);
  f("model", m.model);
  f("duration_seconds", m.duration_seconds);
  f("frames", m.frames);
  f("channels", m.channels);
  f("audio_sha256", m.audio_sha256);
  f("loudness", m.loudness);
  f("tempo", m.tempo);
  f("key", m.key);
  f("loop", m.loop);
  f("engine", m.engine);
  f("times", m.times);
  f.unless_empty("choices", m.choices);
  f.unless_empty("ignored_words", m.ignored_words);
  f("warnings", m.warnings);
}

template <typename F, Is<ErrorReply> T>
void describe(F& f, T& m) {
  f("error", m.error);
}

template <typename F, Is<Take> T>
void describe(F& f, T& m) {
  f("id", m.id);
  f("job_id", m.job_id);
  f("status", m.status);
  f("prompt", m.prompt);
  f("model_name", m.model_name);
  f("model_version", m.model_version);
  f("duration_seconds", m.duration_seconds);
  f("sample_rate", m.sample_rate);
  f("channels", m.channels);
  f("file_path", m.file_path);
  f("file_size_bytes", m.file_size_bytes);
  f("created_at", m.created_at);
  f("completed_at", m.completed_at);
  f("generation_time_seconds", m.generation_time_seconds);
  f("error_message", m.error_message);
  f("favourite", m.favourite);
  f("name", m.name);
  f("trashed_at", m.trashed_at);
}

/// The takes carry receipts of their own; the codec puts them in.
template <typename F, Is<HistoryPage> T>
void describe(F& f, T& m) {
  f("total", m.total);
  f("page", m.page);
  f("page_size", m.page_size);
}

}  // namespace dgx::protocol
