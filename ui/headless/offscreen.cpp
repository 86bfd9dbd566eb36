// SPDX-License-Identifier: Apache-2.0
#include "ui/headless/offscreen.hpp"

#include <EGL/egl.h>
#include <EGL/eglext.h>
#include <GL/gl.h>
#include <backends/imgui_impl_opengl2.h>
#include <stb/stb_image_write.h>

#include <array>
#include <string>
#include <utility>

#include "generator/base/utc_time.hpp"
#include "ui/panel/input_queue.hpp"
#include "ui/panel/panel.hpp"
#include "ui/panel/theme.hpp"

namespace dgx::ui {
namespace {

constexpr float kFrameSeconds = 1.0F / 60;
constexpr int kChannels = 3;

Error egl_error(const std::string& what) {
  std::array<char, 16> code{};
  std::snprintf(code.data(), code.size(), "0x%x", static_cast<unsigned>(eglGetError()));
  return {ErrorCode::kUnavailable, "cannot draw without a window: " + what +
                                       " failed with EGL error " + std::string(code.data()) +
                                       "; the package libegl-mesa0 renders where there is no GPU"};
}

}  // namespace

struct OffscreenPanel::Surface {
  EGLDisplay display = EGL_NO_DISPLAY;
  EGLSurface surface = EGL_NO_SURFACE;
  EGLContext context = EGL_NO_CONTEXT;

  Surface() = default;
  Surface(const Surface&) = delete;
  Surface& operator=(const Surface&) = delete;
  ~Surface() {
    if (display == EGL_NO_DISPLAY) return;
    eglMakeCurrent(display, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT);
    if (context != EGL_NO_CONTEXT) eglDestroyContext(display, context);
    if (surface != EGL_NO_SURFACE) eglDestroySurface(display, surface);
    eglTerminate(display);
  }

  Status open(int width, int height) {
    display = eglGetPlatformDisplay(EGL_PLATFORM_SURFACELESS_MESA,
                                    reinterpret_cast<void*>(EGL_DEFAULT_DISPLAY), nullptr);
    if (display == EGL_NO_DISPLAY) return egl_error("eglGetPlatformDisplay");
    if (eglInitialize(display, nullptr, nullptr) == EGL_FALSE) return egl_error("eglInitialize");
    if (eglBindAPI(EGL_OPENGL_API) == EGL_FALSE) return egl_error("eglBindAPI");
    constexpr std::array<EGLint, 13> kConfig = {EGL_SURFACE_TYPE,
                                                EGL_PBUFFER_BIT,
                                                EGL_RENDERABLE_TYPE,
                                                EGL_OPENGL_BIT,
                                                EGL_RED_SIZE,
                                                8,
                                                EGL_GREEN_SIZE,
                                                8,
                                                EGL_BLUE_SIZE,
                                                8,
                                                EGL_ALPHA_SIZE,
                                                8,
                                                EGL_NONE};
    EGLConfig config = nullptr;
    EGLint count = 0;
    if (eglChooseConfig(display, kConfig.data(), &config, 1, &count) == EGL_FALSE || count == 0) {
      return egl_error("eglChooseConfig");
    }
    const std::array<EGLint, 5> size = {EGL_WIDTH, width, EGL_HEIGHT, height, EGL_NONE};
    surface = eglCreatePbufferSurface(display, config, size.data());
    context = eglCreateContext(display, config, EGL_NO_CONTEXT, nullptr);
    if (eglMakeCurrent(display, surface, surface, context) == EGL_FALSE) {
      return egl_error("eglMakeCurrent");
    }
    return ok();
  }
};

Status write_png(const Picture& picture, const std::filesystem::path& path) {
  const int written = stbi_write_png(path.c_str(), picture.width, picture.height, kChannels,
                                     picture.pixels.data(), picture.width * kChannels);
  if (written != 0) return ok();
  return Error{ErrorCode::kIo, "cannot write the picture " + path.string()};
}

Result<std::unique_ptr<OffscreenPanel>> OffscreenPanel::open(int width, int height, float scale) {
  auto surface = std::make_unique<Surface>();
  if (Status opened = surface->open(width, height); !opened) return std::move(opened).error();
  return std::unique_ptr<OffscreenPanel>(
      new OffscreenPanel(std::move(surface), width, height, scale));
}

OffscreenPanel::OffscreenPanel(std::unique_ptr<Surface> surface, int width, int height, float scale)
    : surface_(std::move(surface)), width_(width), height_(height), scale_(scale) {
  ImGui::CreateContext();
  ImGuiIO& io = ImGui::GetIO();
  io.IniFilename = nullptr;
  io.DisplaySize = ImVec2(static_cast<float>(width), static_cast<float>(height));
  io.ConfigFlags |= ImGuiConfigFlags_NavEnableKeyboard;
  map_keys(io);
  apply_theme(scale);
  fonts_ = load_fonts(scale);
  ImGui_ImplOpenGL2_Init();
}

OffscreenPanel::~OffscreenPanel() {
  ImGui_ImplOpenGL2_Shutdown();
  ImGui::DestroyContext();
}

void OffscreenPanel::draw(PanelModel& model) {
  audit_.clear();
  ImGui::GetIO().DeltaTime = kFrameSeconds;
  ImGui_ImplOpenGL2_NewFrame();
  ImGui::NewFrame();
  draw_panel({model, view_, fonts_, scale_, now_.empty() ? now_rfc3339() : now_, &audit_});
  ImGui::Render();
  glViewport(0, 0, width_, height_);
  glClear(GL_COLOR_BUFFER_BIT);
  ImGui_ImplOpenGL2_RenderDrawData(ImGui::GetDrawData());
}

Picture OffscreenPanel::picture() const {
  const std::size_t row = static_cast<std::size_t>(width_) * kChannels;
  Picture picture{width_, height_, {}};
  std::vector<std::uint8_t> upside_down(row * static_cast<std::size_t>(height_));
  glPixelStorei(GL_PACK_ALIGNMENT, 1);
  glReadPixels(0, 0, width_, height_, GL_RGB, GL_UNSIGNED_BYTE, upside_down.data());
  picture.pixels.reserve(upside_down.size());
  for (int y = height_ - 1; y >= 0; --y) {
    const auto begin = upside_down.begin() + static_cast<std::ptrdiff_t>(row) * y;
    picture.pixels.insert(picture.pixels.end(), begin, begin + static_cast<std::ptrdiff_t>(row));
  }
  return picture;
}

void OffscreenPanel::click(PanelModel& model, ImVec2 at) {
  ImGuiIO& io = ImGui::GetIO();
  io.MousePos = at;
  draw(model);
  io.MouseDown[0] = true;
  draw(model);
  io.MouseDown[0] = false;
  draw(model);
}

Status OffscreenPanel::click(PanelModel& model, const std::string& target) {
  const Audit::Target* found = audit_.target(target);
  if (found == nullptr) return Error{ErrorCode::kNotFound, "the panel has no " + target};
  click(model, found->place.center());
  return ok();
}

void OffscreenPanel::type(PanelModel& model, const std::string& text) {
  ImGui::GetIO().AddInputCharactersUTF8(text.c_str());
  draw(model);
}

void OffscreenPanel::press(PanelModel& model, ImGuiKey key, bool ctrl, bool shift) {
  ImGuiIO& io = ImGui::GetIO();
  io.KeyCtrl = ctrl;
  io.KeyShift = shift;
  io.KeysDown[key] = true;
  draw(model);
  io.KeysDown[key] = false;
  io.KeyCtrl = false;
  io.KeyShift = false;
  draw(model);
}

}  // namespace dgx::ui
