// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/panel/frame.hpp"
#include "ui/panel/geometry.hpp"

namespace dgx::ui {

/// The keys 48 to 96 as they lie on a keyboard, in the colour of the pad that they play, with a dot
/// on the root and those that sound lit. Each tells its pitch where the pointer rests.
void draw_zone_keys(const Frame& frame, const Rect& place);

}  // namespace dgx::ui
