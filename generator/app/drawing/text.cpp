// SPDX-License-Identifier: Apache-2.0
#include "generator/app/drawing/text.hpp"

#include <ft2build.h>

#include <cmath>
#include <cstddef>
#include <string>
#include <utility>

#include "generator/base/utf8.hpp"
#include FT_FREETYPE_H
#include FT_OUTLINE_H

// Made by dgx_embed() of CMakeLists.txt.
extern const unsigned char font_medium[];
extern const std::size_t font_medium_size;
extern const unsigned char font_semibold[];
extern const std::size_t font_semibold_size;

namespace dgx::app {
namespace {

struct CloseLibrary {
  void operator()(FT_Library library) const { FT_Done_FreeType(library); }
};
struct CloseFace {
  void operator()(FT_Face face) const { FT_Done_Face(face); }
};
using Library = std::unique_ptr<FT_LibraryRec_, CloseLibrary>;
using Face = std::unique_ptr<FT_FaceRec_, CloseFace>;

Face open_face(FT_Library library, const unsigned char* bytes, std::size_t size) {
  FT_Face face = nullptr;
  if (FT_New_Memory_Face(library, bytes, static_cast<FT_Long>(size), 0, &face) != 0) return nullptr;
  return Face(face);
}

/// The glyph of the next character, and moves position past it.
FT_UInt next_glyph(FT_Face face, std::string_view text, std::size_t& position) {
  const std::size_t start = position;
  const auto code_point = next_code_point(text, position);
  if (!code_point) position = start + 1;
  if (!code_point || is_control(*code_point)) return FT_Get_Char_Index(face, '?');
  const FT_UInt glyph = FT_Get_Char_Index(face, *code_point);
  return glyph != 0 ? glyph : FT_Get_Char_Index(face, '?');
}

/// Pixels to the next glyph; 0 for a glyph that cannot be loaded.
double advance_of(FT_Face face, FT_UInt glyph) {
  if (FT_Load_Glyph(face, glyph, FT_LOAD_NO_HINTING) != 0) return 0.0;
  return static_cast<double>(face->glyph->linearHoriAdvance) / 65536.0;
}

void draw_bitmap(Canvas& canvas, const FT_Bitmap& bitmap, int left, int top, Rgb color) {
  for (unsigned row = 0; row < bitmap.rows; ++row) {
    const unsigned char* line = bitmap.buffer + static_cast<std::ptrdiff_t>(row) * bitmap.pitch;
    for (unsigned column = 0; column < bitmap.width; ++column) {
      canvas.blend(left + static_cast<int>(column), top + static_cast<int>(row), color,
                   line[column] / 255.0);
    }
  }
}

}  // namespace

struct TextPainter::Faces {
  Library library{};
  Face medium{};  // Behind the library, so that they go before it
  Face semibold{};

  [[nodiscard]] FT_Face face(const TextStyle& style) const {
    FT_Face chosen = style.weight == FontWeight::kMedium ? medium.get() : semibold.get();
    FT_Set_Char_Size(chosen, 0, std::lround(style.size_px * 64.0), 72, 72);
    return chosen;
  }
};

TextPainter::TextPainter(std::unique_ptr<Faces> faces) : faces_(std::move(faces)) {}
TextPainter::~TextPainter() = default;
TextPainter::TextPainter(TextPainter&&) noexcept = default;
TextPainter& TextPainter::operator=(TextPainter&&) noexcept = default;

Result<TextPainter> TextPainter::open() {
  auto faces = std::make_unique<Faces>();
  FT_Library library = nullptr;
  if (FT_Init_FreeType(&library) != 0) {
    return Error{ErrorCode::kOutOfMemory, "FreeType cannot be started: out of memory", {}};
  }
  faces->library.reset(library);
  faces->medium = open_face(library, font_medium, font_medium_size);
  faces->semibold = open_face(library, font_semibold, font_semibold_size);
  if (!faces->medium || !faces->semibold) {
    return Error{ErrorCode::kInternal, "the built-in font cannot be read by FreeType", {}};
  }
  return TextPainter(std::move(faces));
}

double TextPainter::width(std::string_view text, const TextStyle& style) const {
  const FT_Face face = faces_->face(style);
  double width = 0.0;
  for (std::size_t position = 0; position < text.size();) {
    width += advance_of(face, next_glyph(face, text, position));
  }
  return width;
}

void TextPainter::draw(Canvas& canvas, double x, double baseline, std::string_view text,
                       const TextStyle& style) const {
  const FT_Face face = faces_->face(style);
  for (std::size_t position = 0; position < text.size();) {
    const FT_UInt glyph = next_glyph(face, text, position);
    if (FT_Load_Glyph(face, glyph, FT_LOAD_NO_HINTING) != 0) continue;
    const double advance = static_cast<double>(face->glyph->linearHoriAdvance) / 65536.0;
    // The outline is moved by the fraction of a pixel, so that letters keep their distances.
    const double whole_x = std::floor(x);
    const double whole_y = std::floor(baseline);
    FT_Outline_Translate(&face->glyph->outline, std::lround((x - whole_x) * 64.0),
                         std::lround((whole_y - baseline) * 64.0));
    if (FT_Render_Glyph(face->glyph, FT_RENDER_MODE_NORMAL) == 0) {
      draw_bitmap(canvas, face->glyph->bitmap, static_cast<int>(whole_x) + face->glyph->bitmap_left,
                  static_cast<int>(whole_y) - face->glyph->bitmap_top, style.color);
    }
    x += advance;
  }
}

std::string TextPainter::fitted(std::string_view text, double most, const TextStyle& style) const {
  constexpr std::string_view kEllipsis = "\u2026";
  const double room = most - width(kEllipsis, style);
  const FT_Face face = faces_->face(style);
  double used = 0.0;
  std::size_t kept = 0;  // Up to here there is room for an ellipsis behind it.
  for (std::size_t position = 0; position < text.size();) {
    used += advance_of(face, next_glyph(face, text, position));
    if (used <= room) kept = position;
    if (used > most) {
      std::string_view start = text.substr(0, kept);
      while (start.ends_with(' ')) start.remove_suffix(1);
      return std::string(start) + std::string(kEllipsis);
    }
  }
  return std::string(text);
}

}  // namespace dgx::app
