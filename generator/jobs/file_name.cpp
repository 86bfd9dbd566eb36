// SPDX-License-Identifier: Apache-2.0
#include "generator/jobs/file_name.hpp"

#include <algorithm>
#include <cmath>

#include "generator/protocol/music.hpp"

namespace dgx::jobs {
namespace {

constexpr std::size_t kMostWords = 3;
constexpr std::size_t kLongestWord = 16;

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
}

std::string plain_word(const std::string& text) {
  std::string word;
  for (const char c : text) {
    const char l = lower(c);
    const bool plain = (l >= 'a' && l <= 'z') || (l >= '0' && l <= '9');
    if (plain && word.size() < kLongestWord) word += l;
  }
  return word;
}

}  // namespace

std::string take_file_name(const std::vector<std::string>& words, std::optional<double> bpm,
                           const std::optional<std::string>& key, const std::string& take_id,
                           std::size_t id_characters) {
  std::string name;
  std::size_t used = 0;
  for (const std::string& text : words) {
    const std::string word = plain_word(text);
    if (word.empty() || used == kMostWords) continue;
    name += word + "-";
    ++used;
  }
  if (used == 0) name = "take-";
  if (bpm && *bpm >= 1 && *bpm < 1000) name += std::to_string(std::lround(*bpm)) + "-";
  if (key) {
    if (const auto parsed = parse_key(*key)) name += to_string(*parsed) + "-";
  }
  const std::size_t count = std::min(id_characters, take_id.size());
  std::string suffix = take_id.substr(take_id.size() - count);
  std::transform(suffix.begin(), suffix.end(), suffix.begin(), lower);
  return name + suffix;
}

}  // namespace dgx::jobs
