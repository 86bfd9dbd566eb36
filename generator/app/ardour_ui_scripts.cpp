// SPDX-License-Identifier: Apache-2.0
#include "generator/app/ardour_ui_scripts.hpp"

#include <array>
#include <cstdint>

namespace dgx::app {
namespace {

constexpr int kSlots = 32;
constexpr std::string_view kEmpty =
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<UIScripts>\n"
    "  <ActionScript lua=\"Lua 5.3\"></ActionScript>\n  <ActionHooks>\n  </ActionHooks>\n"
    "</UIScripts>\n";
constexpr std::string_view kDigits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
// Ardour's signals as a bit set, the last one first: SetSession is the 49th and LuaTimerDS the 48th
// of 7.3 and 8.12; 9 adds one behind them, and a bit that is left out is none.
const std::string kHookSignals = "11" + std::string(47, '0');
// Ardour counts its own ids from 1 up; these are far from there.
constexpr std::int64_t kFirstHookId = 478'684'301;

Error not_ardours(const std::string& what) {
  return {ErrorCode::kCorrupt, "it is not a ui_scripts file of Ardour: " + what};
}

std::string base64(std::string_view bytes) {
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t group = 0;
    for (std::size_t k = 0; k < 3; ++k) {
      group = group << 8 | (i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0U);
    }
    for (std::size_t k = 0; k < 4; ++k) {
      text += i + k > bytes.size() ? '=' : kDigits[group >> (18 - 6 * k) & 63U];
    }
  }
  return text;
}

std::optional<std::string> bytes_of_base64(std::string_view text) {
  std::string bytes;
  std::uint32_t group = 0;
  int bits = 0;
  for (const char c : text) {
    if (c == '=' || c == '\n' || c == '\r' || c == ' ') continue;
    const std::size_t digit = kDigits.find(c);
    if (digit == std::string_view::npos) return std::nullopt;
    group = group << 6 | static_cast<std::uint32_t>(digit);
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes += static_cast<char>(group >> bits & 255U);
  }
  return bytes;
}

// A text in Lua's double quotes, in ASCII alone.
std::string lua_text(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 32 && byte < 127 && c != '"' && c != '\\') {
      quoted += c;
      continue;
    }
    const std::string digits = std::to_string(byte);
    quoted += '\\' + std::string(3 - digits.size(), '0') + digits;
  }
  return quoted + '"';
}

// What Ardour keeps of a script: name, source, arguments, and a chunk that makes its function.
std::string lua_entry(const std::string& variable, const ArdourScript& script) {
  const std::string factory =
      "local A = ... ; function ardour () end " + script.source + "\nreturn factory (A)";
  return variable + "[\"n\"] = " + lua_text(script.name) + " " + variable +
         "[\"s\"] = " + lua_text(script.source) + " " + variable +
         "[\"f\"] = " + lua_text(factory) + " " + variable + "[\"a\"] = {} ";
}

/// Where the text of an element begins and ends.
struct Span {
  std::size_t begin = 0;
  std::size_t end = 0;
};

std::optional<Span> text_of_element(const std::string& xml, const std::string& name) {
  const std::size_t tag = xml.find("<" + name);
  if (tag == std::string::npos) return std::nullopt;
  const std::size_t begin = xml.find('>', tag);
  if (begin == std::string::npos || xml[begin - 1] == '/') return std::nullopt;
  const std::size_t end = xml.find("</" + name + ">", begin);
  if (end == std::string::npos) return std::nullopt;
  return Span{begin + 1, end};
}

// "<ActionHooks/>" as "<ActionHooks></ActionHooks>", and so where there is none.
void open_element(std::string& xml, const std::string& name) {
  if (text_of_element(xml, name)) return;
  const std::size_t tag = xml.find("<" + name);
  if (tag == std::string::npos) {
    xml.insert(xml.rfind("</UIScripts>"), "<" + name + "></" + name + ">");
    return;
  }
  const std::size_t end = xml.find("/>", tag);
  if (end != std::string::npos) xml.replace(end, 2, "></" + name + ">");
}

void remove_hook(std::string& xml, const std::string& name) {
  const std::string attribute = " name=\"" + name + "\"";
  for (std::size_t at = xml.find("<LuaCallback"); at != std::string::npos;) {
    const std::size_t head = xml.find('>', at);
    std::size_t end = xml.find("</LuaCallback>", at);
    if (head == std::string::npos || end == std::string::npos) return;
    end += std::string_view("</LuaCallback>").size();
    const bool ours =
        std::string_view(xml).substr(at, head - at).find(attribute) != std::string_view::npos;
    if (!ours) {
      at = xml.find("<LuaCallback", end);
      continue;
    }
    std::size_t begin = at;  // The blanks before it, and one line end.
    while (begin > 0 && xml[begin - 1] == ' ') --begin;
    if (begin > 0 && xml[begin - 1] == '\n') --begin;
    xml.erase(begin, end - begin);
    at = xml.find("<LuaCallback", begin);
  }
}

void add_hook(std::string& xml, const ArdourScript& script, std::int64_t id) {
  const auto hooks = text_of_element(xml, "ActionHooks");
  const std::string lua = "s = {} " + lua_entry("s", script);
  const std::size_t line = xml.find_last_not_of(" \n", hooks->end - 1) + 1;
  xml.insert(line, "\n    <LuaCallback lua=\"Lua 5.3\" id=\"" + std::to_string(id) + "\" name=\"" +
                       script.name + "\" signals=\"" + kHookSignals + "\">" + base64(lua) +
                       "</LuaCallback>");
}

