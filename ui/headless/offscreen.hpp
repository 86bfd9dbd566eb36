// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <vector>

#include "generator/base/result.hpp"
#include "ui/panel/frame.hpp"

namespace dgx::ui {

/// RGB, rows from the top.
struct Picture {
  int width = 0;
  int height = 0;
  std::vector<std::uint8_t> pixels{};
};
Status write_png(const Picture& picture, const std::filesystem::path& path);

/// A panel without a window: an ImGui context that draws into memory, by EGL and whatever renders
/// there (Mesa's llvmpipe where there is no GPU). Input is put into ImGui's own state between
/// frames. Threads: one; one at a time in a process.
class OffscreenPanel {
 public:
  /// Pixels; scale 1 = 96 dpi. kUnavailable where EGL has no surfaceless OpenGL.
  static Result<std::unique_ptr<OffscreenPanel>> open(int width, int height, float scale);
  ~OffscreenPanel();
  OffscreenPanel(const OffscreenPanel&) = delete;
  OffscreenPanel& operator=(const OffscreenPanel&) = delete;

  /// Draws one frame, a sixtieth of a second after the one before.
  void draw(PanelModel& model);
  /// What the last frame looks like.
  [[nodiscard]] Picture picture() const;
  [[nodiscard]] const Audit& audit() const { return audit_; }
  [[nodiscard]] ViewState& view() { return view_; }
  void set_now(std::string now) { now_ = std::move(now); }

  // A person, each act as many frames as it takes.
  void click(PanelModel& model, ImVec2 at);
  /// Clicks the middle of a control; kNotFound where the last frame had none of that name.
  Status click(PanelModel& model, const std::string& target);
  void type(PanelModel& model, const std::string& text);
  void press(PanelModel& model, ImGuiKey key, bool ctrl = false, bool shift = false);

 private:
  struct Surface;
  OffscreenPanel(std::unique_ptr<Surface> surface, int width, int height, float scale);

  std::unique_ptr<Surface> surface_;
  int width_;
  int height_;
  float scale_;
  Fonts fonts_{};
  ViewState view_{};
  Audit audit_{};
  std::string now_{};
};

}  // namespace dgx::ui
