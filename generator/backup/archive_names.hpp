// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

// What the entries of a backup are called: history.db, takes/<file>, and last manifest.json.
namespace dgx::backup {

inline constexpr std::string_view kHistoryEntry = "history.db";
inline constexpr std::string_view kManifestEntry = "manifest.json";
inline constexpr std::string_view kTakesFolder = "takes/";

/// Room for some 200,000 files.
inline constexpr std::size_t kLargestManifest = std::size_t{1} << 26;

/// Names of files in a backup are plain: every file system and every tar reads them alike.
inline bool is_plain_name(std::string_view name) {
  constexpr std::size_t kLongest = 200;
  if (name.empty() || name.size() > kLongest || name.front() == '.') return false;
  return std::ranges::all_of(name,
                             [](char c) { return c > ' ' && c < '\x7f' && c != '/' && c != '\\'; });
}

}  // namespace dgx::backup
