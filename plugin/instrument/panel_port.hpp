// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "generator/protocol/request.hpp"
#include "plugin/client/take_maker.hpp"
#include "plugin/instrument/instrument_state.hpp"

namespace dgx::plugin {

/// A pad as it is shown.
struct ShownPad {
  PadTake take{};
  bool loaded = false;    ///< It sounds
  std::string problem{};  ///< Why it is not as it should be
};
using ShownPads = std::array<ShownPad, kPads>;

/// What is listened to beside the pads.
struct ShownAudition {
  bool loading = false;   ///< What was asked for last does not sound or stop yet
  double share = -1.0;    ///< How much of the take was heard, 0 to 1; negative: nothing sounds
  std::string problem{};  ///< Why what was asked for last cannot be heard
  bool operator==(const ShownAudition&) const = default;
};

/// What the host says of its session, as far as a request cares.
struct HostTempo {
  double bpm = 120.0;  ///< Quarter notes a minute
  int numerator = 4;
  int denominator = 4;
  bool rolls = false;
  bool operator==(const HostTempo&) const = default;
};

/// An instrument as its panel sees it, through the host's instance access: the panel is another
/// module of the same bundle in the same process (docs/adr/0015-panel-in-the-same-process.md).
///
/// Threads: any but the audio thread; nothing here waits for I/O, for the service or for the audio
/// thread.
class PanelPort {
 public:
  virtual ~PanelPort() = default;

  [[nodiscard]] virtual ShownPads pads() const = 0;
  /// Rises whenever a pad looks otherwise.
  [[nodiscard]] virtual std::uint32_t pad_changes() const noexcept = 0;
  /// The pad (0 to 11) that the keyboard plays in tune.
  [[nodiscard]] virtual int selected_pad() const noexcept = 0;
  /// The note at which that pad sounds at its own pitch.
  [[nodiscard]] virtual int root_note() const noexcept = 0;
  /// The keys that sound, as of the last block.
  [[nodiscard]] virtual KeySet sounding_keys() const noexcept = 0;
  /// A person puts a take on a pad (0 to 11), or clears it with one that has no file.
  virtual void put(int pad, PadTake take) = 0;

  /// Listens to a take beside the pads, from the beginning, or from where another one is that
  /// sounds; without a file it ends. Nothing of it is kept, and an export has none of it.
  virtual void audition(const std::string& file, double gain_db) = 0;
  [[nodiscard]] virtual ShownAudition audition() = 0;

  [[nodiscard]] virtual std::string prompt() const = 0;
  virtual void set_prompt(std::string prompt) = 0;
  /// JSON of the last request; empty before the first.
  [[nodiscard]] virtual std::string request() const = 0;
  /// Asks for takes. The first of them goes to the selected pad where that is empty, the others to
  /// the next empty ones.
  virtual void generate(const protocol::GenerationRequest& request) = 0;
  [[nodiscard]] virtual RequestNews request_news() const = 0;

  /// Nothing while the host has told no tempo.
  [[nodiscard]] virtual std::optional<HostTempo> host_tempo() const noexcept = 0;
  [[nodiscard]] virtual double sample_rate() const noexcept = 0;  ///< Hz
  /// Folder of the saved Ardour session, as far as the host has told it by now.
  [[nodiscard]] virtual std::optional<std::string> session() const = 0;

 protected:
  PanelPort() = default;
  PanelPort(const PanelPort&) = default;
  PanelPort& operator=(const PanelPort&) = default;
};

}  // namespace dgx::plugin
