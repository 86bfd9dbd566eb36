// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "ui/panel/geometry.hpp"

namespace dgx::ui {

/// What one frame put where, so that a test can judge the structure of a picture: is a text cut
/// off, can a finger hit a button, do two of them overlap. Threads: one at a time.
class Audit {
 public:
  struct Text {
    std::string words{};
    Rect place{};  ///< What it covers
    Rect room{};   ///< Where it may be
  };
  struct Target {
    std::string name{};
    Rect place{};
    bool enabled = true;
  };

  /// What tells something where the pointer rests, and cannot be pressed.
  struct Sign {
    std::string name{};
    Rect place{};
  };

  void clear();
  void add_text(std::string words, const Rect& place, const Rect& room);
  void add_target(std::string name, const Rect& place, bool enabled);
  void add_sign(std::string name, const Rect& place);
  void add_tip(std::string words) { tips_.push_back(std::move(words)); }

  [[nodiscard]] const std::vector<Text>& texts() const { return texts_; }
  [[nodiscard]] const std::vector<Target>& targets() const { return targets_; }
  [[nodiscard]] const std::vector<Sign>& signs() const { return signs_; }
  /// What the pointer is told where it rests.
  [[nodiscard]] const std::vector<std::string>& tips() const { return tips_; }
  [[nodiscard]] const Target* target(const std::string& name) const;

  /// One sentence for each text that leaves its room or the screen, each target smaller than
  /// `least` pixels in one direction, and each two that overlap.
  [[nodiscard]] std::vector<std::string> findings(ImVec2 screen, float least) const;

 private:
  std::vector<Text> texts_{};
  std::vector<Target> targets_{};
  std::vector<Sign> signs_{};
  std::vector<std::string> tips_{};
};

}  // namespace dgx::ui
