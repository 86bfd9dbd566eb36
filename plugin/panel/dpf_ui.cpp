// SPDX-License-Identifier: Apache-2.0
// The panel as DPF knows it: a window with OpenGL, and what happens in it.
#include <backends/imgui_impl_opengl2.h>
#include <imgui.h>
#include <DistrhoUI.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <memory>
#include <string>

#include "generator/base/utc_time.hpp"
#include "plugin/client/service_address.hpp"
#include "plugin/instrument/panel_port.hpp"
#include "plugin/panel/dpf_keys.hpp"
#include "plugin/panel/keyboard_focus.hpp"
#include "plugin/panel/panel_session.hpp"
#include "ui/panel/input_queue.hpp"
#include "ui/panel/panel.hpp"
#include "ui/panel/theme.hpp"

namespace {

using Clock = std::chrono::steady_clock;
using dgx::plugin::PanelSession;

constexpr float kWidth = DISTRHO_UI_DEFAULT_WIDTH;
constexpr float kHeight = DISTRHO_UI_DEFAULT_HEIGHT;
// ImGui needs more than one frame to settle: what opens is measured first.
constexpr int kSettleFrames = 3;
constexpr std::chrono::milliseconds kCaret{250};
constexpr std::chrono::seconds kAges{30};  // "5 min" becomes "6 min"

dgx::ui::PollerOptions poller_options(const char* bundle) {
  dgx::ui::PollerOptions options;
  // Without a home there is no socket, and the panel says that no service runs.
  if (auto address = dgx::plugin::find_address(bundle != nullptr ? bundle : "")) {
    options.address = std::move(address->client);
    options.service = std::move(address->command);
  }
  return options;
}

class PanelUi final : public DISTRHO::UI {
 public:
  PanelUi()
      : UI(DISTRHO_UI_DEFAULT_WIDTH, DISTRHO_UI_DEFAULT_HEIGHT),
        scale_(static_cast<float>(std::clamp(getScaleFactor(), 1.0, 4.0))),
        context_(ImGui::CreateContext()),
        session_(*static_cast<dgx::plugin::PanelPort*>(getPluginInstancePointer()),
                 poller_options(getBundlePath())) {
    ImGui::SetCurrentContext(context_);
    prepare(ImGui::GetIO());
    dgx::ui::apply_theme(scale_);
    fonts_ = dgx::ui::load_fonts(scale_);
    ImGui_ImplOpenGL2_Init();
    setGeometryConstraints(scaled(dgx::ui::kLeastWidth), scaled(dgx::ui::kLeastHeight));
    if (scale_ > 1.0F) setSize(scaled(kWidth), scaled(kHeight));
  }
  ~PanelUi() override {
    ImGui::SetCurrentContext(context_);
    ImGui_ImplOpenGL2_Shutdown();
    ImGui::DestroyContext(context_);
  }
  PanelUi(const PanelUi&) = delete;
  PanelUi& operator=(const PanelUi&) = delete;

 protected:
  // The instrument is asked itself; the host's messages say nothing new.
  void parameterChanged(std::uint32_t /*index*/, float /*value*/) override {}
  void stateChanged(const char* /*key*/, const char* /*value*/) override {}

  void uiIdle() override {
    if (session_.update()) settle_ = kSettleFrames;
    if (session_.take_prompt_change()) view_.replace_prompt = view_.prompt_active;
    const auto since = Clock::now() - drawn_;
    if (!input_.empty() || settle_ > 0 || since > kAges || (typing_ && since > kCaret)) repaint();
  }

  void onDisplay() override {
    ImGui::SetCurrentContext(context_);
    ImGuiIO& io = ImGui::GetIO();
    io.DisplaySize = ImVec2(static_cast<float>(getWidth()), static_cast<float>(getHeight()));
    const auto now = Clock::now();
    io.DeltaTime = std::max(1e-4F, std::chrono::duration<float>(now - drawn_).count());
    drawn_ = now;
    input_.feed(io);
    ImGui_ImplOpenGL2_NewFrame();
    ImGui::NewFrame();
    dgx::ui::draw_panel({session_.model, view_, fonts_, scale_, dgx::now_rfc3339(), nullptr});
    ImGui::Render();
    ImGui_ImplOpenGL2_RenderDrawData(ImGui::GetDrawData());
    if (settle_ > 0) --settle_;
    follow_cursor();
    follow_typing();
  }

