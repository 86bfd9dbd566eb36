// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "generator/base/result.hpp"

// Private to the tokenizer.
namespace dgx::musicgen {

struct CheckedPieceModel {
  std::string bytes{};  ///< A model of what was read and checked, and of nothing else
  std::int32_t piece_count = 0;
  std::int32_t end_id = 0;  ///< Of "</s>"
};

/// Reads a SentencePiece model (sentencepiece_model.proto) and writes it anew, so that the library,
/// which trusts its file in places, sees only what was checked: a unigram model with 1 to 100,000
/// pieces of UTF-8 text without zero bytes, no two alike, finite scores, one unknown piece, a
/// control piece "</s>", at most 32 user-defined pieces, and a sound character map.
///
/// Failure: kCorrupt; kInvalidArgument for a model of another kind than T5's.
Result<CheckedPieceModel> check_piece_model(std::string_view file);

}  // namespace dgx::musicgen
