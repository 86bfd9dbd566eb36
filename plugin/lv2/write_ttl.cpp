// SPDX-License-Identifier: Apache-2.0
// Lets the built plugin describe itself, and adds what DPF has no word for. Part of the build.
//
// Usage: write_ttl MODULE: writes manifest.ttl, MODULE's .ttl and presets.ttl into MODULE's folder.
#include <dlfcn.h>

#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>

#include "plugin/instrument/factory_presets.hpp"
#include "plugin/lv2/properties.hpp"

namespace {

namespace fs = std::filesystem;

std::string read_file(const fs::path& file) {
  std::ifstream stream(file);
  return {std::istreambuf_iterator<char>(stream), {}};
}

void write_file(const fs::path& file, const std::string& text) {
  std::ofstream stream(file);
  stream << text;
  stream.close();
  if (!stream) throw std::runtime_error("cannot write " + file.string());
}

void insert_after(std::string& text, const std::string& place, const std::string& what) {
  const auto found = text.find(place);
  if (found == std::string::npos) throw std::runtime_error("DPF wrote no " + place);
  text.insert(found + place.size(), what);
}

void describe(const fs::path& module) {
  void* library = ::dlopen(module.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) throw std::runtime_error(::dlerror());
  using Generate = void (*)(const char*);
  const auto generate = reinterpret_cast<Generate>(::dlsym(library, "lv2_generate_ttl"));
  if (generate == nullptr) throw std::runtime_error(module.string() + " cannot describe itself");
  fs::current_path(module.parent_path());
  generate(module.stem().c_str());
}

// DPF 1.6 has no designation for the port by which a host says that it exports.
void add_freewheel(const fs::path& ttl) {
  std::string text = read_file(ttl);
  insert_after(text, "lv2:symbol \"freewheel\" ;\n",
               "        lv2:designation lv2:freeWheeling ;\n"
               "        lv2:portProperty <http://lv2plug.in/ns/ext/port-props#notOnGUI> ;\n");
  write_file(ttl, text);
}

// The panel and the instrument meet in one process: hosts that cannot do that offer no panel.
void require_one_process(const fs::path& ttl) {
  if (!fs::exists(ttl)) return;  // Built without a panel
  std::string text = read_file(ttl);
  insert_after(text, "lv2:requiredFeature ",
               "<http://lv2plug.in/ns/ext/data-access> ,\n"
               "                        <http://lv2plug.in/ns/ext/instance-access> ,\n"
               "                        ");
  write_file(ttl, text);
}

std::string preset_uri(const dgx::plugin::FactoryPreset& preset) {
  return "<" + std::string(dgx::plugin::kPluginUri) + "#preset-" + std::string(preset.symbol) + ">";
}

std::string ports_of(const dgx::plugin::FactoryPreset& preset) {
  using dgx::plugin::ControlKind;
  std::ostringstream text;
  const char* separator = "    lv2:port ";
  for (std::size_t i = 0; i < preset.values.size(); ++i) {
    const ControlKind kind = dgx::plugin::control(i).kind;
    if (kind == ControlKind::kMeter || kind == ControlKind::kFreewheel) continue;
    // A preset says how things sound; it asks for nothing.
    if (kind == ControlKind::kTrigger || kind == ControlKind::kPromptPreset) continue;
    text << separator << "[\n        lv2:symbol \"" << dgx::plugin::control_symbol(i)
         << "\" ;\n        pset:value " << std::showpoint << preset.values[i] << "\n    ]";
    separator = " , ";
  }
  return text.str() + " .\n\n";
}

void write_presets(const fs::path& folder) {
  std::string manifest = read_file(folder / "manifest.ttl");
  manifest += "@prefix pset: <http://lv2plug.in/ns/ext/presets#> .\n\n";
  std::string text =
      "@prefix lv2: <http://lv2plug.in/ns/lv2core#> .\n"
      "@prefix pset: <http://lv2plug.in/ns/ext/presets#> .\n"
      "@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .\n\n";
  for (const auto& preset : dgx::plugin::factory_presets()) {
    const std::string head = preset_uri(preset) + "\n    a pset:Preset ;\n    lv2:appliesTo <" +
                             dgx::plugin::kPluginUri + "> ;\n";
    manifest += head + "    rdfs:seeAlso <presets.ttl> .\n\n";
    text += head + "    rdfs:label \"" + std::string(preset.name) + "\" ;\n" + ports_of(preset);
  }
  write_file(folder / "manifest.ttl", manifest);
  write_file(folder / "presets.ttl", text);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    if (argc != 2) throw std::runtime_error("usage: write_ttl MODULE");
    const fs::path module = fs::absolute(argv[1]);
    describe(module);
    require_one_process(module.parent_path() / (module.stem().string() + "_ui.ttl"));
    add_freewheel(fs::path(module).replace_extension(".ttl"));
    write_presets(module.parent_path());
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "write_ttl: %s\n", error.what());
    return 1;
  }
}
