// SPDX-License-Identifier: Apache-2.0
#include "generator/app/drawing/picture.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "generator/app/drawing/canvas.hpp"
#include "generator/app/drawing/png_file.hpp"
#include "generator/app/drawing/spectrogram.hpp"
#include "generator/app/drawing/text.hpp"
#include "generator/app/drawing/time_marks.hpp"
#include "generator/audio/waveform_peaks.hpp"

namespace dgx::app {
namespace {

constexpr int kWidth = 1600;
constexpr int kHeight = 900;
constexpr Box kWaveCard{24, 104, 1552, 300};
constexpr Box kWave{80, 120, 1432, 268};
constexpr Box kSpectrumCard{24, 420, 1552, 456};
constexpr Box kSpectrum{80, 436, 1432, 396};
constexpr Box kScale{1528, 436, 8, 396};
constexpr TextStyle kTitle{28.0, FontWeight::kSemiBold, palette::kText};
constexpr TextStyle kSubtitle{16.0, FontWeight::kMedium, palette::kMuted};
constexpr TextStyle kFact{15.0, FontWeight::kMedium, palette::kText};
constexpr TextStyle kAxis{13.0, FontWeight::kMedium, palette::kMuted};
constexpr TextStyle kBarNumber{13.0, FontWeight::kSemiBold, palette::kMuted};
constexpr Box kMeter{1528, 142, 8, 224};
constexpr double kLowestHz = 30.0;
constexpr double kShownDecibels = 60.0;
constexpr double kMeterDecibels = 48.0;

/// Draws one picture; a clip, its labels, and the canvas that they end up on.
class Picture {
 public:
  Picture(const AudioClip& clip, const PictureLabels& labels, const Spectrogram& spectrum,
          const TextPainter& text)
      : clip_(clip), labels_(labels), spectrum_(spectrum), text_(text) {}

  const Canvas& draw() {
    const double facts_left = draw_facts();
    draw_titles(facts_left);
    draw_card(kWaveCard, kWave);
    draw_card(kSpectrumCard, kSpectrum);
    draw_level_grid();
    draw_bars();
    draw_waveform();
    draw_meter();
    draw_spectrogram();
    draw_time_axis();
    return canvas_;
  }

 private:
  void draw_card(const Box& card, const Box& plot) {
    canvas_.fill_rounded(card, 10, palette::kBorder);
    canvas_.fill_rounded({card.left + 1, card.top + 1, card.width - 2, card.height - 2}, 9,
                         palette::kCard);
    canvas_.fill(plot, palette::kPlot);
  }

  void draw_titles(double facts_left) {
    const double left = kWaveCard.left + 2;
    text_.draw(canvas_, left, 56, text_.fitted(labels_.title, facts_left - left - 24, kTitle),
               kTitle);
    text_.draw(canvas_, left, 84,
               text_.fitted(labels_.subtitle, kWaveCard.right() - left, kSubtitle), kSubtitle);
  }

  /// Badges from the right; returns where the leftmost begins.
  double draw_facts() {
    constexpr int kBadgeHeight = 30;
    constexpr int kTop = 30;
    double right = kWaveCard.right();
    for (auto fact = labels_.facts.rbegin(); fact != labels_.facts.rend(); ++fact) {
      const int width = static_cast<int>(std::ceil(text_.width(*fact, kFact))) + 28;
      if (right - width < kWidth * 0.4) break;  // The name of the take comes first.
      const Box badge{static_cast<int>(right) - width, kTop, width, kBadgeHeight};
      canvas_.fill_rounded(badge, kBadgeHeight / 2, palette::kBorder);
      canvas_.fill_rounded({badge.left + 1, badge.top + 1, width - 2, kBadgeHeight - 2},
                           kBadgeHeight / 2 - 1, palette::kCard);
      text_.draw(canvas_, badge.left + 14, kTop + 20, *fact, kFact);
      right = badge.left - 8;
    }
    return right;
  }

  void draw_level_grid() {
    constexpr std::array<int, 3> kLevels{0, -6, -12};
    const double middle = kWave.top + kWave.height / 2.0;
    for (const int level : kLevels) {
      const double reach = std::pow(10.0, level / 20.0) * half_height();
      for (const double y : {middle - reach, middle + reach}) {
        canvas_.fill({kWave.left, static_cast<int>(std::lround(y)), kWave.width, 1}, palette::kGrid,
                     0.6);
      }
      draw_axis_label(level == 0 ? "0 dB" : signed_number(level), middle - reach);
    }
    canvas_.fill({kWave.left, static_cast<int>(middle), kWave.width, 1}, palette::kGrid);
  }

