// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace dgx::jobs {

/// What a take's files are called, without their endings: two or three words, tempo, key and the
/// end of the take's id: "lofi-rhodes-84-Cm-a3f9". Words, which come from the engine, are reduced
/// to letters and digits, so that the name is always one safe component. Never the prompt itself.
std::string take_file_name(const std::vector<std::string>& words, std::optional<double> bpm,
                           const std::optional<std::string>& key, const std::string& take_id,
                           std::size_t id_characters);

}  // namespace dgx::jobs
