// SPDX-License-Identifier: Apache-2.0
#include "ui/panel/tab_order.hpp"

#include <imgui_internal.h>

#include <algorithm>
#include <cmath>
#include <tuple>
#include <utility>

namespace dgx::ui {
namespace {

bool pressed(ImGuiKey key) {
  return ImGui::IsKeyPressed(ImGui::GetKeyIndex(key));
}

bool any_click() {
  const bool* clicked = std::begin(ImGui::GetIO().MouseClicked);
  return std::any_of(clicked, clicked + ImGuiMouseButton_COUNT, [](bool down) { return down; });
}

/// The popup that is open, by its window; null where none is.
ImGuiWindow* open_popup() {
  const auto& popups = ImGui::GetCurrentContext()->OpenPopupStack;
  return popups.empty() ? nullptr : popups.back().Window;
}

}  // namespace

ImGuiID last_item() {
  return ImGui::GetItemID();
}

void TabOrder::add(ImGuiID id, std::string_view name, const Rect& place, ControlKind kind) {
  stops_.push_back(
      {id, std::string(name), place, kind, card_, ImGui::GetCurrentContext()->CurrentWindow});
}

void TabOrder::begin_frame() {
  sort();
  const bool typed = ImGui::GetIO().WantTextInput;
  const bool has_keyboard = typed || on_;
  // Escape has closed it by now.
  const bool in_popup = std::exchange(had_popup_, open_popup() != nullptr) || had_popup_;
  if (any_click() || (pressed(ImGuiKey_Escape) && !in_popup)) on_ = false;
  if (pressed(ImGuiKey_Enter) && typed) on_ = false;
  if (has_keyboard && pressed(ImGuiKey_Tab)) {
    on_ = true;
    move(ImGui::GetIO().KeyShift ? -1 : 1);
  } else if (on_ && pressed(ImGuiKey_Enter)) {
    press_focused();
  }
  stops_.clear();
  card_ = 0;
}

// Rows are what overlaps in height with the first of them by half.
void TabOrder::sort() {
  const auto by_height = [](const Stop& a, const Stop& b) {
    return std::tuple(a.card, a.place.center().y) < std::tuple(b.card, b.place.center().y);
  };
  std::sort(stops_.begin(), stops_.end(), by_height);
  for (auto row = stops_.begin(); row != stops_.end();) {
    const auto end = std::find_if(row, stops_.end(), [&](const Stop& stop) {
      return stop.card != row->card || stop.place.center().y > row->place.max.y;
    });
    std::sort(row, end, [](const Stop& a, const Stop& b) { return a.place.min.x < b.place.min.x; });
    row = end;
  }
}

const TabOrder::Stop* TabOrder::find(ImGuiID id) const {
  const auto found =
      std::find_if(stops_.begin(), stops_.end(), [id](const Stop& stop) { return stop.id == id; });
  return found == stops_.end() ? nullptr : &*found;
}

std::string TabOrder::focused() const {
  const Stop* stop = find(ImGui::GetCurrentContext()->NavId);
  return stop == nullptr ? "" : stop->name;
}

void TabOrder::move(int way) const {
  ImGuiContext& context = *ImGui::GetCurrentContext();
  ImGui::NavMoveRequestCancel();  // ImGui's own way of Tab
  std::vector<const Stop*> way_stops;
  const ImGuiWindow* popup = open_popup();
  for (const Stop& stop : stops_) {
    if (popup == nullptr || stop.window->RootWindow == popup) way_stops.push_back(&stop);
  }
  if (way_stops.empty()) return;
  const auto here = std::find_if(way_stops.begin(), way_stops.end(),
                                 [&](const Stop* stop) { return stop->id == context.NavId; });
  const auto count = static_cast<int>(way_stops.size());
  const int from = here != way_stops.end() ? static_cast<int>(here - way_stops.begin())
                   : way > 0               ? -1
                                           : count;
  const Stop& next = *way_stops[static_cast<std::size_t>((from + way + count) % count)];
  ImGui::ClearActiveID();  // What was typed is in its model already.
  ImGui::SetFocusID(next.id, next.window);
  context.NavDisableHighlight = false;
  if ((next.window->Flags & ImGuiWindowFlags_ChildWindow) != 0) {
    ImGui::ScrollToRect(next.window, {next.place.min, next.place.max},
                        ImGuiScrollFlags_KeepVisibleEdgeY);
  }
  if (next.kind != ControlKind::kField) return;
  context.NavNextActivateId = next.id;
  context.NavNextActivateFlags = ImGuiActivateFlags_PreferInput;
}

void TabOrder::press_focused() const {
  const Stop* stop = find(ImGui::GetCurrentContext()->NavId);
  if (stop != nullptr && stop->kind == ControlKind::kButton) ImGui::ActivateItem(stop->id);
}

}  // namespace dgx::ui
