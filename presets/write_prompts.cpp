// SPDX-License-Identifier: Apache-2.0
// Writes the prompt presets as C++. Part of the build.
//
// Usage: write_prompts prompts.toml OUT.cpp
#include <toml++/toml.h>

#include <cstdio>
#include <exception>
#include <fstream>
#include <stdexcept>
#include <string>

namespace {

std::string text_of(const toml::table& entry, const char* key) {
  const auto text = entry[key].value<std::string>();
  if (!text) throw std::runtime_error(std::string("a prompt has no ") + key);
  return "R\"~(" + *text + ")~\"";
}

std::string row_of(const toml::table& entry) {
  return "    {" + text_of(entry, "name") + ", " + text_of(entry, "genre") + ", " +
         text_of(entry, "mood") + ", " + text_of(entry, "text") + "},\n";
}

std::string table_of(const toml::table& file) {
  const toml::array* prompts = file["prompt"].as_array();
  if (prompts == nullptr) throw std::runtime_error("there are no prompts");
  std::string rows;
  for (const toml::node& node : *prompts) {
    if (!node.is_table()) throw std::runtime_error("a prompt is no table");
    rows += row_of(*node.as_table());
  }
  return rows;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    if (argc != 3) throw std::runtime_error("usage: write_prompts prompts.toml OUT.cpp");
    std::ofstream out(argv[2]);
    out << "#include \"presets/prompt_presets.hpp\"\n\n#include <iterator>\n\nnamespace dgx {\n"
           "namespace {\n\nconstexpr PromptPreset kPresets[] = {\n"
        << table_of(toml::parse_file(argv[1]))
        << "};\nstatic_assert(std::size(kPresets) == kPromptPresetCount);\n\n}  // namespace\n\n"
           "std::span<const PromptPreset> prompt_presets() {\n  return kPresets;\n}\n\n"
           "}  // namespace dgx\n";
    out.close();
    if (!out) throw std::runtime_error(std::string("cannot write ") + argv[2]);
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "write_prompts: %s\n", error.what());
    return 1;
  }
}
