// SPDX-License-Identifier: Apache-2.0
#include "generator/audio/wav_writer.hpp"

#include <cmath>
#include <limits>
#include <string>

#include "generator/audio/quantize.hpp"
#include "generator/audio/wav_reader.hpp"
#include "tests/audio/clips.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/memory_file.hpp"

using dgx::AudioClip;
using dgx::ErrorCode;
using dgx::SampleFormat;
using dgx::WavMetadata;
using dgx::write_wav;
using namespace dgx::test;

namespace {

/// The sentence of a write that has to fail, having written nothing.
std::string refusal(const AudioClip& clip, SampleFormat format = SampleFormat::kPcm24,
                    const WavMetadata& metadata = {}) {
  const MemoryFile file;
  const auto status = write_wav(file.fd(), clip, format, metadata, 1);
  REQUIRE_FALSE(status.has_value());
  CHECK(status.error().code == ErrorCode::kInvalidArgument);
  CHECK(file.bytes().empty());
  return status.error().message;
}

std::string digest(const AudioClip& clip, SampleFormat format, std::uint64_t seed) {
  const MemoryFile file;
  const auto status = write_wav(file.fd(), clip, format, {}, seed);
  REQUIRE_OK(status);
  return dgx::wav_audio_sha256(file.fd()).value();
}

}  // namespace

TEST_CASE("A sample that is not a number or beyond full scale is refused by name", "[audio]") {
  struct Bad {
    float sample;
    const char* shown;
  };
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  for (const Bad bad :
       {Bad{std::numeric_limits<float>::quiet_NaN(), "nan"}, Bad{kInfinity, "inf"},
        Bad{-kInfinity, "-inf"}, Bad{1.0001F, "1.0001"}, Bad{-1.0001F, "-1.0001"}}) {
    for (const auto format : {SampleFormat::kPcm16, SampleFormat::kPcm24, SampleFormat::kFloat32}) {
      AudioClip clip = noise_clip(48000, 2, 2000, 0.5, 1);
      clip.samples[3456] = bad.sample;
      const std::string message = refusal(clip, format);
      CHECK(message.find(bad.shown) != std::string::npos);
      CHECK(message.find("sample 3456") != std::string::npos);
    }
  }
}

TEST_CASE("Where any range is asked for, float32 keeps what is beyond full scale", "[audio]") {
  const MemoryFile file;
  REQUIRE_OK(write_wav(file.fd(), {32000, 1, {1.5F, -3.0F}}, SampleFormat::kFloat32, {}, 0,
                       dgx::Range::kAny));
  const auto clip = dgx::read_wav(file.fd());
  REQUIRE_OK(clip);
  CHECK(clip->samples == std::vector<float>{1.5F, -3.0F});
  const MemoryFile other;
  CHECK_FALSE(
      write_wav(other.fd(), {32000, 1, {1.5F}}, SampleFormat::kPcm24, {}, 0, dgx::Range::kAny));
  const float not_a_number = std::numeric_limits<float>::quiet_NaN();
  CHECK_FALSE(write_wav(other.fd(), {32000, 1, {not_a_number}}, SampleFormat::kFloat32, {}, 0,
                        dgx::Range::kAny));
}

TEST_CASE("The smallest float beyond full scale is refused, full scale is not", "[audio]") {
  CHECK_FALSE(refusal({48000, 1, {std::nextafter(1.0F, 2.0F)}}).empty());
  for (const auto format : {SampleFormat::kPcm16, SampleFormat::kPcm24, SampleFormat::kFloat32}) {
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
      const MemoryFile file;
      const auto status = write_wav(file.fd(), {48000, 2, {1.0F, -1.0F}}, format, {}, seed);
      REQUIRE_OK(status);
      const auto clip = dgx::read_wav(file.fd());
      REQUIRE_OK(clip);
      REQUIRE(clip->samples[0] > 0.9999F);
      REQUIRE(clip->samples[1] < -0.9999F);
    }
  }
}

