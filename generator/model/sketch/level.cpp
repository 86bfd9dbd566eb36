// SPDX-License-Identifier: Apache-2.0
#include "generator/model/sketch/level.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace dgx::model::sketch {
namespace {

constexpr double kSilence = -100.0;
constexpr std::size_t kHopFrames = 4800;  // 100 ms at 48 kHz; a block is four of them

/// The two K-weighting filters of BS.1770-4, tables 1 and 2, for 48 kHz.
struct KWeighting {
  double shelf1 = 0, shelf2 = 0, high1 = 0, high2 = 0;

  double operator()(double in) {
    const double shelf = 1.53512485958697 * in + shelf1;
    shelf1 = -2.69169618940638 * in + 1.69065929318241 * shelf + shelf2;
    shelf2 = 1.19839281085285 * in - 0.73248077421585 * shelf;
    const double out = shelf + high1;
    high1 = -2.0 * shelf + 1.99004745483398 * out + high2;
    high2 = shelf - 0.99007225036621 * out;
    return out;
  }
};

double lufs(double mean_square) {
  return mean_square > 0.0 ? -0.691 + 10.0 * std::log10(mean_square) : kSilence;
}

/// Weighted energy of each 100 ms, both channels together.
std::vector<double> energies(const std::vector<float>& samples, const Checkpoint& checkpoint) {
  const std::size_t frames = samples.size() / 2;
  std::vector<double> sums((frames + kHopFrames - 1) / kHopFrames, 0.0);
  KWeighting left;
  KWeighting right;
  in_pieces(frames, checkpoint, [&](std::size_t begin, std::size_t end) {
    for (std::size_t frame = begin; frame < end; ++frame) {
      const double a = left(samples[2 * frame]);
      const double b = right(samples[2 * frame + 1]);
      sums[frame / kHopFrames] += a * a + b * b;
    }
  });
  return sums;
}

double mean_above(const std::vector<double>& blocks, double gate) {
  double sum = 0.0;
  std::size_t count = 0;
  for (const double block : blocks) {
    if (lufs(block) <= gate) continue;
    sum += block;
    ++count;
  }
  return count > 0 ? sum / static_cast<double>(count) : 0.0;
}

}  // namespace

double loudness_of(const std::vector<float>& samples, const Checkpoint& checkpoint) {
  const std::vector<double> sums = energies(samples, checkpoint);
  std::vector<double> blocks;
  for (std::size_t i = 0; i + 4 <= sums.size(); ++i) {
    blocks.push_back((sums[i] + sums[i + 1] + sums[i + 2] + sums[i + 3]) / (4.0 * kHopFrames));
  }
  if (blocks.empty()) {
    double sum = 0.0;
    for (const double energy : sums) sum += energy;
    return sum > 0.0 ? lufs(sum / (static_cast<double>(samples.size()) / 2.0)) : kSilence;
  }
  const double ungated = mean_above(blocks, -70.0);
  return ungated > 0.0 ? lufs(mean_above(blocks, lufs(ungated) - 10.0)) : kSilence;
}

}  // namespace dgx::model::sketch
