// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "generator/protocol/api_messages.hpp"
#include "ui/panel/frame.hpp"
#include "ui/panel/geometry.hpp"

namespace dgx::ui {

/// A waveform as bars of two units with a grid of `bars` behind it; only the well where there are
/// no peaks.
void draw_waveform(const Frame& frame, const Rect& place, const protocol::PeaksMessage* peaks,
                   std::optional<std::int64_t> bars);

}  // namespace dgx::ui
