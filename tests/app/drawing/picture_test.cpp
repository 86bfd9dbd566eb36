// SPDX-License-Identifier: Apache-2.0
#include "generator/app/drawing/picture.hpp"

#include <fcntl.h>

#include <array>
#include <string>

#include "tests/audio/clips.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/command.hpp"
#include "tests/support/memory_file.hpp"

using dgx::AudioClip;
using dgx::ErrorCode;
using dgx::app::PictureLabels;
using dgx::app::write_picture;
using namespace dgx::test;

namespace {

constexpr std::size_t kWidth = 1600;
constexpr std::size_t kHeight = 900;

PictureLabels labels() {
  PictureLabels labels;
  labels.title = "lofi-rhodes-84-Cm-a3f9";
  labels.subtitle = "lo-fi hip hop, dusty drums, warm Rhodes, 84 BPM, C minor";
  labels.facts = {"84 BPM", "C minor", "4 bars"};
  labels.bpm = 84.0;
  return labels;
}

/// A picture as ffmpeg decodes it.
struct Decoded {
  std::string pixels;
  [[nodiscard]] int brightness(std::size_t x, std::size_t y) const {
    const auto channel = [&](std::size_t i) {
      return static_cast<int>(static_cast<unsigned char>(pixels[3 * (y * kWidth + x) + i]));
    };
    return channel(0) + channel(1) + channel(2);
  }
};

Decoded picture_of(const AudioClip& clip, const PictureLabels& with = labels()) {
  const MemoryFile file;
  const auto status = write_picture(file.fd(), clip, with);
  REQUIRE_OK(status);
  const auto decoded =
      run_command("ffmpeg -v error -i " + file.path() + " -f rawvideo -pix_fmt rgb24 -");
  REQUIRE(decoded.exit_code == 0);
  REQUIRE(decoded.output.size() == 3 * kWidth * kHeight);
  return {decoded.output};
}

}  // namespace

TEST_CASE("The picture is a PNG of 1600 by 900", "[drawing]") {
  const MemoryFile file;
  const auto status = write_picture(file.fd(), noise_clip(48000, 2, 48000, 0.5, 1), labels());
  REQUIRE_OK(status);
  const auto probe = run_command(
      "ffprobe -v warning -show_entries stream=codec_name,width,height,pix_fmt -of default=nw=1 " +
      file.path() + " 2>&1");
  CHECK(probe.output == "codec_name=png\nwidth=1600\nheight=900\npix_fmt=rgb24\n");
}

TEST_CASE("The same clip and labels give the same bytes", "[drawing]") {
  const AudioClip clip = noise_clip(48000, 1, 20000, 0.5, 1);
  const MemoryFile first;
  const MemoryFile second;
  REQUIRE(write_picture(first.fd(), clip, labels()).has_value());
  REQUIRE(write_picture(second.fd(), clip, labels()).has_value());
  CHECK(first.bytes() == second.bytes());
}

TEST_CASE("What is loud is drawn where it is, in both plots", "[drawing]") {
  AudioClip clip = noise_clip(48000, 2, 96000, 0.9, 1);
  std::fill(clip.samples.begin() + 96000, clip.samples.end(), 0.0F);
  const Decoded picture = picture_of(clip);
  // Off the middle line, and away from the lines of the grid
  const std::size_t wave_y = 200;
  const std::size_t spectrum_y = 500;
  int loud = 0;
  int silent = 0;
  for (std::size_t x = 100; x < 700; ++x) {
    loud += picture.brightness(x, wave_y) > 150 && picture.brightness(x, spectrum_y) > 200 ? 1 : 0;
    silent +=
        picture.brightness(x + 760, wave_y) < 150 && picture.brightness(x + 760, spectrum_y) < 100
            ? 1
            : 0;
  }
  CHECK(loud > 550);
  CHECK(silent > 590);
}

TEST_CASE("Bars are drawn where they begin", "[drawing]") {
  // Silence of four bars in 4/4 at 120: lines at quarters of the plot, 80 to 1512.
  const AudioClip silence{8000, 1, std::vector<float>(8 * 8000)};
  PictureLabels with = labels();
  with.bpm = 120.0;
  const Decoded picture = picture_of(silence, with);
  const std::size_t y = 350;
  for (const std::size_t x : {80U + 358U, 80U + 716U, 80U + 1074U}) {
    CHECK(picture.brightness(x, y) > picture.brightness(x + 20, y));
  }
  with.meter_numerator = 6;
  with.meter_denominator = 8;  // Bars of 1.5 s
  CHECK(picture_of(silence, with).brightness(80 + 269, y) > picture.brightness(80 + 269, y));
  with.bpm.reset();
  CHECK(picture_of(silence, with).brightness(80 + 358, y) < picture.brightness(80 + 358, y));
}

TEST_CASE("Hostile labels and odd clips are drawn all the same", "[drawing]") {
  PictureLabels with;
  with.title = std::string(5000, 'W') + "\xFF\x1b[31m";
  with.subtitle = std::string(3000, '\xF0');
  with.facts = {std::string(500, 'x'), "", "\x01"};
  for (const double bpm : {-1.0, 1e12}) {
    with.bpm = bpm;
    picture_of(noise_clip(192000, 2, 3000, 1.0, 1), with);
  }
  with.bpm = 120.0;
  with.meter_denominator = 0;
  picture_of(AudioClip{8000, 1, {0.5F}}, with);
}

TEST_CASE("A picture that cannot be made or written is an error", "[drawing]") {
  const AudioClip clip = noise_clip(8000, 1, 800, 0.5, 1);
  const MemoryFile file;
  CHECK(write_picture(file.fd(), AudioClip{48000, 2, {}}, {}).error().code ==
        ErrorCode::kInvalidArgument);
  CHECK(write_picture(file.fd(), AudioClip{}, {}).error().code == ErrorCode::kInvalidArgument);
  CHECK(file.bytes().empty());
  CHECK(write_picture(-1, clip, {}).error().code == ErrorCode::kIo);
  const dgx::UniqueFd full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
  CHECK(write_picture(full.get(), clip, {}).error().code == ErrorCode::kDiskFull);
}
