// SPDX-License-Identifier: Apache-2.0
#include "generator/model/musicgen/prompt_words.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include "generator/protocol/music.hpp"
#include "generator/protocol/number_text.hpp"

namespace dgx::musicgen {
namespace {

constexpr std::array<std::string_view, 12> kFillers = {
    "and", "the", "with", "for", "from", "into", "some", "that", "this", "very", "music", "song"};

std::string key_in_words(const std::string& text) {
  const auto key = parse_key(text);
  if (!key) return text;
  std::string tonic = to_string(*key);
  if (key->minor) tonic.pop_back();  // The m of "F#m".
  return tonic + (key->minor ? " minor" : " major");
}

}  // namespace

std::string prompt_with_fields(const protocol::GenerationRequest& request) {
  std::string text = request.prompt;
  if (request.bpm) text += ", " + protocol::number_text(*request.bpm) + " bpm";
  if (request.time_signature) text += ", " + *request.time_signature + " time";
  if (request.key) text += ", key of " + key_in_words(*request.key);
  return text;
}

std::vector<std::string> name_words_of(std::string_view prompt) {
  constexpr std::size_t kMostWords = 3;
  std::vector<std::string> words;
  std::string word;
  const auto end_word = [&] {
    const bool telling = word.size() > 2 && word.size() <= 16 &&
                         std::find(kFillers.begin(), kFillers.end(), word) == kFillers.end();
    if (telling && words.size() < kMostWords) words.push_back(word);
    word.clear();
  };
  for (const char c : prompt) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 128 && std::isalnum(byte) != 0) {
      word.push_back(static_cast<char>(std::tolower(byte)));
    } else if (c != '-' || word.empty()) {
      end_word();
    }
  }
  end_word();
  return words;
}

}  // namespace dgx::musicgen
