// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace dgx {

/// Triangular noise in (-1, 1), variance 1/6: the sum of two uniform draws, in units of one least
/// significant bit. It depends on the seed and the absolute sample index alone.
double tpdf_dither(std::uint64_t seed, std::uint64_t sample_index);

/// A sample in [-1, 1] as a signed integer of `bits` bits: scaled by 2^(bits-1), dithered, rounded
/// to nearest. Plain TPDF, so digital silence is dithered like everything else.
///
/// The codes end at 2^(bits-1) - 1, and dither can push a legal sample up to two codes past that.
/// There the result stays on the last code: what is cut is dither and the half-open end of the
/// scale (at most 2 codes, 0.0005 dB at 16 bit), never signal beyond full scale, which the writer
/// refuses before it comes here.
std::int32_t quantize(float sample, int bits, double dither);

}  // namespace dgx