  bool onMouse(const MouseEvent& event) override {
    if (event.button < 1 || event.button > 3) return false;
    input_.button(dgx::plugin::imgui_button(event.button), event.press, at(event.pos));
    return woken(true);
  }
  bool onMotion(const MotionEvent& event) override {
    input_.move(at(event.pos));
    return woken(true);
  }
  bool onScroll(const ScrollEvent& event) override {
    input_.wheel(at(event.delta));
    return woken(true);
  }
  // The host's keys are the host's, unless a person types.
  bool onKeyboard(const KeyboardEvent& event) override {
    const auto key = dgx::plugin::imgui_key(event.key);
    if (key) input_.key(*key, event.press, dgx::plugin::modifiers_of(event.mod));
    return woken(typing_);
  }
  bool onCharacterInput(const CharacterInputEvent& event) override {
    constexpr unsigned kNoLetter = DGL_NAMESPACE::kModifierControl | DGL_NAMESPACE::kModifierSuper;
    const bool is_letter = event.character >= ' ' && event.character != DGL_NAMESPACE::kKeyDelete;
    if (is_letter && (event.mod & kNoLetter) == 0) input_.character(event.character);
    return woken(typing_);
  }
  void uiFocus(bool focus, DGL_NAMESPACE::CrossingMode /*mode*/) override {
    if (!focus) {
      input_.release_keys();
      view_.tabs.end();
    }
    woken(true);
  }

  // DPF's own takes "text/plain" alone, which few programs offer.
  std::uint32_t uiClipboardDataOffer() override {
    constexpr std::array<const char*, 3> kWanted = {"UTF8_STRING", "text/plain;charset=utf-8",
                                                    "text/plain"};
    const auto offers = getClipboardDataOfferTypes();
    for (const char* wanted : kWanted) {
      for (const auto& offer : offers) {
        if (offer.type != nullptr && std::strcmp(offer.type, wanted) == 0) return offer.id;
      }
    }
    return 0;
  }

 private:
  unsigned scaled(float units) const { return static_cast<unsigned>(units * scale_); }
  static ImVec2 at(const DGL_NAMESPACE::Point<double>& point) {
    return {static_cast<float>(point.getX()), static_cast<float>(point.getY())};
  }
  bool woken(bool taken) {
    settle_ = kSettleFrames;
    repaint();
    return taken;
  }

  void prepare(ImGuiIO& io) {
    io.IniFilename = nullptr;
    io.LogFilename = nullptr;
    io.ConfigFlags |= ImGuiConfigFlags_NavEnableKeyboard;
    io.BackendFlags |= ImGuiBackendFlags_HasMouseCursors;
    dgx::ui::map_keys(io);
    io.ClipboardUserData = this;
    io.SetClipboardTextFn = [](void* self, const char* words) {
      std::string text(words);
      std::replace(text.begin(), text.end(), '\n', ' ');  // Lines of the prompt box are drawn ones
      static_cast<PanelUi*>(self)->setClipboard("UTF8_STRING", text.data(), text.size());
    };
    io.GetClipboardTextFn = [](void* self) {
      return static_cast<PanelUi*>(self)->clipboard_text();
    };
  }
  const char* clipboard_text() {
    std::size_t size = 0;
    const auto* bytes = static_cast<const char*>(getClipboard(size));
    clipboard_.assign(bytes != nullptr ? bytes : "", bytes != nullptr ? ::strnlen(bytes, size) : 0);
    return clipboard_.c_str();
  }

  void follow_cursor() {
    const int wanted = ImGui::GetMouseCursor();
    if (wanted == cursor_) return;
    cursor_ = wanted;
    setCursor(dgx::plugin::dpf_cursor(wanted));
  }
  void follow_typing() {
    const bool now = dgx::ui::wants_keyboard(view_);
    if (now == typing_) return;
    typing_ = now;
    if (typing_) {
      focus_.take(getWindow().getNativeWindowHandle());
    } else {
      focus_.give_back();
    }
  }

  float scale_;
  ImGuiContext* context_;
  PanelSession session_;
  dgx::ui::Fonts fonts_{};
  dgx::ui::ViewState view_{};
  dgx::ui::InputQueue input_{};
  dgx::plugin::KeyboardFocus focus_{};
  std::string clipboard_{};
  Clock::time_point drawn_ = Clock::now();
  int settle_ = kSettleFrames;
  int cursor_ = ImGuiMouseCursor_Arrow;
  bool typing_ = false;
};

}  // namespace

START_NAMESPACE_DISTRHO

// NOLINTNEXTLINE(readability-identifier-naming): DPF's name
UI* createUI() {
  return new PanelUi();
}

END_NAMESPACE_DISTRHO
