// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace dgx::app {

/// What one dot column of a mirrored waveform shows, as shares of half the height.
struct Reach {
  double peak = 0.0;  ///< 0 to 1
  double rms = 0.0;   ///< Not above peak
};

/// Plain text: braille characters, each two columns of `reaches` wide and four dots high.
std::vector<std::string> braille_plot(const std::vector<Reach>& reaches, int rows);

/// With 24-bit colours: block characters, each one column of `reaches` wide and
/// eight steps high; the body (rms) bright, the peaks dim. `rows` is even. Lines end with a reset.
std::vector<std::string> block_plot(const std::vector<Reach>& reaches, int rows);

}  // namespace dgx::app