  /// Right-aligned, left of the plots.
  void draw_axis_label(const std::string& label, double y) {
    text_.draw(canvas_, kWave.left - 8 - text_.width(label, kAxis), y + 4.5, label, kAxis);
  }

  void draw_bars() {
    const double bar_seconds = seconds_of_a_bar();
    if (bar_seconds <= 0.0) return;
    const double bars = clip_.duration_seconds() / bar_seconds;
    // At least 34 pixels from number to number: every bar, or every 2nd, 4th, ...
    int every = 1;
    while (bars / every * 34.0 > kWave.width) every *= 2;
    for (int bar = 0; bar * bar_seconds < clip_.duration_seconds() - 1e-3; bar += every) {
      const int x = x_of(bar * bar_seconds);
      if (bar > 0) canvas_.fill({x, kWave.top, 1, kWave.height}, palette::kBorder);
      text_.draw(canvas_, x + 6, kWave.top + 17, std::to_string(bar + 1), kBarNumber);
    }
  }

  void draw_waveform() {
    const auto columns = peaks(clip_, kWave.width);
    const double middle = kWave.top + kWave.height / 2.0;
    const auto y_of = [&](float sample) {
      return middle - std::clamp(static_cast<double>(sample), -1.0, 1.0) * half_height();
    };
    for (int i = 0; i < kWave.width; ++i) {
      const PeakColumn& column = columns[static_cast<std::size_t>(i)];
      const Rgb color = waveform_color(static_cast<double>(i) / (kWave.width - 1));
      const int x = kWave.left + i;
      // At least a line of one pixel, so that silence is seen.
      const double top = std::min(y_of(column.max), middle - 0.5);
      const double bottom = std::max(y_of(column.min), middle + 0.5);
      canvas_.vertical_span(x, top, bottom, color, 0.55);
      const double body_top = std::max(top, y_of(column.rms));
      const double body_bottom = std::min(bottom, y_of(-column.rms));
      if (body_top < body_bottom) {
        canvas_.vertical_span(x, body_top, body_bottom, mix(color, palette::kText, 0.25), 0.9);
      }
    }
  }

  /// Peak and rms of the whole clip, as a meter beside the waveform.
  void draw_meter() {
    const PeakColumn whole = peaks(clip_, 1).front();
    const auto y_of = [](double magnitude) {
      const double below_db = -20.0 * std::log10(std::max(magnitude, 1e-9));
      return kMeter.top + std::clamp(below_db / kMeterDecibels, 0.0, 1.0) * kMeter.height;
    };
    canvas_.fill(kMeter, palette::kPlot);
    const int top = static_cast<int>(std::lround(y_of(static_cast<double>(whole.rms))));
    for (int y = top; y < kMeter.bottom(); ++y) {
      const double position = static_cast<double>(y - kMeter.top) / kMeter.height;
      canvas_.fill({kMeter.left, y, kMeter.width, 1}, waveform_color(1.0 - position));
    }
    const double peak = std::max(std::abs(static_cast<double>(whole.min)),
                                 std::abs(static_cast<double>(whole.max)));
    if (peak <= 0.0) return;
    const int peak_y = static_cast<int>(std::lround(y_of(peak)));
    canvas_.fill({kMeter.left, peak_y, kMeter.width, 2}, palette::kText);
    text_.draw(canvas_, kMeter.right() + 6, peak_y + 5.5, decibels(20.0 * std::log10(peak)), kAxis);
  }

  static std::string signed_number(int value) {
    return (value < 0 ? "\u2212" : "") + std::to_string(std::abs(value));
  }
  /// One decimal and a real minus sign.
  static std::string decibels(double value) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.1f", std::abs(value));
    return (value < -0.05 ? "\u2212" : "") + std::string(text.data());
  }

  void draw_spectrogram() {
    const double loudest = std::ceil(loudest_db(spectrum_) / 6.0) * 6.0;
    for (int column = 0; column < spectrum_.columns; ++column) {
      for (int row = 0; row < spectrum_.rows; ++row) {
        const double level =
            1.0 + (static_cast<double>(spectrum_.level_db(column, row)) - loudest) / kShownDecibels;
        canvas_.set(kSpectrum.left + column, kSpectrum.bottom() - 1 - row,
                    spectrogram_color(level));
      }
    }
    draw_frequency_axis(spectrum_);
    draw_color_scale(loudest);
  }

