// SPDX-License-Identifier: Apache-2.0
#include "generator/audio/quantize.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "generator/base/philox.hpp"

namespace dgx {

// S. Lipshitz, R. Wannamaker, J. Vanderkooy, "Quantization and dither: a theoretical survey"
// (JAES 1992): noise of this shape makes mean and variance of the error independent of the signal.
double tpdf_dither(std::uint64_t seed, std::uint64_t sample_index) {
  constexpr std::uint32_t kDitherStream = 0xD17E;  // Apart from every other use of the same seed.
  const std::uint64_t pair = sample_index / 2;     // One block of four words serves two samples.
  const auto words = philox4x32(seed, {static_cast<std::uint32_t>(pair),
                                       static_cast<std::uint32_t>(pair >> 32), kDitherStream, 0});
  const std::size_t first = sample_index % 2 * 2;
  return (static_cast<double>(words[first]) - static_cast<double>(words[first + 1])) * 0x1p-32;
}

std::int32_t quantize(float sample, int bits, double dither) {
  const auto scale = static_cast<double>(std::int64_t{1} << (bits - 1));
  const double code = std::floor(static_cast<double>(sample) * scale + dither + 0.5);
  return static_cast<std::int32_t>(std::clamp(code, -scale, scale - 1.0));
}

}  // namespace dgx
