// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "generator/model/sketch/score.hpp"

namespace dgx::model::sketch {

inline constexpr int kTicksPerQuarter = 960;

/// The score as a Standard MIDI File, format 1: a first track with tempo, meter, key and the
/// sections as markers, then one named track a part with its program. The same score gives the
/// same bytes. Parts without notes of their own (a record's noise) are left out.
std::vector<std::uint8_t> midi_file_of(const Score& score);

}  // namespace dgx::model::sketch
