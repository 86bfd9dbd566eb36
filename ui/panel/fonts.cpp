// SPDX-License-Identifier: Apache-2.0
#include "ui/panel/fonts.hpp"

#include <imgui_freetype.h>

#include <array>
#include <cmath>
#include <cstddef>

extern const unsigned char panel_font_regular[];
extern const std::size_t panel_font_regular_size;
extern const unsigned char panel_font_medium[];
extern const std::size_t panel_font_medium_size;
extern const unsigned char panel_font_semibold[];
extern const std::size_t panel_font_semibold_size;
extern const unsigned char panel_font_icons[];
extern const std::size_t panel_font_icons_size;

namespace dgx::ui {
namespace {

// Latin, Greek, Cyrillic, punctuation, currency, arrows, musical signs.
constexpr std::array<ImWchar, 17> kTextRanges = {0x20,   0x17F,  0x370,  0x3FF,  0x400,  0x4FF,
                                                 0x2010, 0x2027, 0x20A0, 0x20BF, 0x2190, 0x2193,
                                                 0x2212, 0x2212, 0x266A, 0x266F, 0};
constexpr std::array<ImWchar, 3> kIconRanges = {0xF001, 0xF8FF, 0};

struct FontFile {
  const unsigned char* bytes;
  std::size_t size;
};

ImFontConfig inside_binary() {
  ImFontConfig config;
  config.FontDataOwnedByAtlas = false;
  return config;
}

ImFont* add(const FontFile& file, float pixels, const ImFontConfig& config, const ImWchar* ranges) {
  // ImGui takes a pointer to data that it could own; it owns none of this and does not write.
  return ImGui::GetIO().Fonts->AddFontFromMemoryTTF(
      const_cast<unsigned char*>(file.bytes),  // NOLINT(cppcoreguidelines-pro-type-const-cast)
      static_cast<int>(file.size), pixels, &config, ranges);
}

ImFont* add_text(const FontFile& file, float pixels) {
  return add(file, std::round(pixels), inside_binary(), kTextRanges.data());
}

void merge_icons(float pixels, float down) {
  ImFontConfig config = inside_binary();
  config.MergeMode = true;
  config.GlyphOffset = ImVec2(0, std::round(down));
  add({panel_font_icons, panel_font_icons_size}, std::round(pixels), config, kIconRanges.data());
}

}  // namespace

Fonts load_fonts(float scale) {
  ImFontAtlas& atlas = *ImGui::GetIO().Fonts;
  atlas.Clear();
  atlas.FontBuilderIO = ImGuiFreeType::GetBuilderForFreeType();
  atlas.FontBuilderFlags = ImGuiFreeTypeBuilderFlags_LightHinting;
  const FontFile regular{panel_font_regular, panel_font_regular_size};
  const FontFile medium{panel_font_medium, panel_font_medium_size};
  const FontFile semibold{panel_font_semibold, panel_font_semibold_size};

  Fonts fonts;
  fonts.body = add_text(regular, 14 * scale);
  merge_icons(17 * scale, scale);
  fonts.bold = add_text(semibold, 14 * scale);
  merge_icons(17 * scale, scale);
  fonts.small = add_text(medium, 12 * scale);
  fonts.title = add_text(semibold, 18 * scale);
  return fonts;
}

}  // namespace dgx::ui
