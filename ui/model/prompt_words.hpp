// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string_view>

// Words that the panel offers beside the prompt. They are plain prompt text: a person could have
// typed them, and the sketch model knows each genre.
namespace dgx::ui {

struct WordGroup {
  std::string_view title;
  std::array<std::string_view, 8> words;  ///< Empty ones fill up
};

inline constexpr std::array<WordGroup, 3> kWordGroups = {{
    {"Genre", {"lo-fi", "boom bap", "trap", "house", "drum and bass", "synthwave", "ambient"}},
    {"Mood",
     {"warm", "dark", "dreamy", "uplifting", "nostalgic", "aggressive", "calm", "melancholic"}},
    {"Instrument", {"Rhodes", "piano", "strings", "bass", "pads", "guitar", "flute", "drums"}},
}};

}  // namespace dgx::ui
