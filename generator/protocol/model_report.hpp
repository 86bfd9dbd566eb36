// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace dgx::protocol {

/// Whether a model can keep up with playback here; see model/store/machine_fit.hpp for the rule.
struct RealTimeReport {
  std::int64_t bytes_per_step = 0;         ///< Weights that each step reads
  std::int64_t read_bytes_per_second = 0;  ///< Of this machine's memory, as measured
  double least_seconds_per_second = 0;     ///< Of computing for a second of music, at best
  bool possible = false;                   ///< least_seconds_per_second is below 1
};

/// A model that is built in, installed, or could be pulled: `models list` and `models info`.
struct ModelReport {
  std::string id{};
  std::string state{};  ///< "built-in", "installed", "broken" or "available"
  std::string description{};
  std::string licence{};
  std::string notice{};
  std::int64_t parameters = 0;
  std::int64_t channels = 1;
  bool takes_melody = false;
  std::optional<std::int64_t> disk_bytes{};  ///< Of an installed model
  std::int64_t memory_needed_bytes = 0;
  std::int64_t memory_available_bytes = 0;
  std::optional<RealTimeReport> real_time{};  ///< Absent where it was not measured
  std::string folder{};
  std::string source{};
  std::string revision{};
  std::string sha256{};
  std::string installed_at{};
  std::string licence_accepted_at{};
  std::string problem{};  ///< Of a broken model
};

/// One object on one line; texts that are empty are left out.
std::string encode(const ModelReport& report);
/// {"models": [...], "default": "ID"}
std::string encode(const std::vector<ModelReport>& reports, const std::string& default_model);

}  // namespace dgx::protocol
