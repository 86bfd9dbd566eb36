// SPDX-License-Identifier: Apache-2.0
#include "generator/protocol/model_report.hpp"

#include "generator/protocol/json.hpp"
#include "generator/protocol/json_fields.hpp"
#include "generator/protocol/message_fields.hpp"

namespace dgx::protocol {

template <typename F, Is<RealTimeReport> T>
void describe(F& f, T& m) {
  f("bytes_per_step", m.bytes_per_step);
  f("read_bytes_per_second", m.read_bytes_per_second);
  f("least_seconds_per_second", m.least_seconds_per_second);
  f("possible", m.possible);
}

// Written only; texts without a value are left out.
template <typename F, Is<ModelReport> T>
void describe(F& f, T& m) {
  const auto text = [&f](std::string_view name, const std::string& value) {
    if (!value.empty()) f(name, value);
  };
  f("id", m.id);
  f("state", m.state);
  f("description", m.description);
  text("licence", m.licence);
  text("notice", m.notice);
  f("parameters", m.parameters);
  f("channels", m.channels);
  f("takes_melody", m.takes_melody);
  f("disk_bytes", m.disk_bytes);
  f("memory_needed_bytes", m.memory_needed_bytes);
  f("memory_available_bytes", m.memory_available_bytes);
  f("real_time", m.real_time);
  text("folder", m.folder);
  text("source", m.source);
  text("revision", m.revision);
  text("sha256", m.sha256);
  text("installed_at", m.installed_at);
  text("licence_accepted_at", m.licence_accepted_at);
  text("problem", m.problem);
}

std::string encode(const ModelReport& report) {
  return write_json(object_of(report));
}

std::string encode(const std::vector<ModelReport>& reports, const std::string& default_model) {
  FieldEncoder encoder;
  encoder("models", reports);
  encoder("default", default_model);
  return write_json(encoder.take());
}

}  // namespace dgx::protocol
