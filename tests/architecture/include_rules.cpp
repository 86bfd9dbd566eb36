// SPDX-License-Identifier: Apache-2.0
#include "tests/architecture/include_rules.hpp"

#include <algorithm>
#include <fstream>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "tests/architecture/file_rules.hpp"

namespace dgx::test {
namespace {

using Names = std::vector<std::string_view>;

struct FolderRule {
  std::string_view folder;  ///< Or one file, for a main program that wires folders together
  Names may_include;        ///< Besides itself
};

// A folder belongs to the row with the longest name that it starts with.
const std::vector<FolderRule> kFolders = {
    {"generator/base", {}},
    {"generator/digest", {"generator/base"}},
    {"generator/protocol", {"generator/base"}},
    {"generator/client", {"generator/protocol", "generator/base"}},
    {"generator/audio", {"generator/digest", "generator/base"}},
    {"generator/loudness", {"generator/audio", "generator/base"}},
    {"generator/analysis", {"generator/audio", "generator/protocol", "generator/base"}},
    {"generator/model",
     {"generator/audio", "generator/digest", "generator/protocol", "generator/base"}},
    {"generator/model/sketch",
     {"generator/model", "generator/audio", "generator/digest", "generator/protocol",
      "generator/base"}},
    {"generator/model/musicgen",
     {"generator/model", "generator/audio", "generator/digest", "generator/protocol",
      "generator/base"}},
    {"generator/model/store",
     {"generator/model/musicgen", "generator/digest", "generator/protocol", "generator/base"}},
    // The network, which nothing but the command line sees.
    {"generator/model/hub",
     {"generator/model/store", "generator/model/musicgen", "generator/digest", "generator/protocol",
      "generator/base"}},
    {"generator/model/musicgen/kernels", {"generator/model/musicgen", "generator/base"}},
    {"generator/model/musicgen/native",
     {"generator/model/musicgen", "generator/model/musicgen/kernels", "generator/protocol",
      "generator/base"}},
    {"generator/engine",
     {"generator/model", "generator/model/musicgen", "generator/analysis", "generator/audio",
      "generator/protocol", "generator/base"}},
    {"generator/engine/engine_main.cpp",
     {"generator/engine", "generator/model", "generator/model/sketch", "generator/model/musicgen",
      "generator/model/store", "generator/protocol", "generator/base"}},
    {"generator/history", {"generator/protocol", "generator/base"}},
    {"generator/jobs",
     {"generator/loudness", "generator/history", "generator/model", "generator/model/store",
      "generator/audio", "generator/digest", "generator/protocol", "generator/base"}},
    {"generator/backup",
     {"generator/jobs", "generator/history", "generator/audio", "generator/digest",
      "generator/protocol", "generator/base"}},
    {"generator/http",
     {"generator/jobs", "generator/history", "generator/model", "generator/audio",
      "generator/protocol", "generator/base"}},
    {"generator/mcp", {"generator/client", "generator/protocol", "generator/base"}},
    // Wiring: sees all but the models, which live in the engine.
    {"generator/app",
     {"generator/app/drawing", "generator/backup", "generator/http", "generator/mcp",
      "generator/client", "generator/jobs", "generator/history", "generator/engine",
      "generator/model", "generator/model/store", "generator/model/hub", "generator/analysis",
      "generator/loudness", "generator/audio", "generator/digest", "generator/protocol",
      "generator/base"}},
    {"generator/app/drawing", {"generator/audio", "generator/base"}},
    {"ui/model", {"generator/protocol", "generator/base"}},
    {"ui/poller", {"ui/model", "generator/client", "generator/protocol", "generator/base"}},
    {"presets", {}},
    {"ui/panel", {"ui/model", "presets", "generator/protocol", "generator/base"}},
    {"ui/headless", {"ui/panel", "ui/model", "generator/protocol", "generator/base"}},
    {"plugin/engine", {"generator/audio", "generator/base"}},
    {"plugin/realtime", {"generator/base"}},
    {"plugin/loader",
     {"plugin/engine", "plugin/realtime", "generator/client", "generator/audio", "generator/base"}},
    {"plugin/client", {"generator/client", "generator/protocol", "generator/base"}},
    {"plugin/instrument",
     {"plugin/engine", "plugin/realtime", "plugin/loader", "plugin/client", "presets",
      "generator/protocol", "generator/audio", "generator/base"}},
    {"plugin/panel",
     {"plugin/instrument", "plugin/engine", "plugin/client", "plugin/lv2", "ui/model", "ui/poller",
      "ui/panel", "generator/client", "generator/protocol", "generator/base"}},
    {"plugin/lv2",
     {"plugin/instrument", "plugin/engine", "plugin/realtime", "plugin/loader", "plugin/client",
      "presets", "generator/audio", "generator/base"}},
    {"plugin",
     {"ui/model", "ui/poller", "ui/panel", "plugin/engine", "plugin/realtime", "plugin/loader",
      "generator/client", "generator/protocol", "generator/audio", "generator/base"}},
};

struct PackageRule {
  std::string_view header;  ///< What the name in the #include starts with
  Names folders;            ///< The only ones that see it, directly or through a header
};

const std::vector<PackageRule> kPackages = {
    {"sqlite3.h", {"generator/history"}},
    {"archive", {"generator/backup"}},
    {"ebur128.h", {"generator/loudness"}},
    {"sndfile.h", {"generator/audio"}},
    {"sndfile.hh", {"generator/audio"}},
    {"soxr.h", {"generator/audio"}},
    {"openssl/", {"generator/digest"}},
    {"curl/", {"generator/model/hub"}},
    {"boost/", {"generator/protocol", "generator/client", "generator/http", "generator/mcp"}},
    {"fluidsynth", {"generator/model/sketch"}},
    {"toml++/", {"generator/model/sketch", "generator/app", "presets"}},
    {"sentencepiece", {"generator/model/musicgen"}},
    {"torch/", {"generator/model/musicgen/native"}},
    {"ATen/", {"generator/model/musicgen/native"}},
    {"c10/", {"generator/model/musicgen/native"}},
    {"CLI/", {"generator/app", "generator/engine/engine_main.cpp", "ui/headless"}},
    {"png.h", {"generator/app/drawing"}},
    {"ft2build.h", {"generator/app/drawing"}},
    {"imgui", {"ui/panel", "ui/headless", "plugin/panel"}},
    {"backends/imgui", {"ui/headless", "plugin/panel"}},
    {"X11/", {"plugin/panel"}},
    {"stb/", {"ui/headless"}},
    {"EGL/", {"ui/headless"}},
    {"GL/", {"ui/headless"}},
    {"lv2/", {"plugin/lv2", "plugin/panel"}},
    {"Distrho", {"plugin/lv2", "plugin/panel"}},
};

struct Include {
  std::size_t line;
  std::string name;
};

struct SourceFile {
  std::vector<Include> project{};   ///< Written with quotation marks
  std::vector<Include> packages{};  ///< Written with angle brackets
};

using Tree = std::map<std::string, SourceFile>;

bool is_below(std::string_view path, std::string_view folder) {
  return path.starts_with(folder) && (path.size() == folder.size() || path[folder.size()] == '/');
}

const FolderRule* rule_of(std::string_view path) {
  const FolderRule* longest = nullptr;
  for (const FolderRule& rule : kFolders) {
    const bool longer = longest == nullptr || rule.folder.size() > longest->folder.size();
    if (longer && is_below(path, rule.folder)) longest = &rule;
  }
  return longest;
}

const PackageRule* package_of(std::string_view header) {
  const auto found = std::find_if(kPackages.begin(), kPackages.end(), [&](const PackageRule& rule) {
    return header.starts_with(rule.header);
  });
  return found == kPackages.end() ? nullptr : &*found;
}

bool contains(const Names& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// The quotation mark or angle bracket and the name of an #include; nothing on any other line.
std::optional<std::pair<char, std::string>> parse_include(std::string_view line) {
  const auto skip = [&line](std::string_view word) {
    const std::size_t start = std::min(line.find_first_not_of(" \t"), line.size());
    line.remove_prefix(start);
    if (!line.starts_with(word)) return false;
    line.remove_prefix(word.size());
    return true;
  };
  if (!skip("#") || !skip("include") || !skip("")) return std::nullopt;
  const char opening = line.empty() ? '\0' : line.front();
  if (opening != '"' && opening != '<') return std::nullopt;
  const std::size_t end = line.find(opening == '<' ? '>' : '"', 1);
  if (end == std::string_view::npos) return std::nullopt;
  return std::pair(opening, std::string(line.substr(1, end - 1)));
}

SourceFile read_source(const std::filesystem::path& path) {
  SourceFile source;
  std::ifstream file(path);
  std::string text;
  for (std::size_t line = 1; std::getline(file, text); ++line) {
    auto include = parse_include(text);
    if (!include) continue;
    auto& list = include->first == '<' ? source.packages : source.project;
    list.push_back({line, std::move(include->second)});
  }
  return source;
}

Tree read_tree(const std::filesystem::path& root) {
  Tree tree;
  for (const std::filesystem::path& path : source_files(root)) {
    const std::string extension = path.extension().string();
    if (extension != ".cpp" && extension != ".hpp" && extension != ".h") continue;
    tree.emplace(path.generic_string(), read_source(root / path));
  }
  return tree;
}

std::string place(const std::string& path, std::size_t line) {
  return path + ":" + std::to_string(line);
}

class IncludeCheck {
 public:
  explicit IncludeCheck(const Tree& tree) : tree_(tree) {}

  std::vector<std::string> run() {
    for (const auto& [path, source] : tree_) {
      if (path.starts_with("tests/")) {
        check_test(path, source);
        continue;
      }
      const FolderRule* rule = rule_of(path);
      if (rule == nullptr) {
        report(path + " is in a folder without a row in include_rules.cpp");
        continue;
      }
      check_folders(path, source, *rule);
      check_packages(path, source, *rule);
    }
    return std::move(violations_);
  }

 private:
  void report(std::string sentence) { violations_.push_back(std::move(sentence)); }

  // Tests go through public headers, and may use any package as a judge.
  void check_test(const std::string& path, const SourceFile& source) {
    for (const Include& include : source.project) {
      if (!include.name.ends_with(".cpp")) continue;
      report(place(path, include.line) + " includes the implementation " + include.name);
    }
  }

  void check_folders(const std::string& path, const SourceFile& source, const FolderRule& rule) {
    for (const Include& include : source.project) {
      const FolderRule* target = rule_of(include.name);
      if (target == nullptr) {
        report(place(path, include.line) + " includes \"" + include.name +
               "\", which is not a header of the project written from the top of the tree");
      } else if (target != &rule && !contains(rule.may_include, target->folder)) {
        report(place(path, include.line) + ": " + std::string(rule.folder) + " may not include " +
               include.name);
      }
    }
  }

  void check_packages(const std::string& path, const SourceFile& source, const FolderRule& rule) {
    for (const Include& include : source.packages) {
      const PackageRule* package = package_of(include.name);
      if (package == nullptr || contains(package->folders, rule.folder)) continue;
      report(place(path, include.line) + ": " + std::string(rule.folder) + " may not include <" +
             include.name + ">");
    }
    for (const Include& include : source.project) {
      for (const PackageRule* package : packages_seen_through(include.name)) {
        if (contains(package->folders, rule.folder)) continue;
        report(place(path, include.line) + ": " + std::string(rule.folder) + " sees " +
               std::string(package->header) + " through " + include.name);
      }
    }
  }

  std::set<const PackageRule*> packages_seen_through(const std::string& header) {
    std::set<const PackageRule*> packages;
    std::set<std::string> visited;
    std::vector<std::string> pending = {header};
    while (!pending.empty()) {
      const std::string path = std::move(pending.back());
      pending.pop_back();
      const auto source = tree_.find(path);
      if (source == tree_.end() || !visited.insert(path).second) continue;
      for (const Include& include : source->second.packages) {
        if (const PackageRule* package = package_of(include.name)) packages.insert(package);
      }
      for (const Include& include : source->second.project) pending.push_back(include.name);
    }
    return packages;
  }

  const Tree& tree_;
  std::vector<std::string> violations_;
};

}  // namespace

std::vector<std::string> check_includes(const std::filesystem::path& root) {
  return IncludeCheck(read_tree(root)).run();
}

}  // namespace dgx::test
