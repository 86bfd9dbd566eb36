// SPDX-License-Identifier: Apache-2.0
#include "ui/panel/audit.hpp"

#include <algorithm>
#include <utility>

namespace dgx::ui {
namespace {

// Glyphs are placed at fractions of a pixel.
constexpr float kTolerance = 1.0F;

bool lies_in(const Rect& inner, const Rect& outer) {
  return inner.min.x >= outer.min.x - kTolerance && inner.min.y >= outer.min.y - kTolerance &&
         inner.max.x <= outer.max.x + kTolerance && inner.max.y <= outer.max.y + kTolerance;
}

bool overlap(const Rect& a, const Rect& b) {
  return a.min.x < b.max.x - kTolerance && b.min.x < a.max.x - kTolerance &&
         a.min.y < b.max.y - kTolerance && b.min.y < a.max.y - kTolerance;
}

}  // namespace

void Audit::clear() {
  texts_.clear();
  targets_.clear();
  signs_.clear();
  tips_.clear();
}

void Audit::add_text(std::string words, const Rect& place, const Rect& room) {
  texts_.push_back({std::move(words), place, room});
}

void Audit::add_target(std::string name, const Rect& place, bool enabled) {
  targets_.push_back({std::move(name), place, enabled});
}

void Audit::add_sign(std::string name, const Rect& place) {
  signs_.push_back({std::move(name), place});
}

const Audit::Target* Audit::target(const std::string& name) const {
  const auto found = std::find_if(targets_.begin(), targets_.end(),
                                  [&](const Target& one) { return one.name == name; });
  return found == targets_.end() ? nullptr : &*found;
}

std::vector<std::string> Audit::findings(ImVec2 screen, float least) const {
  std::vector<std::string> found;
  const Rect whole{{0, 0}, screen};
  for (const Text& text : texts_) {
    if (!lies_in(text.place, text.room)) found.push_back("\"" + text.words + "\" is cut off");
    if (!lies_in(text.place, whole)) found.push_back("\"" + text.words + "\" leaves the panel");
  }
  for (const Target& target : targets_) {
    if (target.place.width() < least || target.place.height() < least) {
      found.push_back(target.name + " is too small to hit");
    }
    if (!lies_in(target.place, whole)) found.push_back(target.name + " leaves the panel");
  }
  for (std::size_t a = 0; a < targets_.size(); ++a) {
    for (std::size_t b = a + 1; b < targets_.size(); ++b) {
      if (!overlap(targets_[a].place, targets_[b].place)) continue;
      found.push_back(targets_[a].name + " and " + targets_[b].name + " overlap");
    }
  }
  return found;
}

}  // namespace dgx::ui
