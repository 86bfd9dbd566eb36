// SPDX-License-Identifier: Apache-2.0
#include "tests/architecture/file_rules.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <set>
#include <string_view>

namespace dgx::test {
namespace {

namespace fs = std::filesystem;

constexpr std::array kTopFolders = {"generator", "plugin",  "ui",          "tests",
                                    "cmake",     "scripts", "lua-scripts", "ardour-templates",
                                    "presets",   "docs",    ".ci"};
// What may lie at the top of a checkout without being part of the project.
constexpr std::array<std::string_view, 3> kNotOurs = {".git", "compile_commands.json",
                                                      "CMakeUserPresets.json"};
constexpr std::size_t kMostLines = 600;

struct Text {
  std::string content{};
  std::size_t line_count = 0;
};

Text read_text(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  Text text;
  text.content.assign(std::istreambuf_iterator<char>(file), {});
  text.line_count =
      static_cast<std::size_t>(std::count(text.content.begin(), text.content.end(), '\n'));
  return text;
}

bool is_code(const fs::path& path, std::string_view content) {
  static const std::set<std::string> kExtensions = {".cpp", ".hpp", ".h",  ".cmake",
                                                    ".lua", ".py",  ".sh", ".cu"};
  return kExtensions.contains(path.extension().string()) || path.filename() == "CMakeLists.txt" ||
         content.starts_with("#!");
}

bool has_spdx_line(std::string_view content) {
  // The first line, or the second where the first names the interpreter.
  const std::size_t first = content.find('\n');
  const std::size_t second = content.find('\n', first + 1);
  const std::size_t end = content.starts_with("#!") ? second : first;
  return content.substr(0, end).find("SPDX-License-Identifier: Apache-2.0") !=
         std::string_view::npos;
}

/// True if `folder` stands in the text as an absolute path, not as a part of another one.
bool names_folder(std::string_view content, std::string_view folder) {
  constexpr std::string_view kPartOfPath =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
      "0123456789_.-}~*";
  for (std::size_t at = content.find(folder); at != std::string_view::npos;
       at = content.find(folder, at + 1)) {
    if (at == 0 || kPartOfPath.find(content[at - 1]) == std::string_view::npos) return true;
  }
  return false;
}

bool has_tests(const fs::path& folder) {
  if (!fs::is_directory(folder)) return false;
  const auto is_test = [](const fs::directory_entry& entry) {
    return entry.path().filename().string().ends_with("_test.cpp");
  };
  return std::any_of(fs::recursive_directory_iterator(folder), fs::recursive_directory_iterator(),
                     is_test);
}

void check_test_folders(const fs::path& root, std::vector<std::string>& violations) {
  if (!fs::is_directory(root / "generator")) return;
  for (const fs::directory_entry& entry : fs::directory_iterator(root / "generator")) {
    if (!entry.is_directory() || !fs::exists(entry.path() / "CMakeLists.txt")) continue;
    const std::string name = entry.path().filename().string();
    if (has_tests(root / "tests" / name)) continue;
    violations.push_back("generator/" + name + " has no tests in tests/" + name);
  }
}

}  // namespace

std::vector<fs::path> source_files(const fs::path& root) {
  std::vector<fs::path> files;
  for (const fs::directory_entry& entry : fs::directory_iterator(root)) {
    const std::string name = entry.path().filename().string();
    if (std::find(kNotOurs.begin(), kNotOurs.end(), name) != kNotOurs.end()) continue;
    if (entry.is_regular_file()) files.push_back(entry.path().lexically_relative(root));
  }
  for (const char* folder : kTopFolders) {
    if (!fs::is_directory(root / folder)) continue;
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(root / folder)) {
      if (entry.is_regular_file()) files.push_back(entry.path().lexically_relative(root));
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::vector<std::string> check_files(const fs::path& root) {
  std::vector<std::string> violations;
  // In two halves, so that this file does not name what it looks for.
  const std::set<std::string> machine_folders = {root.lexically_normal().string() + "/",
                                                 std::string("/wo") + "rk/",
                                                 std::string("/ro") + "ot/"};
  for (const fs::path& path : source_files(root)) {
    const Text text = read_text(root / path);
    if (is_code(path, text.content)) {
      if (!has_spdx_line(text.content)) {
        violations.push_back(path.string() + " does not begin with its SPDX line");
      }
      if (text.line_count > kMostLines) {
        violations.push_back(path.string() + " has " + std::to_string(text.line_count) +
                             " lines; past " + std::to_string(kMostLines) +
                             " it answers more than one question");
      }
    }
    for (const std::string& folder : machine_folders) {
      if (names_folder(text.content, folder)) {
        violations.push_back(path.string() + " names " + folder + ", a folder of one machine");
      }
    }
  }
  check_test_folders(root, violations);
  return violations;
}

}  // namespace dgx::test
