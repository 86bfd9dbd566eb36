// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <optional>
#include <string>

#include "ui/model/words.hpp"
#include "ui/panel/cards.hpp"
#include "ui/panel/controls.hpp"

namespace dgx::ui {
namespace {

using protocol::JobStatus;

constexpr float kRowHeight = 42;

std::string second_line(const ShownTake& take) {
  if (take.take.status != JobStatus::kCompleted) {
    const std::string& why = take.take.error_message;
    return std::string(protocol::to_string(take.take.status)) + (why.empty() ? "" : ": " + why);
  }
  const std::string facts = take.facts();
  return facts.empty() ? take.take.model_name : joined_by_dots({facts, take.take.model_name});
}

void draw_star(const Frame& frame, const Rect& place, const ShownTake& take) {
  const bool on = take.take.favourite;
  const Press press = press_area(frame, "star " + take.take.id, place);
  focus_ring(frame, place.inset(frame.px(3), frame.px(3)), frame.px(5));
  if (press.pressed) frame.model.set_favourite(take.take.id, !on);
  const Color ink = on ? color::kWarning : press.hovered ? color::kText : color::kFaint;
  draw_text(frame, place, on ? icon::kStar : icon::kStarOutline,
            {frame.fonts.body, ink, Align::kCenter});
}

void draw_play(const Frame& frame, const Rect& place, const ShownTake& take) {
  const auto& heard = frame.model.heard();
  const bool on = heard && heard->take_id == take.take.id;
  const bool can = take.take.status == JobStatus::kCompleted;
  const Press press = press_area(frame, "play " + take.take.id, place, can);
  focus_ring(frame, place.inset(frame.px(3), frame.px(3)), frame.px(5));
  if (press.pressed) {
    frame.model.select(take.take.id);
    frame.model.audition(take.take.id);
  }
  const Color ink = on ? color::kSecond : press.hovered ? color::kText : color::kFaint;
  if (can) {
    draw_text(frame, place, on ? icon::kStop : icon::kPlay,
              {frame.fonts.body, ink, Align::kCenter});
  }
  tip(frame, place, on ? "Stop listening" : "Listen, at one loudness with other takes");
}

/// A take that is on a pad has its colour.
void draw_pad_mark(const Frame& frame, const Rect& row, const ShownTake& take) {
  const auto& board = frame.model.board;
  const std::optional<int> pad = board ? board->pad_of_take(take.take.id) : std::nullopt;
  if (!pad) return;
  ImGui::GetWindowDrawList()->AddRectFilled({row.min.x, row.min.y + frame.px(6)},
                                            {row.min.x + frame.px(3), row.max.y - frame.px(6)},
                                            packed(pad_color(*pad)), frame.px(1.5F));
}

void draw_row(const Frame& frame, Rect row, const ShownTake& take) {
  ImDrawList& canvas = *ImGui::GetWindowDrawList();
  const Rect whole = row;
  std::optional<Rect> play;
  if (frame.model.board) play = row.cut_left(frame.px(30)).centred_row(frame.px(28));
  const Rect star = row.cut_right(frame.px(32)).centred_row(frame.px(28));
  const bool selected = frame.model.history.selected() == &take;
  const Press press = press_area(frame, "take " + take.take.id, row);
  if (press.pressed) frame.model.select(take.take.id);
  if (selected || press.hovered) {
    canvas.AddRectFilled(whole.min, whole.max,
                         selected ? packed(color::kAccent, 40) : packed(color::kWhite, 10),
                         frame.px(6));
  }
  focus_ring(frame, whole.inset(frame.px(3), frame.px(3)), frame.px(4));
  canvas.AddLine({whole.min.x, whole.max.y}, whole.max, packed(color::kLine, 140));
  draw_pad_mark(frame, whole, take);
  draw_star(frame, star, take);
  if (play) draw_play(frame, *play, take);
  row.cut_left(frame.px(play ? 4 : 10));
  const Rect age = row.cut_right(frame.px(72));
  draw_fitted(frame, age, age_words(take.take.created_at, frame.now),
              {frame.fonts.small, color::kFaint, Align::kRight});
  row.cut_right(frame.px(8));
  Rect lines = row.centred_row(frame.px(34));
  const bool complete = take.take.status == JobStatus::kCompleted;
  draw_fitted(frame, lines.cut_top(frame.px(18)), take.title(),
              {frame.fonts.body, complete ? color::kText : color::kDim});
  const bool failed = take.take.status == JobStatus::kFailed;
  draw_fitted(frame, lines, second_line(take),
              {frame.fonts.small, failed ? color::kProblem : color::kFaint});
}

std::string disk_hint(const protocol::DiskUse& use) {
  const std::string all = "Takes use " + bytes_words(use.bytes);
  if (use.rejects == 0) return all;
  return all + "; " + bytes_words(use.reject_bytes) + " of them (" + counted(use.rejects, "take") +
         ") are no favourites, on no pad and not placed in Ardour";
}

void draw_count(const Frame& frame, const Rect& place) {
  const HistoryModel& history = frame.model.history;
  const auto& use = frame.model.disk_use();
  const bool filtered = !history.asked.words.empty() || history.asked.favourites_only;
  std::string count = history.read ? counted(history.total, "take") : "History";
  if (use && !filtered) count = joined_by_dots({count, bytes_words(use->bytes)});
  draw_fitted(frame, place, count, {frame.fonts.small, color::kDim});
  if (use) tip(frame, place, disk_hint(*use));
}

void draw_search(const Frame& frame, Rect line) {
  HistoryModel& history = frame.model.history;
  const bool only = history.asked.favourites_only;
  const Rect discard = line.cut_right(frame.px(28)).centred_row(frame.px(28));
  line.cut_right(frame.px(6));
  const Rect star = line.cut_right(frame.px(28)).centred_row(frame.px(28));
  line.cut_right(frame.px(6));
  if (icon_button(frame, star, "favourites only", only ? icon::kStar : icon::kStarOutline,
                  only ? "Show all takes" : "Show favourites only", {only, true})) {
    frame.model.show_favourites(!only);
  }
  const Rect field = line.cut_right(frame.px(170)).centred_row(frame.px(28));
  line.cut_right(frame.px(8));
  text_field(frame, field, "search", frame.view.search, "Search prompts");
  frame.model.search(frame.view.search);
  draw_count(frame, line);
  const bool can_discard = frame.model.disk_use() && !frame.model.discarding();
  if (icon_button(frame, discard, "discard rejects", icon::kTrash,
                  "Discard rejects: takes that are no favourite, on no pad and not placed in "
                  "Ardour go to the trash",
                  {false, can_discard})) {
    frame.model.offer_discard();
  }
}

void draw_empty(const Frame& frame, Rect rest) {
  const PanelModel& model = frame.model;
  Rect middle = rest.centred_row(frame.px(64));
  const bool no_service = model.link() == LinkState::kAbsent;
  const bool filtered = !model.history.asked.words.empty() || model.history.asked.favourites_only;
  const std::string_view words = no_service ? "Earlier takes are shown once the service runs."
                                 : !model.history.read ? "Reading the history\xE2\x80\xA6"
                                 : filtered            ? "No take is like that."
                                                       : "What you make is kept here.";
  draw_fitted(frame, middle.cut_top(frame.px(24)), words,
              {frame.fonts.small, color::kDim, Align::kCenter});
  if (!no_service) return;
  Rect row = middle.cut_top(frame.px(34)).centred_row(frame.px(28));
  const float width = frame.px(150);
  row = {{row.center().x - width / 2, row.min.y}, {row.center().x + width / 2, row.max.y}};
  if (text_button(frame, row, "show history", "Show earlier takes")) frame.model.start_service();
}

std::string_view remedy_words(Remedy remedy) {
  switch (remedy) {
    case Remedy::kNone:
      return "";
    case Remedy::kRestoreTake:
    case Remedy::kRestoreTakes:
      return "Undo";
    case Remedy::kDiscard:
      return "Discard";
    case Remedy::kTakeBack:
      return "Take back";
    case Remedy::kInsertOnNewTrack:
      return "On a new track";
  }
  return "";
}

void draw_notice(const Frame& frame, Rect bar) {
  const Notice& notice = *frame.model.notice();
  ImDrawList& canvas = *ImGui::GetWindowDrawList();
  const Color ink = notice.is_problem ? color::kProblem : color::kDim;
  canvas.AddRectFilled(bar.min, bar.max, packed(ink, 28), frame.px(6));
  bar = bar.inset(frame.px(8), frame.px(4));
  const bool close = icon_button(frame, bar.cut_right(frame.px(26)).centred_row(frame.px(26)),
                                 "dismiss", icon::kCancel, "Close");
  bar.cut_right(frame.px(6));
  bool remedy = false;
  if (notice.remedy != Remedy::kNone) {
    const std::string_view words = remedy_words(notice.remedy);
    const Rect place = bar.cut_right(text_width(frame.fonts.small, words) + frame.px(24));
    remedy = text_button(frame, place.centred_row(frame.px(26)), "remedy", words);
    bar.cut_right(frame.px(8));
  }
  const TextLook look{frame.fonts.small, notice.is_problem ? color::kProblem : color::kText};
  if (text_width(look.font, notice.sentence) > bar.width()) {
    draw_paragraph(frame, bar, notice.sentence, look);
  } else {
    draw_text(frame, bar, notice.sentence, look);
  }
  if (remedy) frame.model.use_remedy();
  if (close) frame.model.dismiss_notice();
}

/// Of one line, or of two where the sentence needs them.
float notice_height(const Frame& frame, float width) {
  const Notice& notice = *frame.model.notice();
  const std::string_view words = remedy_words(notice.remedy);
  const float remedy = words.empty() ? 0 : text_width(frame.fonts.small, words) + frame.px(32);
  const float room = width - frame.px(48) - remedy;
  return frame.px(text_width(frame.fonts.small, notice.sentence) > room ? 42 : 34);
}

void draw_list(const Frame& frame, const Rect& place) {
  ImGui::SetCursorScreenPos(place.min);
  ImGui::BeginChild("takes", place.size(), false, ImGuiWindowFlags_NoBackground);
  const auto& takes = frame.model.history.takes;
  const float height = frame.px(kRowHeight);
  const float width = ImGui::GetContentRegionAvail().x;
  const ImVec2 origin = ImGui::GetCursorScreenPos();
  ImGuiListClipper clipper;
  clipper.Begin(static_cast<int>(takes.size()), height);
  const auto count = static_cast<int>(takes.size());
  int next = 0;
  while (clipper.Step()) {
    // One more on each side, so that Tab finds it; what it comes to is scrolled into view.
    const int end = std::min(clipper.DisplayEnd + 1, count);
    for (int i = std::max(clipper.DisplayStart - 1, next); i < end; ++i) {
      const float y = origin.y + height * static_cast<float>(i);
      const Rect row{{origin.x, y}, {origin.x + width, y + height}};
      // Half a row at the edge is scrolled, not cut off.
      Frame quiet = frame;
      if (row.min.y < place.min.y || row.max.y > place.max.y) quiet.audit = nullptr;
      draw_row(quiet, row, takes[static_cast<std::size_t>(i)]);
    }
    next = end;
  }
  clipper.End();
  ImGui::SetCursorScreenPos({origin.x, origin.y + height * static_cast<float>(takes.size())});
  ImGui::Dummy({1, 1});
  const bool at_end = ImGui::GetScrollMaxY() - ImGui::GetScrollY() < 2 * height;
  if (at_end) frame.model.show_more();
  ImGui::EndChild();
}

}  // namespace

void draw_history_card(const Frame& frame, const Rect& place) {
  card(frame, place);
  Rect rest = place.inset(frame.px(14), frame.px(10));
  draw_search(frame, rest.cut_top(frame.px(32)));
  rest.cut_top(frame.px(4));
  std::optional<Rect> notice;
  if (frame.model.notice()) {
    notice = rest.cut_bottom(notice_height(frame, rest.width()));
    rest.cut_bottom(frame.px(4));
  }
  // Rows that are scrolled out lie where the search and the notice are.
  frame.view.tabs.begin_card();
  if (frame.model.history.takes.empty()) {
    draw_empty(frame, rest);
  } else {
    draw_list(frame, rest);
  }
  frame.view.tabs.begin_card();
  if (notice && frame.model.notice()) draw_notice(frame, *notice);
}

}  // namespace dgx::ui
