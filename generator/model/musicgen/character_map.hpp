// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "generator/base/result.hpp"

// Private to the tokenizer.
namespace dgx::musicgen {

/// Checks the `precompiled_charsmap` of a SentencePiece model, which the library walks without
/// looking at its bounds: a double array (Darts-clone) from byte sequences to places in a text of
/// replacements. After ok() no input whatever makes a walk leave the array or the text, or find
/// more than the 32 prefixes that the library has room for. An empty map is fine.
///
/// Failure: kCorrupt. Memory: at most 2.5 bytes for each byte of the map.
Status check_character_map(std::string_view map);

}  // namespace dgx::musicgen
