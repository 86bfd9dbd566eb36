// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace dgx::model::sketch {

/// One word of a prompt. Hyphens and punctuation separate words, except inside numbers ("6/8",
/// "92.5") and where "#" belongs to a note ("F#m").
struct PromptWord {
  std::string text{};       ///< In lower case (ASCII letters only)
  std::string written{};    ///< As the person wrote it
  bool phrase_end = false;  ///< A comma, a full stop or the like follows
};

std::vector<PromptWord> prompt_words(std::string_view prompt);

/// Whether the words from `from` on are those of `phrase`, without a comma inside.
bool phrase_at(const std::vector<PromptWord>& words, std::size_t from,
               const std::vector<PromptWord>& phrase);

}  // namespace dgx::model::sketch
