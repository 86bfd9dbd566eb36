// SPDX-License-Identifier: Apache-2.0
#include "ui/panel/waveform.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "ui/panel/text.hpp"

namespace dgx::ui {
namespace {

// More numbers than this would run into each other.
constexpr float kLeastBarWidth = 26;

void draw_grid(const Frame& frame, const Rect& place, std::int64_t bars) {
  ImDrawList& canvas = *ImGui::GetWindowDrawList();
  const float width = place.width() / static_cast<float>(bars);
  std::int64_t every = 1;
  while (width * static_cast<float>(every) < frame.px(kLeastBarWidth)) every *= 2;
  for (std::int64_t bar = 0; bar < bars; bar += every) {
    const float x = std::floor(place.min.x + width * static_cast<float>(bar));
    if (bar > 0) {
      canvas.AddLine({x, place.min.y}, {x, place.max.y}, packed(color::kWhite, bar % 4 ? 10 : 24));
    }
    const Rect room{{x + frame.px(5), place.min.y + frame.px(3)},
                    {x + frame.px(kLeastBarWidth), place.min.y + frame.px(17)}};
    draw_text(frame, room, std::to_string(bar + 1), {frame.fonts.small, color::kFaint});
  }
}

struct Reach {
  float low = 0;
  float high = 0;
};

/// The farthest that the peaks reach in [from, to) of the clip, both 0 to 1.
Reach reach_in(const protocol::PeaksMessage& peaks, float from, float to) {
  const auto count = static_cast<float>(peaks.min.size());
  const auto last = peaks.min.size() - 1;
  const std::size_t begin = std::min(last, static_cast<std::size_t>(from * count));
  const std::size_t end =
      std::clamp(static_cast<std::size_t>(to * count), begin + 1, peaks.min.size());
  Reach reach;
  for (std::size_t i = begin; i < end; ++i) {
    reach.low = std::min(reach.low, static_cast<float>(peaks.min[i]));
    reach.high = std::max(reach.high, static_cast<float>(peaks.max[i]));
  }
  return reach;
}

}  // namespace

void draw_waveform(const Frame& frame, const Rect& place, const protocol::PeaksMessage* peaks,
                   std::optional<std::int64_t> bars) {
  ImDrawList& canvas = *ImGui::GetWindowDrawList();
  canvas.AddRectFilled(place.min, place.max, packed(color::kWell), frame.px(6));
  if (bars && *bars > 0) draw_grid(frame, place, *bars);
  if (peaks == nullptr || peaks->min.empty() || peaks->min.size() != peaks->max.size()) return;
  const Rect plot{{place.min.x + frame.px(4), place.min.y + frame.px(18)},
                  {place.max.x - frame.px(4), place.max.y - frame.px(6)}};
  const float middle = plot.center().y;
  const float half = plot.height() / 2;
  const float step = frame.px(3);
  const auto columns = static_cast<int>((plot.width() - frame.px(2)) / step) + 1;
  for (int column = 0; column < columns; ++column) {
    const float x = plot.min.x + step * static_cast<float>(column);
    const float position = (x - plot.min.x) / plot.width();
    const Reach reach = reach_in(*peaks, position, position + step / plot.width());
    const float up = std::max(reach.high * half, frame.px(0.5F));
    const float down = std::max(-reach.low * half, frame.px(0.5F));
    canvas.AddRectFilled({x, middle - up}, {x + frame.px(2), middle + down},
                         mixed(color::kAccent, color::kSecond, position), frame.px(1));
  }
}

}  // namespace dgx::ui
