// SPDX-License-Identifier: Apache-2.0
#include "ui/panel/prompt_box.hpp"

#include <imgui_internal.h>
#include <imgui_stdlib.h>

#include <algorithm>
#include <cstring>

#include "ui/panel/controls.hpp"
#include "ui/panel/text.hpp"

namespace dgx::ui {
namespace {

constexpr const char* kPlaceholder =
    "Describe the music: warm lo-fi hip hop, dusty drums, 84 BPM\xE2\x80\xA6";

struct Edit {
  const Frame& frame;
  float width;
};

bool is_blank(char c) {
  return c == ' ' || c == '\n';
}

/// The code point at `text`, and how many bytes it has; U+FFFD where the text ends within it.
unsigned code_point(const char* text, const char* end, int& bytes) {
  unsigned point = 0;
  bytes = std::max(1, ImTextCharFromUtf8(&point, text, end));
  return point;
}

/// Takes the place of what is in the field, which ImGui keeps in a buffer of its own.
void replace_all(ImGuiInputTextCallbackData& data, const std::string& text) {
  data.DeleteChars(0, data.BufTextLen);
  data.InsertChars(0, text.c_str());
}

int on_edit(ImGuiInputTextCallbackData* data) {
  auto& edit = *static_cast<Edit*>(data->UserData);
  if (data->EventFlag == ImGuiInputTextFlags_CallbackCharFilter) {
    if (data->EventChar == '\n' || data->EventChar == '\t') data->EventChar = ' ';
    return 0;
  }
  ViewState& view = edit.frame.view;
  if (view.replace_prompt) {
    replace_all(*data, edit.frame.model.prompt.text);
    view.replace_prompt = false;
  }
  if (wrap_lines(data->Buf, data->BufTextLen, edit.frame.fonts.body, edit.width)) {
    data->BufDirty = true;
  }
  const char* begin = data->Buf;
  const char* caret = data->Buf + data->CursorPos;
  const char* end = data->Buf + data->BufTextLen;
  view.caret_in_first_line = std::find(begin, caret, '\n') == caret;
  view.caret_in_last_line = std::find(caret, static_cast<const char*>(end), '\n') == end;
  return 0;
}

bool pressed(ImGuiKey key) {
  return ImGui::IsKeyPressed(ImGui::GetKeyIndex(key));
}

/// What the keyboard means beside typing. ImGui would drop what was typed on Escape.
void handle_keys(const Frame& frame) {
  ViewState& view = frame.view;
  if (!view.prompt_active) return;
  if (pressed(ImGuiKey_Escape)) ImGui::ClearActiveID();
  if (pressed(ImGuiKey_UpArrow) && view.caret_in_first_line) {
    view.replace_prompt = frame.model.prompt.recall_older();
  } else if (pressed(ImGuiKey_DownArrow) && view.caret_in_last_line) {
    view.replace_prompt = frame.model.prompt.recall_newer();
  }
  if (ImGui::GetIO().KeyCtrl && pressed(ImGuiKey_Enter)) frame.model.generate();
}

}  // namespace

bool wrap_lines(char* text, int length, const ImFont* font, float width) {
  bool changed = false;
  int last_blank = -1;
  float x = 0;
  const auto put = [&](int at, char c) {
    changed = changed || text[at] != c;
    text[at] = c;
  };
  for (int i = 0; i < length;) {
    int bytes = 1;
    const bool blank = is_blank(text[i]);
    const unsigned point = blank ? ' ' : code_point(text + i, text + length, bytes);
    if (blank) {
      put(i, ' ');
      last_blank = i;
    }
    x += font->GetCharAdvance(static_cast<ImWchar>(point));
    if (x > width && last_blank >= 0 && !blank) {
      put(last_blank, '\n');
      i = last_blank + 1;
      last_blank = -1;
      x = 0;
      continue;
    }
    i += bytes;
  }
  return changed;
}

void draw_prompt_box(const Frame& frame, const Rect& place) {
  ViewState& view = frame.view;
  std::string& prompt = frame.model.prompt.text;
  handle_keys(frame);
  Edit edit{frame, place.width() - frame.px(22) - ImGui::GetStyle().ScrollbarSize};
  std::string text = prompt;
  wrap_lines(text.data(), static_cast<int>(text.size()), frame.fonts.body, edit.width);

  ImGui::SetCursorScreenPos(place.min);
  ImGui::PushFont(frame.fonts.body);
  if (view.focus_prompt) ImGui::SetKeyboardFocusHere();
  view.focus_prompt = false;
  ImGui::InputTextMultiline(
      "##prompt", &text, place.size(),
      ImGuiInputTextFlags_NoHorizontalScroll | ImGuiInputTextFlags_CtrlEnterForNewLine |
          ImGuiInputTextFlags_CallbackAlways | ImGuiInputTextFlags_CallbackCharFilter,
      on_edit, &edit);
  view.prompt_active = ImGui::IsItemActive();
  // ImGui does not name the field afterwards: inside, it is a window of its own.
  view.tabs.add(ImGui::GetID("##prompt"), "prompt", place, ControlKind::kField);
  ImGui::PopFont();
  std::replace(text.begin(), text.end(), '\n', ' ');
  if (!view.replace_prompt) prompt = text;
  if (!view.prompt_active) view.replace_prompt = false;

  if (frame.audit != nullptr) frame.audit->add_target("prompt", place, true);
  if (view.prompt_active) {
    ImGui::GetWindowDrawList()->AddRect(place.min, place.max, packed(color::kAccent, 200),
                                        frame.px(6), 0, frame.px(1.5F));
  } else if (prompt.empty()) {
    draw_paragraph(frame, place.inset(frame.px(11), frame.px(7)), kPlaceholder,
                   {frame.fonts.body, color::kFaint});
  }
}

}  // namespace dgx::ui
