// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <string_view>
#include <vector>

#include "generator/audio/wav_reader.hpp"
#include "generator/audio/wav_writer.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/memory_file.hpp"

using dgx::AudioClip;
using dgx::SampleFormat;
using dgx::WavMetadata;
using dgx::write_wav;
using dgx::test::MemoryFile;

namespace {

/// Bytes spelled by hand: hexadecimal pairs, 'text', and *N for N zero bytes.
std::vector<std::uint8_t> spelled(std::string_view text) {
  std::vector<std::uint8_t> bytes;
  for (std::size_t i = 0; i < text.size();) {
    if (text[i] == ' ') {
      ++i;
    } else if (text[i] == '\'') {
      for (++i; text[i] != '\''; ++i) bytes.push_back(static_cast<std::uint8_t>(text[i]));
      ++i;
    } else if (text[i] == '*') {
      std::size_t digits = 0;
      const int count = std::stoi(std::string(text.substr(i + 1)), &digits);
      bytes.insert(bytes.end(), static_cast<std::size_t>(count), std::uint8_t{0});
      i += 1 + digits;
    } else {
      bytes.push_back(
          static_cast<std::uint8_t>(std::stoi(std::string(text.substr(i, 2)), nullptr, 16)));
      i += 2;
    }
  }
  return bytes;
}

// bext of a file without metadata: 602 bytes, version 2, all five loudness fields "not used".
const std::string kEmptyBext =
    "'bext' 5A 02 00 00 *346 02 00 *64 FF 7F FF 7F FF 7F FF 7F FF 7F *180 ";

std::vector<std::uint8_t> written(const AudioClip& clip, SampleFormat format,
                                  const WavMetadata& metadata = {}) {
  const MemoryFile file;
  const auto status = write_wav(file.fd(), clip, format, metadata, 1);
  REQUIRE_OK(status);
  return file.bytes();
}

void check_starts_with(const std::vector<std::uint8_t>& bytes, const std::string& text) {
  const auto expected = spelled(text);
  REQUIRE(bytes.size() >= expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    INFO("byte " << i);
    REQUIRE(static_cast<int>(bytes[i]) == static_cast<int>(expected[i]));
  }
}

}  // namespace

TEST_CASE("A 16 bit mono file has the bytes of the specification", "[audio]") {
  const auto bytes = written({44100, 1, {0.5F, -0.5F, 0.0F}}, SampleFormat::kPcm16);
  CHECK(bytes.size() == 660);
  check_starts_with(bytes,
                    "'RIFF' 8C 02 00 00 'WAVE' "
                    "'fmt ' 10 00 00 00  01 00  01 00  44 AC 00 00  88 58 01 00  02 00  10 00 " +
                        kEmptyBext + "'data' 06 00 00 00");
}

TEST_CASE("A 16 bit stereo file has the bytes of the specification", "[audio]") {
  const auto bytes = written({48000, 2, {0.5F, -0.5F}}, SampleFormat::kPcm16);
  CHECK(bytes.size() == 658);
  check_starts_with(bytes,
                    "'RIFF' 8A 02 00 00 'WAVE' "
                    "'fmt ' 10 00 00 00  01 00  02 00  80 BB 00 00  00 EE 02 00  04 00  10 00 " +
                        kEmptyBext + "'data' 04 00 00 00");
}

TEST_CASE("A 24 bit mono file of odd length ends with a pad byte", "[audio]") {
  const auto bytes = written({48000, 1, {0.5F, -0.5F, 0.0F}}, SampleFormat::kPcm24);
  CHECK(bytes.size() == 664);  // 654 of header, 9 of samples, 1 of padding
  CHECK(bytes.back() == 0);
  check_starts_with(bytes,
                    "'RIFF' 90 02 00 00 'WAVE' "
                    "'fmt ' 10 00 00 00  01 00  01 00  80 BB 00 00  80 32 02 00  03 00  18 00 " +
                        kEmptyBext + "'data' 09 00 00 00");
}

TEST_CASE("A 24 bit stereo file has the bytes of the specification", "[audio]") {
  const auto bytes = written({192000, 2, {0.5F, -0.5F}}, SampleFormat::kPcm24);
  CHECK(bytes.size() == 660);
  check_starts_with(bytes,
                    "'RIFF' 8C 02 00 00 'WAVE' "
                    "'fmt ' 10 00 00 00  01 00  02 00  00 EE 02 00  00 94 11 00  06 00  18 00 " +
                        kEmptyBext + "'data' 06 00 00 00");
}

TEST_CASE("A float mono file has cbSize, a fact chunk and exact samples", "[audio]") {
  const auto bytes = written({48000, 1, {1.0F, -0.5F}}, SampleFormat::kFloat32);
  CHECK(bytes.size() == 676);
  check_starts_with(
      bytes,
      "'RIFF' 9C 02 00 00 'WAVE' "
      "'fmt ' 12 00 00 00  03 00  01 00  80 BB 00 00  00 EE 02 00  04 00  20 00  00 00 "
      "'fact' 04 00 00 00  02 00 00 00 " +
          kEmptyBext + "'data' 08 00 00 00  00 00 80 3F  00 00 00 BF");
}

TEST_CASE("A float stereo file counts frames in fact, not samples", "[audio]") {
  const auto bytes = written({96000, 2, {0.25F, -0.5F}}, SampleFormat::kFloat32);
  check_starts_with(
      bytes,
      "'RIFF' 9C 02 00 00 'WAVE' "
      "'fmt ' 12 00 00 00  03 00  02 00  00 77 01 00  00 B8 0B 00  08 00  20 00  00 00 "
      "'fact' 04 00 00 00  01 00 00 00 " +
          kEmptyBext + "'data' 08 00 00 00  00 00 80 3E  00 00 00 BF");
}

