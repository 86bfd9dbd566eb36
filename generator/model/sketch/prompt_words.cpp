// SPDX-License-Identifier: Apache-2.0
#include "generator/model/sketch/prompt_words.hpp"

namespace dgx::model::sketch {
namespace {

bool is_digit(char letter) {
  return letter >= '0' && letter <= '9';
}

bool is_letter(char letter) {
  return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z');
}

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  std::string result;
  std::size_t at = 0;
  for (std::size_t hit = text.find(from); hit != std::string::npos; hit = text.find(from, at)) {
    result.append(text, at, hit - at).append(to);
    at = hit + from.size();
  }
  text = result.append(text, at);
}

/// Signs that people type, as the ASCII that the reader looks for.
std::string with_plain_signs(std::string_view prompt) {
  std::string text(prompt);
  replace_all(text, "\u266f", "#");
  replace_all(text, "\u266d", "b");
  replace_all(text, "\u2019", "'");
  replace_all(text, "\u2018", "'");
  replace_all(text, "\u2010", "-");
  replace_all(text, "\u2011", "-");
  for (const std::string_view mark : {"\u2013", "\u2014", "\u3001", "\u3002", "\uff0c"}) {
    replace_all(text, mark, ",");
  }
  return text;
}

bool belongs_to_word(std::string_view text, std::size_t at) {
  const char letter = text[at];
  // Letters of any script: bytes above ASCII.
  if (is_letter(letter) || is_digit(letter) || (static_cast<unsigned char>(letter) & 0x80) != 0) {
    return true;
  }
  if (letter == '#' || letter == '&' || letter == '+') return true;
  const bool between_digits =
      at > 0 && at + 1 < text.size() && is_digit(text[at - 1]) && is_digit(text[at + 1]);
  return (letter == '.' || letter == '/') && between_digits;
}

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& letter : result) {
    if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter | 0x20);
  }
  return result;
}

}  // namespace

std::vector<PromptWord> prompt_words(std::string_view prompt) {
  const std::string text = with_plain_signs(prompt);
  std::vector<PromptWord> words;
  std::size_t at = 0;
  while (at < text.size()) {
    std::size_t end = at;
    while (end < text.size() && belongs_to_word(text, end)) ++end;
    if (end > at) {
      const std::string_view written = std::string_view(text).substr(at, end - at);
      words.push_back({lower(written), std::string(written)});
      at = end;
      continue;
    }
    const bool ends_phrase =
        std::string_view(",.;:!?()[]\n").find(text[at]) != std::string_view::npos;
    if (ends_phrase && !words.empty()) words.back().phrase_end = true;
    ++at;
  }
  return words;
}

bool phrase_at(const std::vector<PromptWord>& words, std::size_t from,
               const std::vector<PromptWord>& phrase) {
  if (phrase.empty() || from + phrase.size() > words.size()) return false;
  for (std::size_t i = 0; i < phrase.size(); ++i) {
    if (words[from + i].text != phrase[i].text) return false;
    if (i + 1 < phrase.size() && words[from + i].phrase_end) return false;
  }
  return true;
}

}  // namespace dgx::model::sketch
