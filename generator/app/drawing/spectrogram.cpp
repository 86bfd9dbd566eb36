// SPDX-License-Identifier: Apache-2.0
#include "generator/app/drawing/spectrogram.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <span>
#include <utility>

#include "generator/app/drawing/fourier.hpp"
#include "generator/audio/resampler.hpp"

namespace dgx::app {
namespace {

// Where long and short windows change over, and how long they are.
constexpr double kLongOnlyBelowHz = 250.0;
constexpr double kShortOnlyAboveHz = 1000.0;
constexpr double kLongSeconds = 0.17;
constexpr double kShortSeconds = 0.042;
// The long windows look at the clip at this rate, which makes them cheap.
constexpr int kLowRate = 4000;
constexpr int kHighRate = 48000;  // Enough for what can be heard

AudioClip mixed_down(const AudioClip& clip) {
  const auto channels = static_cast<std::size_t>(clip.channels);
  AudioClip mixed{clip.sample_rate, 1, std::vector<float>(clip.frame_count())};
  for (std::size_t i = 0; i < mixed.samples.size(); ++i) {
    float sum = 0.0F;
    for (std::size_t channel = 0; channel < channels; ++channel) {
      const float sample = clip.samples[i * channels + channel];
      sum += std::isfinite(sample) ? sample : 0.0F;
    }
    mixed.samples[i] = sum / static_cast<float>(channels);
  }
  return mixed;
}

Result<AudioClip> at_rate(const AudioClip& clip, int sample_rate) {
  return resample(clip, sample_rate, std::llround(clip.duration_seconds() * sample_rate));
}

/// Power between two frequencies: whole bins, and the parts of the bins at both ends.
double band_power(std::span<const double> power, double hz_per_bin, double from_hz, double to_hz) {
  const double last = static_cast<double>(power.size());
  // Bin k stands for what is between k - 1/2 and k + 1/2.
  const double from = std::clamp(from_hz / hz_per_bin + 0.5, 0.0, last);
  const double to = std::clamp(to_hz / hz_per_bin + 0.5, 0.0, last);
  double sum = 0.0;
  for (double at = from; at < to;) {
    const double next = std::min(to, std::floor(at) + 1.0);
    sum += (next - at) * power[static_cast<std::size_t>(at)];
    at = next;
  }
  return sum;
}

/// Spectra of one window length at any moment of a clip of one channel.
class Analyser {
 public:
  Analyser(AudioClip clip, double window_seconds)
      : rate_(clip.sample_rate),
        window_(static_cast<std::size_t>(std::max(2.0, window_seconds * rate_))),
        spectrum_(window_, 2 * std::bit_ceil(window_)),
        frames_(clip.samples.size()),
        samples_(std::move(clip.samples)) {
    // Silence on both sides, so that every window is whole.
    samples_.insert(samples_.begin(), window_, 0.0F);
    samples_.insert(samples_.end(), window_, 0.0F);
  }

  /// `position` is 0 at the clip's start and 1 at its end.
  void look_at(double position) {
    const double middle = std::clamp(position, 0.0, 1.0) * static_cast<double>(frames_);
    const std::size_t start = window_ + static_cast<std::size_t>(middle) - window_ / 2;
    power_ = spectrum_.of(std::span(samples_).subspan(start, window_));
  }
  [[nodiscard]] double power(double from_hz, double to_hz) const {
    const double hz_per_bin =
        static_cast<double>(rate_) / static_cast<double>(spectrum_.transform_size());
    return band_power(power_, hz_per_bin, from_hz, to_hz);
  }

 private:
  int rate_;
  std::size_t window_;
  PowerSpectrum spectrum_;
  std::size_t frames_;
  std::vector<float> samples_;
  std::span<const double> power_{};
};

/// What one row of the picture shows.
struct Band {
  double from_hz;
  double to_hz;
  double share_of_long;  ///< How much of the long window counts here, 0 to 1
};

/// Bands a third of a tone wide. They overlap where rows lie closer: smooth, and the same level
/// whatever the height of the picture.
std::vector<Band> make_bands(int rows, double lowest_hz, double highest_hz) {
  std::vector<Band> bands;
  for (int row = 0; row < rows; ++row) {
    const double hz = lowest_hz * std::pow(highest_hz / lowest_hz, (row + 0.5) / rows);
    const double octaves = std::log(hz / kLongOnlyBelowHz);
    const double share = 1.0 - octaves / std::log(kShortOnlyAboveHz / kLongOnlyBelowHz);
    bands.push_back(
        {hz * std::exp2(-1.0 / 36.0), hz * std::exp2(1.0 / 36.0), std::clamp(share, 0.0, 1.0)});
  }
  return bands;
}

double band_level_db(const Band& band, const Analyser& low, const Analyser& high) {
  double power = 0.0;
  if (band.share_of_long > 0.0) {
    power += band.share_of_long * low.power(band.from_hz, band.to_hz);
  }
  if (band.share_of_long < 1.0) {
    power += (1.0 - band.share_of_long) * high.power(band.from_hz, band.to_hz);
  }
  return 10.0 * std::log10(power + 1e-15);
}

}  // namespace

Result<Spectrogram> make_spectrogram(const AudioClip& clip, int columns, int rows, double lowest_hz,
                                     double highest_hz) {
  Spectrogram result{columns, rows, lowest_hz, highest_hz, {}};
  const AudioClip mixed = mixed_down(clip);
  Result<AudioClip> slow = at_rate(mixed, kLowRate);
  if (!slow) return slow.error();
  Result<AudioClip> fast = at_rate(mixed, std::min(clip.sample_rate, kHighRate));
  if (!fast) return fast.error();
  Analyser low(std::move(*slow), kLongSeconds);
  Analyser high(std::move(*fast), kShortSeconds);
  const std::vector<Band> bands = make_bands(rows, lowest_hz, highest_hz);
  result.levels_db.reserve(static_cast<std::size_t>(columns) * bands.size());
  for (int column = 0; column < columns; ++column) {
    const double position = (column + 0.5) / columns;
    low.look_at(position);
    high.look_at(position);
    for (const Band& band : bands) {
      const auto level_db = static_cast<float>(band_level_db(band, low, high));
      result.levels_db.push_back(std::max(kSilenceDb, level_db));
    }
  }
  return result;
}

}  // namespace dgx::app
