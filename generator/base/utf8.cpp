// SPDX-License-Identifier: Apache-2.0
#include "generator/base/utf8.hpp"

#include <array>
#include <cstdint>
#include <cstdio>

namespace dgx {
namespace {

struct LeadByte {
  int continuation_bytes;
  char32_t bits;
  char32_t smallest;  // Anything below is an overlong form.
};

std::optional<LeadByte> classify(unsigned char byte) {
  if (byte < 0x80) return LeadByte{0, byte, 0};
  if ((byte & 0xE0) == 0xC0) return LeadByte{1, byte & 0x1FU, 0x80};
  if ((byte & 0xF0) == 0xE0) return LeadByte{2, byte & 0x0FU, 0x800};
  if ((byte & 0xF8) == 0xF0) return LeadByte{3, byte & 0x07U, 0x10000};
  return std::nullopt;
}

// Marks, embeddings, overrides and isolates of the Unicode bidirectional algorithm (UAX #9).
bool changes_direction(char32_t c) {
  return c == 0x061C || c == 0x200E || c == 0x200F || (c >= 0x202A && c <= 0x202E) ||
         (c >= 0x2066 && c <= 0x2069);
}

void append_escape(std::string& text, char32_t c) {
  std::array<char, 16> buffer{};
  const char* format = c < 0x100 ? "\\x%02x" : "\\u%04x";
  const int length = std::snprintf(buffer.data(), buffer.size(), format, static_cast<unsigned>(c));
  text.append(buffer.data(), static_cast<std::size_t>(length));
}

}  // namespace

std::optional<char32_t> next_code_point(std::string_view text, std::size_t& position) {
  const auto lead = classify(static_cast<unsigned char>(text[position]));
  if (!lead || text.size() - position <= static_cast<std::size_t>(lead->continuation_bytes)) {
    return std::nullopt;
  }
  char32_t code_point = lead->bits;
  for (int i = 1; i <= lead->continuation_bytes; ++i) {
    const auto byte = static_cast<unsigned char>(text[position + static_cast<std::size_t>(i)]);
    if ((byte & 0xC0) != 0x80) return std::nullopt;
    code_point = (code_point << 6) | (byte & 0x3FU);
  }
  const bool surrogate = code_point >= 0xD800 && code_point <= 0xDFFF;
  if (code_point < lead->smallest || code_point > 0x10FFFF || surrogate) return std::nullopt;
  position += static_cast<std::size_t>(lead->continuation_bytes) + 1;
  return code_point;
}

bool is_utf8(std::string_view text) {
  for (std::size_t position = 0; position < text.size();) {
    if (!next_code_point(text, position)) return false;
  }
  return true;
}

std::size_t count_code_points(std::string_view text) {
  std::size_t count = 0;
  for (const char c : text) {
    if ((static_cast<unsigned char>(c) & 0xC0) != 0x80) ++count;
  }
  return count;
}

bool is_control(char32_t c) {
  return c < 0x20 || (c >= 0x7F && c <= 0x9F);
}

void append_utf8(std::string& text, char32_t c) {
  const auto put = [&text](char32_t byte) { text += static_cast<char>(byte); };
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xC0 | (c >> 6));
    put(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    put(0xE0 | (c >> 12));
    put(0x80 | ((c >> 6) & 0x3F));
    put(0x80 | (c & 0x3F));
  } else {
    put(0xF0 | (c >> 18));
    put(0x80 | ((c >> 12) & 0x3F));
    put(0x80 | ((c >> 6) & 0x3F));
    put(0x80 | (c & 0x3F));
  }
}

std::string escaped_for_terminal(std::string_view text) {
  std::string safe;
  safe.reserve(text.size());
  for (std::size_t position = 0; position < text.size();) {
    const std::size_t start = position;
    const auto code_point = next_code_point(text, position);
    if (!code_point) {
      append_escape(safe, static_cast<unsigned char>(text[start]));
      position = start + 1;
    } else if (is_control(*code_point) || changes_direction(*code_point)) {
      append_escape(safe, *code_point);
    } else {
      safe.append(text.substr(start, position - start));
    }
  }
  return safe;
}

}  // namespace dgx