  static double loudest_db(const Spectrogram& spectrum) {
    const float loudest = *std::max_element(spectrum.levels_db.begin(), spectrum.levels_db.end());
    // Of silence nothing is to be made visible.
    return std::max(-60.0, static_cast<double>(loudest));
  }

  void draw_frequency_axis(const Spectrogram& spectrum) {
    struct Mark {
      double hz;
      const char* label;
    };
    constexpr std::array<Mark, 9> kMarks{{{50, "50"},
                                          {100, "100"},
                                          {200, "200"},
                                          {500, "500"},
                                          {1000, "1k"},
                                          {2000, "2k"},
                                          {5000, "5k"},
                                          {10000, "10k"},
                                          {20000, "20 kHz"}}};
    for (const Mark& mark : kMarks) {
      const double position = std::log(mark.hz / spectrum.lowest_hz) /
                              std::log(spectrum.highest_hz / spectrum.lowest_hz);
      if (position < 0.0 || position > 1.001) continue;
      const double y = kSpectrum.bottom() - position * kSpectrum.height;
      draw_axis_label(mark.label, position > 0.98 ? y + 5 : y);
      if (position < 0.98) {
        canvas_.fill({kSpectrum.left, static_cast<int>(std::lround(y)), kSpectrum.width, 1},
                     palette::kText, 0.07);
      }
    }
  }

  void draw_color_scale(double loudest) {
    for (int i = 0; i < kScale.height; ++i) {
      const Rgb color = spectrogram_color(1.0 - static_cast<double>(i) / (kScale.height - 1));
      canvas_.fill({kScale.left, kScale.top + i, kScale.width, 1}, color);
    }
    for (int below = 0; below <= kShownDecibels; below += 12) {
      const double y = kScale.top + below / kShownDecibels * kScale.height;
      const std::string label = signed_number(static_cast<int>(loudest) - below);
      const double baseline = std::clamp(y + 4.5, kScale.top + 10.0, kScale.bottom() - 0.0);
      text_.draw(canvas_, kScale.right() + 6, baseline, label, kAxis);
    }
  }

  void draw_time_axis() {
    for (const TimeMark& mark : time_marks(clip_.duration_seconds(), 16)) {
      const int x = x_of(mark.seconds);
      canvas_.fill({x, kSpectrum.bottom(), 1, 5}, palette::kMuted, 0.6);
      const double width = text_.width(mark.label, kAxis);
      const double left = std::clamp(x - width / 2.0, static_cast<double>(kSpectrum.left),
                                     kSpectrum.right() - width);
      text_.draw(canvas_, left, kSpectrum.bottom() + 22, mark.label, kAxis);
    }
  }

  /// 0 where there is no grid: no tempo, or a bar too short to be one.
  [[nodiscard]] double seconds_of_a_bar() const {
    if (!labels_.bpm || !(*labels_.bpm > 0.0) || labels_.meter_denominator <= 0) return 0.0;
    const double seconds =
        labels_.meter_numerator * 4.0 / labels_.meter_denominator * 60.0 / *labels_.bpm;
    return seconds >= 0.01 ? seconds : 0.0;
  }
  [[nodiscard]] int x_of(double seconds) const {
    return kWave.left +
           static_cast<int>(std::lround(seconds / clip_.duration_seconds() * kWave.width));
  }
  static constexpr double half_height() { return kWave.height / 2.0 - 22.0; }

  const AudioClip& clip_;
  const PictureLabels& labels_;
  const Spectrogram& spectrum_;
  const TextPainter& text_;
  Canvas canvas_{kWidth, kHeight, palette::kBackground};
};

}  // namespace

Status write_picture(int fd, const AudioClip& clip, const PictureLabels& labels) {
  if (clip.channels < 1 || clip.sample_rate < 1 || clip.frame_count() == 0) {
    return Error{
        ErrorCode::kInvalidArgument, "a picture needs at least 1 frame of audio, got 0", {}};
  }
  const Result<TextPainter> text = TextPainter::open();
  if (!text) return text.error();
  const double highest_hz = std::min(20000.0, clip.sample_rate / 2.0);
  const Result<Spectrogram> spectrum =
      make_spectrogram(clip, kSpectrum.width, kSpectrum.height, kLowestHz, highest_hz);
  if (!spectrum) return spectrum.error();
  Picture picture(clip, labels, *spectrum, *text);
  return write_png(fd, picture.draw());
}

}  // namespace dgx::app
