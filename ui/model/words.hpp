// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "generator/protocol/disk_use.hpp"
#include "generator/protocol/insertion.hpp"
#include "generator/protocol/messages.hpp"

// How numbers and states read in the panel.
namespace dgx::ui {

/// "1 bar", "8 bars"
std::string counted(std::int64_t number, std::string_view noun);
/// "84 BPM", "122.5 BPM"
std::string bpm_words(double bpm);
/// "0.8 s", "16 s", "1:05"
std::string seconds_words(double seconds);
/// "2.9 GB", "640 MB"
std::string bytes_words(std::int64_t bytes);
/// "now", "5 min", "3 h", "2 d", then the date; both RFC 3339, UTC.
std::string age_words(std::string_view then, std::string_view now);
/// "Generating", "Loading the model", ...
std::string_view phase_words(protocol::Phase phase);
/// "Placed on Audio 1 from 0:12.500, 22.9 s long"; in samples where the session's rate (Hz) is not
/// known.
std::string insertion_words(const protocol::InsertionView& insertion,
                            std::optional<std::int64_t> sample_rate);
/// "4 takes are no favourite, ...: 12 MB. Move them to the trash?"
std::string reject_words(const protocol::DiskUse& use);
/// Parts with a middle dot between them.
std::string joined_by_dots(const std::vector<std::string>& parts);

}  // namespace dgx::ui