TEST_CASE("A clip that is no audio is refused", "[audio]") {
  CHECK(refusal({48000, 2, {}}).find("got 0") != std::string::npos);
  CHECK(refusal({48000, 0, {0.0F}}).find("channels, got 0") != std::string::npos);
  CHECK(refusal({48000, 3, {0, 0, 0}}).find("channels, got 3") != std::string::npos);
  CHECK(refusal({0, 1, {0.0F}}).find("got 0") != std::string::npos);
  CHECK(refusal({48000, 2, {0, 0, 0}}).find("3 samples") != std::string::npos);
}

TEST_CASE("Metadata that does not fit its field is refused", "[audio]") {
  const AudioClip clip{48000, 1, {0.0F}};
  const auto refused = [&clip](auto change) {
    WavMetadata metadata;
    change(metadata);
    return refusal(clip, SampleFormat::kPcm16, metadata);
  };
  CHECK(refused([](auto& m) { m.origination_date = "21.11."; }).find("21.11.") !=
        std::string::npos);
  CHECK(refused([](auto& m) { m.origination_time = "10:00"; }).find("10:00") != std::string::npos);
  CHECK(refused([](auto& m) { m.root_note = 128; }).find("128") != std::string::npos);
  CHECK(refused([](auto& m) { m.root_note = -1; }).find("-1") != std::string::npos);
  CHECK(refused([](auto& m) { m.bpm = 0.0; }).find("0.0") != std::string::npos);
  CHECK(refused([](auto& m) { m.bpm = std::nan(""); }).find("nan") != std::string::npos);
  CHECK(refused([](auto& m) { m.beats = -3; }).find("-3") != std::string::npos);
  CHECK(refused([](auto& m) { m.meter_denominator = 0; }).find("4/0") != std::string::npos);
  CHECK(refused([](auto& m) { m.meter_numerator = 70000; }).find("70000/4") != std::string::npos);
}

TEST_CASE("A file that holds something already is left as it is", "[audio]") {
  const std::vector<std::uint8_t> precious{1, 2, 3};
  const MemoryFile file(precious);
  const auto status = write_wav(file.fd(), {48000, 1, {0.0F}}, SampleFormat::kPcm16, {}, 1);
  REQUIRE_FALSE(status.has_value());
  CHECK(status.error().message.find("3 bytes") != std::string::npos);
  CHECK(file.bytes() == precious);
}

TEST_CASE("The same seed gives the same bytes, another seed others", "[audio]") {
  const AudioClip clip = noise_clip(48000, 2, 70000, 0.5, 9);  // More than one block
  for (const auto format : {SampleFormat::kPcm16, SampleFormat::kPcm24}) {
    CHECK(digest(clip, format, 1) == digest(clip, format, 1));
    CHECK(digest(clip, format, 1) != digest(clip, format, 2));
  }
  CHECK(digest(clip, SampleFormat::kFloat32, 1) == digest(clip, SampleFormat::kFloat32, 2));
}

TEST_CASE("Dither follows the absolute sample, not the block it is written in", "[audio]") {
  const AudioClip clip{48000, 1, std::vector<float>(200000, 0.1F)};
  const MemoryFile file;
  const auto status = write_wav(file.fd(), clip, SampleFormat::kPcm16, {}, 5);
  REQUIRE_OK(status);
  const auto read = dgx::read_wav(file.fd());
  REQUIRE_OK(read);
  for (std::size_t i = 0; i < clip.samples.size(); ++i) {
    const auto code = dgx::quantize(0.1F, 16, dgx::tpdf_dither(5, i));
    REQUIRE(read->samples[i] == static_cast<float>(code) / 32768.0F);
  }
}

TEST_CASE("Digital silence is dithered like everything else", "[audio]") {
  const AudioClip silence{48000, 1, std::vector<float>(10000)};
  const MemoryFile file;
  const auto status = write_wav(file.fd(), silence, SampleFormat::kPcm16, {}, 5);
  REQUIRE_OK(status);
  const auto clip = dgx::read_wav(file.fd());
  REQUIRE_OK(clip);
  double squares = 0.0;
  for (const float sample : clip->samples) {
    const double code = static_cast<double>(sample) * 32768.0;
    REQUIRE(std::abs(code) <= 1.0);
    squares += code * code;
  }
  // Dither 1/6 and rounding 1/12 make 1/4, whatever the signal is.
  CHECK(squares / 10000.0 == Approx(0.25).margin(0.02));
}
