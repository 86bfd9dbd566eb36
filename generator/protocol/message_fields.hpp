// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "generator/protocol/codec.hpp"
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

}  // namespace dgx::protocol
