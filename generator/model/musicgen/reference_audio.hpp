// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "generator/base/result.hpp"

namespace dgx::musicgen {

/// The longest recording that is read, in seconds.
inline constexpr int kLongestReferenceSeconds = 300;

/// A recording that a model is given, [channel][sample] at `sample_rate` in Hz. `channels` is 1
/// (a stereo file is mixed down, (left + right) / 2) or 2 (a mono file fills both).
///
/// `field` is what asked for it, for messages. Failure: those of read_wav(), a file without samples
/// among them; kInvalidArgument for one beyond kLongestReferenceSeconds, with its length.
Result<std::vector<std::vector<float>>> read_reference(const std::filesystem::path& wav,
                                                       int sample_rate, int channels,
                                                       const std::string& field);

}  // namespace dgx::musicgen