std::string slot_variable(int slot) {
  return "scripts[" + std::to_string(slot) + "]";
}

bool slot_is_taken(const std::string& lua, int slot) {
  const std::size_t made = lua.rfind(slot_variable(slot) + " = {}");
  const std::size_t emptied = lua.rfind(slot_variable(slot) + " = nil");
  return made != std::string::npos && (emptied == std::string::npos || emptied < made);
}

std::optional<int> slot_of(const std::string& lua, const std::string& name) {
  for (int slot = 1; slot <= kSlots; ++slot) {
    if (!slot_is_taken(lua, slot)) continue;
    const std::size_t made = lua.rfind(slot_variable(slot) + " = {}");
    const std::string entry = slot_variable(slot) + "[\"n\"] = " + lua_text(name) + " ";
    if (lua.find(entry, made) != std::string::npos) return slot;
  }
  return std::nullopt;
}

std::optional<int> free_slot(const std::string& lua) {
  for (int slot = kSlots; slot >= 1; --slot) {  // People begin at the first.
    if (!slot_is_taken(lua, slot)) return slot;
  }
  return std::nullopt;
}

Result<std::string> slots_in(const std::string& xml) {
  const auto element = text_of_element(xml, "ActionScript");
  if (!element) return std::string();
  auto lua =
      bytes_of_base64(std::string_view(xml).substr(element->begin, element->end - element->begin));
  if (!lua) return not_ardours("its actions are not readable");
  return *std::move(lua);
}

void put_slots(std::string& xml, const std::string& lua) {
  const auto element = text_of_element(xml, "ActionScript");
  xml.replace(element->begin, element->end - element->begin, base64(lua));
}

Result<std::string> opened(const std::string& text) {
  std::string xml = text.empty() ? std::string(kEmpty) : text;
  if (xml.find("<UIScripts>") == std::string::npos ||
      xml.rfind("</UIScripts>") == std::string::npos) {
    return not_ardours("it has no <UIScripts>");
  }
  open_element(xml, "ActionHooks");
  if (xml.find("<ActionScript") == std::string::npos) {
    xml.insert(xml.find("<ActionHooks"), "<ActionScript lua=\"Lua 5.3\"></ActionScript>\n  ");
  }
  open_element(xml, "ActionScript");
  return xml;
}

std::string value_in_table(const std::string& source, const std::string& key) {
  const std::size_t at = source.find(key);
  if (at == std::string::npos) return {};
  const std::size_t begin = source.find('"', at + key.size());
  if (begin == std::string::npos) return {};
  return source.substr(begin + 1, source.find('"', begin + 1) - begin - 1);
}

}  // namespace

Result<ArdourScript> read_script(std::string source) {
  ArdourScript script;
  const std::string type = value_in_table(source, "[\"type\"] = ");
  script.name = value_in_table(source, "\n  name = ");
  script.is_hook = type == "EditorHook";
  const bool known = script.is_hook || type == "EditorAction";
  if (!known || script.name.empty()) {
    return Error{ErrorCode::kCorrupt, "it is no Ardour script of DGX Music"};
  }
  script.source = std::move(source);
  return script;
}

ArdourScript with_program(ArdourScript script, const std::string& program) {
  constexpr std::string_view kName = "kProgram = \"dgx-music\"";
  const std::size_t at = script.source.find(kName);
  if (at != std::string::npos) {
    script.source.replace(at, kName.size(), "kProgram = " + lua_text(program));
  }
  return script;
}

bool has_script(const std::string& text, const ArdourScript& script) {
  if (script.is_hook) return text.find(" name=\"" + script.name + "\"") != std::string::npos;
  const auto lua = slots_in(text);
  return lua && slot_of(*lua, script.name).has_value();
}

Result<std::string> with_scripts(const std::string& text,
                                 const std::vector<ArdourScript>& scripts) {
  auto xml = opened(text);
  if (!xml) return xml;
  auto lua = slots_in(*xml);
  if (!lua) return lua;
  if (lua->empty()) *lua = "scripts = {} ";
  std::int64_t id = kFirstHookId;
  for (const ArdourScript& script : scripts) {
    if (script.is_hook) {
      remove_hook(*xml, script.name);
      add_hook(*xml, script, id++);
      continue;
    }
    const auto old = slot_of(*lua, script.name);
    const auto slot = old ? old : free_slot(*lua);
    if (!slot) {
      return Error{ErrorCode::kConflict,
                   "all " + std::to_string(kSlots) +
                       " action slots of Ardour are taken; free one in its Script Manager"};
    }
    const std::string entry =
        slot_variable(*slot) + " = {} " + lua_entry(slot_variable(*slot), script);
    // The same again changes nothing.
    const bool is_there =
        old && lua->substr(lua->rfind(slot_variable(*slot) + " = {}")).starts_with(entry);
    if (!is_there) *lua += entry;
  }
  put_slots(*xml, *lua);
  return xml;
}

Result<std::string> without_scripts(const std::string& text,
                                    const std::vector<ArdourScript>& scripts) {
  auto xml = opened(text);
  if (!xml) return xml;
  auto lua = slots_in(*xml);
  if (!lua) return lua;
  for (const ArdourScript& script : scripts) {
    if (script.is_hook) {
      remove_hook(*xml, script.name);
    } else if (const auto slot = slot_of(*lua, script.name)) {
      *lua += slot_variable(*slot) + " = nil ";
    }
  }
  put_slots(*xml, *lua);
  return xml;
}

}  // namespace dgx::app
