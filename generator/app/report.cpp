// SPDX-License-Identifier: Apache-2.0
#include "generator/app/report.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <utility>

#include "generator/base/utf8.hpp"
#include "generator/protocol/codec.hpp"
#include "generator/protocol/error_codes.hpp"
#include "generator/protocol/number_text.hpp"

namespace dgx::app {
namespace {

using protocol::Receipt;

constexpr std::string_view kDot = "  ·  ";

std::string music_facts(const Receipt& receipt) {
  const auto& tempo = receipt.tempo;
  return joined({length_text(receipt.duration_seconds),
                 tempo.bars ? std::to_string(*tempo.bars) + (*tempo.bars == 1 ? " bar" : " bars") +
                                  " of " + escaped_for_terminal(tempo.time_signature)
                            : "",
                 tempo.bpm ? protocol::number_text(*tempo.bpm) + " BPM" : "",
                 receipt.key ? escaped_for_terminal(*receipt.key) : "", receipt.loop ? "loop" : ""},
                kDot);
}

std::string level_facts(const Receipt& receipt) {
  const auto& loudness = receipt.loudness;
  const auto level = [](const std::optional<double>& value, const char* unit) {
    return value ? one_decimal(*value) + " " + unit : std::string();
  };
  const std::string gain = loudness.gain_db >= 0 ? "+" : "";
  return joined({level(loudness.integrated_lufs, "LUFS"), level(loudness.true_peak_dbtp, "dBTP"),
                 "gain " + gain + one_decimal(loudness.gain_db) + " dB",
                 "seed " + std::to_string(receipt.seed)},
                kDot);
}

// What nobody asked for and the model decided by itself.
std::string chosen_facts(const Receipt& receipt) {
  std::vector<std::string> parts;
  for (const auto& choice : receipt.choices) {
    if (choice.source == "request") continue;
    constexpr std::string_view kInstrument = "instrument.";
    const std::string name =
        choice.name.starts_with(kInstrument) ? choice.name.substr(kInstrument.size()) : choice.name;
    parts.push_back(escaped_for_terminal(name + " " + choice.value + " (" + choice.source + ")"));
  }
  return joined(parts, ", ");
}

std::string stem_facts(const Receipt& receipt) {
  std::vector<std::string> parts;
  for (const auto& stem : receipt.stems) parts.push_back(escaped_for_terminal(stem.part));
  if (parts.empty()) return "";
  const std::string first = std::filesystem::path(receipt.stems.front().file_path).filename();
  return joined(parts, ", ") + "; beside the file, the first is " + escaped_for_terminal(first);
}

std::string ignored_words(const Receipt& receipt) {
  std::vector<std::string> words;
  for (const std::string& word : receipt.ignored_words) words.push_back(escaped_for_terminal(word));
  return joined(words, ", ");
}

}  // namespace

int report_error(const Error& error, bool json) {
  const Terminal terminal = inspect_terminal(STDERR_FILENO);
  print_line(STDERR_FILENO,
             styled(terminal, Style::kError, "dgx-music: ") + escaped_for_terminal(error.message));
  if (json) print_line(STDOUT_FILENO, protocol::encode(protocol::ErrorReply{error}));
  return protocol::exit_code(error.code);
}

std::vector<std::string> describe_take(const Terminal& terminal, const Receipt& receipt) {
  const std::filesystem::path path(receipt.file_path);
  std::vector<std::string> lines;
  lines.push_back(styled(terminal, Style::kBold, escaped_for_terminal(path.stem().string())));
  lines.push_back("  " + music_facts(receipt));
  lines.push_back("  " + level_facts(receipt));
  const auto add = [&](const char* name, const std::string& text, Style style = Style::kDim) {
    if (text.empty()) return;
    constexpr std::size_t kIndent = 11;
    const auto columns = static_cast<std::size_t>(terminal.columns) - kIndent - 1;
    bool first = true;
    for (const std::string& row : wrapped(text, columns)) {
      lines.push_back((first ? styled(terminal, style, name) : std::string(kIndent, ' ')) + row);
      first = false;
    }
  };
  // A path stays in one line, so that it can be copied.
  const auto add_path = [&](const char* name, const std::string& file) {
    lines.push_back(styled(terminal, Style::kDim, name) + escaped_for_terminal(file));
  };
  add_path("  file     ", receipt.file_path);
  if (receipt.midi_path) add_path("  midi     ", *receipt.midi_path);
  add("  stems    ", stem_facts(receipt));
  add("  prompt   ", escaped_for_terminal(receipt.prompt));
  add("  chosen   ", chosen_facts(receipt));
  add("  ignored  ", ignored_words(receipt));
  add("  model    ", escaped_for_terminal(receipt.model.id + " " + receipt.model.version + ", " +
                                          receipt.model.licence + ". " + receipt.model.notice));
  for (const std::string& warning : receipt.warnings) {
    add("  note     ", escaped_for_terminal(warning), Style::kWarning);
  }
  return lines;
}

std::string length_text(double seconds) {
  std::array<char, 48> text{};
  if (seconds < 60) {
    std::snprintf(text.data(), text.size(), "%.1f s", seconds);
  } else {
    const auto whole = static_cast<long>(std::lround(seconds));
    std::snprintf(text.data(), text.size(), "%ld min %02ld s", whole / 60, whole % 60);
  }
  return text.data();
}

std::string joined(const std::vector<std::string>& parts, std::string_view separator) {
  std::string text;
  for (const std::string& part : parts) {
    if (part.empty()) continue;
    text += (text.empty() ? "" : std::string(separator)) + part;
  }
  return text;
}

std::string counted(std::int64_t count, const std::string& thing) {
  return std::to_string(count) + " " + thing + (count == 1 ? "" : "s");
}

std::string one_decimal(double value) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.1f", value);
  return std::string(text.data()) == "-0.0" ? "0.0" : text.data();
}

std::vector<std::string> wrapped(std::string_view text, std::size_t columns) {
  std::vector<std::string> lines;
  std::string line;
  for (std::size_t start = 0; start <= text.size();) {
    const std::size_t end = std::min(text.find(' ', start), text.size());
    const std::string_view word = text.substr(start, end - start);
    const std::size_t needed = count_code_points(line) + 1 + count_code_points(word);
    if (!line.empty() && needed > columns) {
      lines.push_back(std::exchange(line, {}));
    }
    line += line.empty() ? std::string(word) : " " + std::string(word);
    start = end + 1;
  }
  lines.push_back(line);
  return lines;
}

std::string cut_to(std::string_view text, std::size_t columns) {
  if (count_code_points(text) <= columns) return std::string(text);
  std::size_t position = 0;
  for (std::size_t i = 0; i + 1 < columns; ++i) next_code_point(text, position);
  return std::string(text.substr(0, position)) + "…";
}

}  // namespace dgx::app
