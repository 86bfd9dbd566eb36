// SPDX-License-Identifier: Apache-2.0
#include "generator/app/model_reports.hpp"

#include <algorithm>

#include "generator/model/sketch_memory.hpp"
#include "generator/model/store/catalogue.hpp"
#include "generator/model/store/installed_models.hpp"
#include "generator/model/store/machine_fit.hpp"
#include "generator/model/store/model_files.hpp"

namespace dgx::app {
namespace {

using protocol::ModelReport;

std::int64_t signed_bytes(std::uint64_t bytes) {
  return static_cast<std::int64_t>(bytes);
}

void add_memory(ModelReport& report, std::uint64_t needed) {
  report.memory_needed_bytes = signed_bytes(needed);
  const auto available = model::memory_available();
  report.memory_available_bytes = available ? signed_bytes(*available) : 0;
}

ModelReport sketch_report() {
  ModelReport report;
  report.id = "sketch";
  report.state = "built-in";
  report.description = "plays an arrangement with a soundfont; exact in tempo, key and bars";
  report.channels = 2;
  add_memory(report, static_cast<std::uint64_t>(model::kSketchMemoryBytes));
  return report;
}

ModelReport known_report(const model::KnownModel& known, bool on_card) {
  ModelReport report;
  report.id = known.id;
  report.state = "available";
  report.description = "MusicGen, " + std::string(known.summary);
  report.licence = model::kMusicGenLicence;
  report.notice = model::kMusicGenNotice;
  report.parameters = known.parameters;
  report.channels = known.channels;
  report.takes_melody = known.takes_melody;
  report.source = known.repository;
  add_memory(report, model::memory_needed(known, on_card).total());
  return report;
}

ModelReport installed_report(const model::InstalledModel& installed, bool on_card) {
  ModelReport report;
  report.id = installed.id.text();
  report.state = "installed";
  report.description = installed.description;
  report.licence = installed.licence;
  report.notice = installed.notice;
  report.folder = installed.folder.string();
  report.source = installed.manifest.source;
  report.revision = installed.manifest.revision;
  report.sha256 = installed.sha256;
  report.installed_at = installed.manifest.installed_at;
  report.licence_accepted_at = installed.manifest.licence_accepted_at;
  std::int64_t bytes = 0;
  for (const protocol::ManifestFile& file : installed.manifest.files) bytes += file.size;
  report.disk_bytes = bytes;
  const auto facts = model::inspect_model(installed.folder);
  if (!facts) {
    report.state = "broken";
    report.problem = facts.error().message;
    return report;
  }
  report.parameters = signed_bytes(facts->parameters);
  report.channels = facts->channels;
  report.takes_melody = facts->takes_melody;
  const std::uint64_t needed = (on_card ? facts->on_card : facts->on_processor).total();
  add_memory(report, needed);
  const auto memory = model::memory_of_machine();
  if (memory && !on_card) {
    const Status fits = model::require_memory(report.id, needed, *memory);
    if (!fits) report.problem = fits.error().message;
  }
  return report;
}

ModelReport broken_report(const model::BrokenModel& broken) {
  ModelReport report;
  report.id = broken.name;
  report.state = "broken";
  report.description = "cannot be used";
  report.problem = broken.reason.message;
  return report;
}

/// Weights that the processor would read in each step.
std::uint64_t bytes_per_step(const ModelReport& report) {
  if (report.state == "installed") {
    const auto facts = model::inspect_model(report.folder);
    return facts ? facts->on_processor.read_a_step : 0;
  }
  const model::KnownModel* known = model::find_known_model(report.id);
  return known != nullptr ? model::memory_needed(*known, false).read_a_step : 0;
}

void add_real_time(ModelReport& report) {
  const std::uint64_t bandwidth = model::measure_read_bandwidth();
  const std::uint64_t bytes = bytes_per_step(report);
  if (bandwidth == 0 || bytes == 0) return;
  protocol::RealTimeReport real_time;
  real_time.bytes_per_step = signed_bytes(bytes);
  real_time.read_bytes_per_second = signed_bytes(bandwidth);
  real_time.least_seconds_per_second = model::least_seconds_per_second(bytes, bandwidth);
  real_time.possible = real_time.least_seconds_per_second < 1.0;
  report.real_time = real_time;
}

}  // namespace

Result<std::vector<ModelReport>> report_models(const Settings& settings) {
  const auto list = model::list_installed_models(settings.places.data);
  if (!list) return list.error();
  const bool on_card = model::computes_on_card(settings.device);
  std::vector<ModelReport> reports;
  for (const model::InstalledModel& installed : list->models) {
    reports.push_back(installed_report(installed, on_card));
  }
  reports.push_back(sketch_report());
  for (const model::BrokenModel& broken : list->broken) reports.push_back(broken_report(broken));
  for (const model::KnownModel& known : model::known_models()) {
    const bool present =
        std::any_of(reports.begin(), reports.end(),
                    [&](const ModelReport& report) { return report.id == known.id; });
    if (!present) reports.push_back(known_report(known, on_card));
  }
  return reports;
}

Result<ModelReport> report_model(const Settings& settings, const std::string& id) {
  const auto reports = report_models(settings);
  if (!reports) return reports.error();
  const auto found = std::find_if(reports->begin(), reports->end(),
                                  [&](const ModelReport& report) { return report.id == id; });
  if (found == reports->end()) {
    std::string known;
    for (const ModelReport& report : *reports) known += (known.empty() ? "" : ", ") + report.id;
    return Error{ErrorCode::kNotFound, "no model is called " + id + "; there are " + known,
                 "model"};
  }
  ModelReport report = *found;
  if (report.state == "installed" || report.state == "available") add_real_time(report);
  return report;
}

std::string default_model(const std::vector<ModelReport>& reports) {
  // Best first: what the store lists before the built-in one. What does not fit says so.
  const auto usable = std::find_if(reports.begin(), reports.end(), [](const ModelReport& report) {
    return (report.state == "installed" && report.problem.empty()) || report.state == "built-in";
  });
  return usable->id;
}

std::string passed_over(const std::vector<ModelReport>& reports) {
  const std::string chosen = default_model(reports);
  std::string reasons;
  for (const ModelReport& report : reports) {
    if (report.id == chosen) break;
    if (report.state == "installed") reasons += (reasons.empty() ? "" : "; ") + report.problem;
  }
  return reasons.empty() ? reasons : reasons + ": " + chosen + " is used";
}

}  // namespace dgx::app