TEST_CASE("Every chunk of a full file has the bytes of its specification", "[audio]") {
  WavMetadata metadata;
  metadata.description = "dusty drums";
  metadata.originator = "DGX Music";
  metadata.originator_reference = "01ARZ3NDEKTSV4RRFFQ69G5FAV";
  metadata.origination_date = "2026-11-21";
  metadata.origination_time = "10:00:00";
  metadata.coding_history = "A=PCM\r\n";
  metadata.integrated_lufs = -16.004;
  metadata.range_lu = 4.2;
  metadata.true_peak_dbtp = -1.0;
  metadata.short_term_max_lufs = -14.256;
  metadata.ixml = "<BWFXML/>";
  metadata.bpm = 84.0;
  metadata.beats = 16;
  metadata.meter_numerator = 6;
  metadata.meter_denominator = 8;
  metadata.root_note = 48;
  metadata.loops = true;
  const auto bytes =
      written({48000, 1, {0.0F, 0.25F, 0.5F, 0.25F}}, SampleFormat::kFloat32, metadata);
  check_starts_with(
      bytes,
      "'RIFF' 22 03 00 00 'WAVE' "
      "'fmt ' 12 00 00 00  03 00  01 00  80 BB 00 00  00 EE 02 00  04 00  20 00  00 00 "
      "'fact' 04 00 00 00  04 00 00 00 "
      "'bext' 61 02 00 00 'dusty drums' *245 'DGX Music' *23 '01ARZ3NDEKTSV4RRFFQ69G5FAV' *6 "
      "'2026-11-21' '10:00:00' *8  02 00  *64 "
      // -1600, 420, -100, momentary not used, -1426
      "C0 F9  A4 01  9C FF  FF 7F  6E FA  *180 'A=PCM' 0D 0A  00 "
      "'iXML' 09 00 00 00 '<BWFXML/>' 00 "
      // root note set, stretch; note 48; 16 beats; /8, 6; 84.0
      "'acid' 18 00 00 00  06 00 00 00  30 00  00 80  00 00 00 00  10 00 00 00  08 00  06 00 "
      "00 00 A8 42 "
      // 20833 ns a sample; note 48; one loop, 0 to 3, endless
      "'smpl' 3C 00 00 00  *8  61 51 00 00  30 00 00 00  *12  01 00 00 00  *4 "
      "*12  03 00 00 00  *8 "
      "'data' 10 00 00 00  00 00 00 00  00 00 80 3E  00 00 00 3F  00 00 80 3E");
  CHECK(bytes.size() == 0x322 + 8);
}

TEST_CASE("A clip without bars is a one-shot, without a root there is no root", "[audio]") {
  WavMetadata metadata;
  metadata.bpm = 120.5;
  const auto bytes = written({48000, 1, {0.0F}}, SampleFormat::kFloat32, metadata);
  check_starts_with(
      bytes,
      "'RIFF' B8 02 00 00 'WAVE' "
      "'fmt ' 12 00 00 00  03 00  01 00  80 BB 00 00  00 EE 02 00  04 00  20 00  00 00 "
      "'fact' 04 00 00 00  01 00 00 00 " +
          kEmptyBext +
          "'acid' 18 00 00 00  01 00 00 00  3C 00  00 80  00 00 00 00  00 00 00 00  04 00  04 00 "
          "00 00 F1 42 'data' 04 00 00 00");
}

TEST_CASE("Loudness that the field cannot hold is written as not used", "[audio]") {
  WavMetadata metadata;
  metadata.integrated_lufs = -100.0;
  metadata.true_peak_dbtp = -99.99;
  const auto bytes = written({48000, 1, {0.0F}}, SampleFormat::kPcm16, metadata);
  const std::size_t loudness = 12 + 24 + 8 + 346 + 2 + 64;
  CHECK(bytes[loudness] == 0xFF);
  CHECK(bytes[loudness + 1] == 0x7F);
  CHECK(bytes[loudness + 4] == 0xF1);  // -9999
  CHECK(bytes[loudness + 5] == 0xD8);
}

TEST_CASE("Text that is too long is cut between characters", "[audio]") {
  WavMetadata metadata;
  for (int i = 0; i < 100; ++i) metadata.description += "\u20AC";  // Three bytes each
  metadata.originator_reference = std::string(40, 'x');
  const auto bytes = written({48000, 1, {0.0F}}, SampleFormat::kPcm16, metadata);
  const std::size_t description = 12 + 24 + 8;
  CHECK(std::string(bytes.begin() + description, bytes.begin() + description + 256) ==
        metadata.description.substr(0, 255) + std::string(1, '\0'));
  CHECK(std::string(bytes.begin() + description + 288, bytes.begin() + description + 320) ==
        std::string(32, 'x'));
}

TEST_CASE("The dithered bytes of a seed never change", "[audio]") {
  const AudioClip clip{48000, 2, {0.0F, 0.1F, -0.1F, 0.5F, -0.5F, 0.9F, -0.9F, 0.0F}};
  const auto digest = [&clip](SampleFormat format) {
    const MemoryFile file;
    const auto status = write_wav(file.fd(), clip, format, {}, 84);
    REQUIRE_OK(status);
    return dgx::wav_audio_sha256(file.fd()).value();
  };
  CHECK(digest(SampleFormat::kPcm16) ==
        "e1ed14836af72581e2eb18963dcd4f719d7d48c6a0af364edd0a99b97e4a5015");
  CHECK(digest(SampleFormat::kPcm24) ==
        "cb57d44a4d7d68a320a0744a657fee855ca51651b3accfd75076feb6aad17b61");
}
