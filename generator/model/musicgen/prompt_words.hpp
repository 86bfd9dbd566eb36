// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "generator/protocol/request.hpp"

namespace dgx::musicgen {

/// The prompt with what was asked for by fields, in the words of the training data's captions:
/// "dusty drums, 84 bpm, 3/4 time, key of C minor". Says nothing twice that no field asked for.
std::string prompt_with_fields(const protocol::GenerationRequest& request);

/// Two or three telling words of a prompt, in lower case, for a file's name.
std::vector<std::string> name_words_of(std::string_view prompt);

}  // namespace dgx::musicgen
