// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cmath>
#include <string>

#include "ui/model/words.hpp"
#include "ui/panel/cards.hpp"
#include "ui/panel/controls.hpp"
#include "ui/panel/waveform.hpp"

namespace dgx::ui {
namespace {

using protocol::JobStatus;

std::string decibels(double value, const char* unit) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.1f ", value);
  std::string words = std::string(text.data()) + unit;
  // A real minus sign reads better than a hyphen.
  if (words.front() == '-') words.replace(0, 1, "\xE2\x88\x92");
  return words;
}

/// "−16.0 LUFS · −1.2 dBTP · seed 42"
std::string receipt_words(const ShownTake& take) {
  if (!take.receipt) return "";
  std::vector<std::string> facts;
  const protocol::LoudnessFacts& loudness = take.receipt->loudness;
  if (loudness.integrated_lufs) facts.push_back(decibels(*loudness.integrated_lufs, "LUFS"));
  if (loudness.true_peak_dbtp) facts.push_back(decibels(*loudness.true_peak_dbtp, "dBTP"));
  facts.push_back("seed " + std::to_string(take.receipt->seed));
  for (const std::string& warning : take.receipt->warnings) facts.push_back(warning);
  return joined_by_dots(facts);
}

void draw_model_badge(const Frame& frame, Rect& line, const ShownTake& take) {
  const bool sketch = take.take.model_name == "sketch";
  const std::string licence = take.receipt ? take.receipt->model.licence : "";
  const std::string words =
      sketch ? "Sketch model" : take.take.model_name + (licence.empty() ? "" : "  " + licence);
  const Rect place = line.cut_left(badge_width(frame, words)).centred_row(frame.px(20));
  line.cut_left(frame.px(10));
  badge(frame, place, words, sketch ? color::kSecond : color::kWarning);
  if (take.receipt) tip(frame, place, take.receipt->model.notice);
}

void draw_name(const Frame& frame, const Rect& place, const ShownTake& take) {
  ViewState& view = frame.view;
  if (view.renamed_take != take.take.id) {
    draw_fitted(frame, place, take.title(), {frame.fonts.bold, color::kText});
    return;
  }
  if (text_field(frame, place, "take name", view.new_name, "A name for this take",
                 view.focus_name)) {
    frame.model.rename(take.take.id, view.new_name);
    view.renamed_take.clear();
  } else if (!view.focus_name && !ImGui::IsItemActive()) {
    view.renamed_take.clear();
  }
  view.focus_name = false;
}

void draw_buttons(const Frame& frame, Rect& line, const ShownTake& take) {
  const protocol::Take& row = take.take;
  const auto next = [&] {
    const Rect place = line.cut_right(frame.px(28)).centred_row(frame.px(28));
    line.cut_right(frame.px(6));
    return place;
  };
  if (icon_button(frame, next(), "trash", icon::kTrash, "Move to the trash")) {
    frame.model.trash(row.id);
  }
  if (icon_button(frame, next(), "rename", icon::kRename, "Rename")) {
    frame.view.renamed_take = row.id;
    frame.view.new_name = row.name.value_or("");
    frame.view.focus_name = true;
  }
  if (icon_button(frame, next(), "favourite", row.favourite ? icon::kStar : icon::kStarOutline,
                  row.favourite ? "No favourite any more" : "Favourite", {row.favourite, true})) {
    frame.model.set_favourite(row.id, !row.favourite);
  }
}

/// Listening to the take, and going to and fro between two.
void draw_listening(const Frame& frame, Rect& line, const ShownTake& take) {
  PanelModel& model = frame.model;
  const bool on = model.heard() && model.heard()->take_id == take.take.id;
  const Rect play = line.cut_left(frame.px(28)).centred_row(frame.px(28));
  line.cut_left(frame.px(6));
  if (icon_button(frame, play, "listen", on ? icon::kStop : icon::kPlay,
                  on ? "Stop listening"
                     : "Listen through the instrument, at one loudness with other takes. Nothing "
                       "is put on a pad.",
                  {on, true})) {
    model.audition(take.take.id);
  }
  if (!model.can_compare()) {
    line.cut_left(frame.px(4));
    return;
  }
  const Rect compare = line.cut_left(frame.px(38)).centred_row(frame.px(28));
  line.cut_left(frame.px(10));
  if (text_button(frame, compare, "compare", "A/B")) model.compare();
  tip(frame, compare, "To and fro between the last two takes, at the same place");
}

/// Where the take that is listened to is.
void draw_playhead(const Frame& frame, const Rect& place, double share) {
  ImDrawList& canvas = *ImGui::GetWindowDrawList();
  const Rect plot = place.inset(frame.px(4), 0);
  const float x = plot.min.x + plot.width() * static_cast<float>(std::clamp(share, 0.0, 1.0));
  const float wide = frame.px(5);
  canvas.AddLine({x, plot.min.y}, {x, plot.max.y}, packed(color::kWhite), frame.px(1.5F));
  canvas.AddTriangleFilled({x - wide, plot.min.y}, {x + wide, plot.min.y},
                           {x, plot.min.y + wide * 1.4F}, packed(color::kWhite));
}

void draw_acts(const Frame& frame, Rect& line, const ShownTake& take) {
  PanelModel& model = frame.model;
  const Rect insert = line.cut_right(frame.px(124));
  line.cut_right(frame.px(6));
  if (text_button(frame, insert, "insert", "Insert at playhead", {false, !model.inserting()})) {
    model.insert(take.take.id);
  }
  tip(frame, insert, "Has Ardour copy it to the selected track, from the playhead on");
  const Rect vary = line.cut_right(frame.px(76));
  line.cut_right(frame.px(8));
  if (text_button(frame, vary, "variation", "Variation", {false, !model.busy()})) {
    model.vary(take.take.id);
  }
  tip(frame, vary, "The same request with another seed");
}

void draw_take(const Frame& frame, Rect rest, const ShownTake& take) {
  Rect line = rest.cut_top(frame.px(30));
  draw_buttons(frame, line, take);
  if (frame.model.board) draw_listening(frame, line, take);
  draw_name(frame, line, take);
  Rect facts = rest.cut_top(frame.px(26));
  draw_model_badge(frame, facts, take);
  draw_fitted(frame, facts, take.facts(), {frame.fonts.small, color::kDim});
  rest.cut_top(frame.px(6));
  Rect foot = rest.cut_bottom(frame.px(28));
  rest.cut_bottom(frame.px(8));
  const std::optional<std::int64_t> bars = take.receipt ? take.receipt->tempo.bars : std::nullopt;
  draw_waveform(frame, rest, frame.model.history.waveform(take.take.id), bars);
  const auto& heard = frame.model.heard();
  if (heard && heard->take_id == take.take.id) draw_playhead(frame, rest, heard->share);
  draw_acts(frame, foot, take);
  draw_fitted(frame, foot, receipt_words(take), {frame.fonts.small, color::kDim});
}

// The service's words begin small, for the middle of a line.
std::string begun_large(std::string words) {
  if (!words.empty() && words[0] >= 'a' && words[0] <= 'z') {
    words[0] = static_cast<char>(words[0] - 'a' + 'A');
  }
  return words;
}

std::string progress_words(const PanelModel& model) {
  const OwnJob& job = *model.job();
  if (job.cancelling) return "Cancelling";
  if (job.id.empty()) {
    return model.link() == LinkState::kStarting ? "Starting the service" : "Sending the request";
  }
  const std::int64_t ahead = model.jobs_ahead();
  if (job.status == JobStatus::kPending) {
    if (job.waits) return begun_large(*job.waits);
    return ahead > 0 ? "Waiting for " + counted(ahead, "job") + " of others" : "Waiting";
  }
  std::string words(phase_words(job.progress.phase));
  if (job.progress.steps > 0) {
    words += "  \xC2\xB7  step " + std::to_string(job.progress.step) + " of " +
             std::to_string(job.progress.steps);
  }
  if (job.progress.eta_seconds) {
    words += "  \xC2\xB7  about " + seconds_words(std::ceil(*job.progress.eta_seconds)) + " left";
  }
  return words;
}

void draw_bar(const Rect& place, double fraction) {
  ImDrawList& canvas = *ImGui::GetWindowDrawList();
  const float radius = place.height() / 2;
  canvas.AddRectFilled(place.min, place.max, packed(color::kLine), radius);
  const float width = std::max(place.height(), place.width() * static_cast<float>(fraction));
  canvas.AddRectFilled(place.min, {place.min.x + width, place.max.y},
                       mixed(color::kAccent, color::kSecond, static_cast<float>(fraction) * 0.5F),
                       radius);
}

void draw_progress(const Frame& frame, Rect rest) {
  const OwnJob& job = *frame.model.job();
  draw_fitted(frame, rest.cut_top(frame.px(30)), frame.model.prompt.text,
              {frame.fonts.bold, color::kText});
  draw_bar(rest.cut_bottom(frame.px(6)), job.fraction);
  rest.cut_bottom(frame.px(6));
  Rect line = rest.cut_bottom(frame.px(20));
  const std::string percent = std::to_string(std::lround(job.fraction * 100)) + " %";
  draw_text(frame, line.cut_right(frame.px(44)), percent,
            {frame.fonts.small, color::kText, Align::kRight});
  draw_fitted(frame, line, progress_words(frame.model), {frame.fonts.small, color::kDim});
  rest.cut_bottom(frame.px(8));
  draw_waveform(frame, rest, nullptr,
                frame.model.prompt.unit == LengthUnit::kBars
                    ? std::optional(frame.model.prompt.bars)
                    : std::nullopt);
}

void draw_words(const Frame& frame, Rect rest, std::string_view title, std::string_view words,
                Color title_color) {
  Rect middle = rest.centred_row(frame.px(84));
  draw_fitted(frame, middle.cut_top(frame.px(26)), title,
              {frame.fonts.bold, title_color, Align::kCenter});
  draw_paragraph(frame, middle.inset(frame.px(24), 0), words,
                 {frame.fonts.small, color::kDim, Align::kCenter});
}

}  // namespace

void draw_take_card(const Frame& frame, const Rect& place) {
  card(frame, place);
  const Rect inside = place.inset(frame.px(14), frame.px(12));
  const PanelModel& model = frame.model;
  if (model.busy()) {
    draw_progress(frame, inside);
    return;
  }
  if (model.job() && model.job()->status == JobStatus::kFailed) {
    draw_words(frame, inside, "This did not work", model.job()->problem, color::kProblem);
    return;
  }
  if (const ShownTake* take = model.history.selected()) {
    if (take->take.status == JobStatus::kCompleted) {
      draw_take(frame, inside, *take);
    } else {
      draw_words(frame, inside, take->title(),
                 take->take.error_message.empty() ? protocol::to_string(take->take.status)
                                                  : std::string_view(take->take.error_message),
                 color::kDim);
    }
    return;
  }
  draw_words(frame, inside, "Nothing here yet",
             "Say on the left what you want to hear, and press Generate. It is made on this "
             "machine; nothing leaves it.",
             color::kText);
}

}  // namespace dgx::ui
