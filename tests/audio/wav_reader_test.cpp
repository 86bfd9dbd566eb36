// SPDX-License-Identifier: Apache-2.0
#include "generator/audio/wav_reader.hpp"

#include <bit>
#include <limits>
#include <string>

#include "generator/digest/sha256.hpp"
#include "tests/audio/wav_fixture.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/memory_file.hpp"

using dgx::ErrorCode;
using dgx::SampleFormat;
using namespace dgx::test;

namespace {

constexpr std::size_t kFormatAt = 20;  // Of the fixture: the body of fmt
constexpr std::size_t kDataAt = 36;    // The head of data, where nothing stands before it

/// The sentence with which every door refuses these bytes.
std::string refusal(const Bytes& bytes, ErrorCode code) {
  const MemoryFile file(bytes);
  const auto clip = dgx::read_wav(file.fd());
  const auto info = dgx::read_wav_info(file.fd());
  const auto digest = dgx::wav_audio_sha256(file.fd());
  REQUIRE_FALSE(clip.has_value());
  REQUIRE_FALSE(info.has_value());
  REQUIRE_FALSE(digest.has_value());
  CHECK(static_cast<int>(clip.error().code) == static_cast<int>(code));
  CHECK(info.error().message == clip.error().message);
  return clip.error().message;
}

void check_refused(const Bytes& bytes, ErrorCode code, const std::string& part) {
  const std::string message = refusal(bytes, code);
  INFO(message);
  CHECK(message.find(part) != std::string::npos);
}

}  // namespace

TEST_CASE("16 bit PCM is read exactly", "[audio]") {
  WavFixture fixture;
  fixture.samples = {0xFF, 0x7F, 0x00, 0x80, 0x00, 0x00, 0x01, 0x00};
  const MemoryFile file(fixture.bytes());
  const auto clip = dgx::read_wav(file.fd());
  REQUIRE_OK(clip);
  CHECK(clip->sample_rate == 48000);
  CHECK(clip->channels == 2);
  CHECK(clip->samples == std::vector<float>{32767.0F / 32768.0F, -1.0F, 0.0F, 1.0F / 32768.0F});
}

TEST_CASE("24 bit PCM is read exactly", "[audio]") {
  WavFixture fixture;
  fixture.bits = 24;
  fixture.channels = 1;
  fixture.samples = {0xFF, 0xFF, 0x7F, 0x00, 0x00, 0x80, 0xFF, 0xFF, 0xFF, 0x01, 0x00, 0x00};
  const MemoryFile file(fixture.bytes());
  const auto clip = dgx::read_wav(file.fd());
  REQUIRE_OK(clip);
  CHECK(clip->samples ==
        std::vector<float>{8388607.0F / 8388608.0F, -1.0F, -1.0F / 8388608.0F, 1.0F / 8388608.0F});
}

TEST_CASE("Float is read exactly, beyond full scale too", "[audio]") {
  WavFixture fixture;
  fixture.tag = 3;
  fixture.bits = 32;
  fixture.samples.clear();
  for (const float sample : {1.5F, -0.1F})
    put(fixture.samples, std::bit_cast<std::uint32_t>(sample), 4);
  const MemoryFile file(fixture.bytes());
  const auto clip = dgx::read_wav(file.fd());
  REQUIRE_OK(clip);
  CHECK(clip->samples == std::vector<float>{1.5F, -0.1F});
}

TEST_CASE("The extensible form of the same formats is read", "[audio]") {
  WavFixture fixture;
  fixture.tag = 0xFFFE;
  fixture.bits = 24;
  fixture.samples = Bytes(12, 0);
  fixture.format_extra = WavFixture::extensible(24, 1);
  const MemoryFile file(fixture.bytes());
  const auto info = dgx::read_wav_info(file.fd());
  REQUIRE_OK(info);
  CHECK(info->format == SampleFormat::kPcm24);
  CHECK(info->frame_count == 2);
}

TEST_CASE("Unknown chunks are stepped over, odd ones with their pad byte", "[audio]") {
  WavFixture fixture;
  WavFixture::chunk(fixture.before_data, "LIST", Bytes(7, 0x55));
  WavFixture::chunk(fixture.before_data, "junk", {});
  const MemoryFile file(fixture.bytes());
  CHECK(dgx::read_wav(file.fd())->frame_count() == 4);
}

TEST_CASE("An odd last chunk without its pad byte is read", "[audio]") {
  WavFixture fixture;
  fixture.channels = 1;
  fixture.bits = 24;
  fixture.samples = Bytes(9, 0x11);
  Bytes bytes = fixture.bytes();
  bytes.pop_back();
  patch(bytes, 4, static_cast<std::uint32_t>(bytes.size() - 8), 4);
  const MemoryFile file(bytes);
  CHECK(dgx::read_wav(file.fd())->frame_count() == 3);
}

TEST_CASE("The reference comes from bext and the document from iXML", "[audio]") {
  WavFixture fixture;
  Bytes bext(602, 0);
  const std::string id = "01ARZ3NDEKTSV4RRFFQ69G5FAV";
  std::copy(id.begin(), id.end(), bext.begin() + 288);
  WavFixture::chunk(fixture.before_data, "bext", bext);
  WavFixture::chunk(fixture.before_data, "iXML", {'<', 'a', '/', '>', 0, 0});
  const MemoryFile file(fixture.bytes());
  const auto info = dgx::read_wav_info(file.fd());
  REQUIRE_OK(info);
  CHECK(info->originator_reference == id);
  CHECK(info->ixml == "<a/>");
}

TEST_CASE("Text that is not UTF-8 and a bext that is too short count as absent", "[audio]") {
  WavFixture fixture;
  WavFixture::chunk(fixture.before_data, "bext", Bytes(100, 'x'));
  WavFixture::chunk(fixture.before_data, "iXML", {0xFF, 0xFE, 'x'});
  const MemoryFile file(fixture.bytes());
  const auto info = dgx::read_wav_info(file.fd());
  REQUIRE_OK(info);
  CHECK(info->originator_reference.empty());
  CHECK(info->ixml.empty());
}

TEST_CASE("The audio digest is the digest of the data chunk alone", "[audio]") {
  WavFixture fixture;
  const MemoryFile plain(fixture.bytes());
  WavFixture::chunk(fixture.before_data, "LIST", Bytes(30, 0x55));
  const MemoryFile decorated(fixture.bytes());
  const std::string expected = dgx::sha256_of(std::string(16, '\x11'));
  CHECK(dgx::wav_audio_sha256(plain.fd()).value() == expected);
  CHECK(dgx::wav_audio_sha256(decorated.fd()).value() == expected);
}

TEST_CASE("Other sample formats are refused by their name", "[audio]") {
  struct Refused {
    std::uint32_t tag;
    std::uint32_t bits;
    const char* name;
  };
  for (const Refused refused :
       {Refused{1, 8, "8 bit PCM"}, Refused{1, 32, "32 bit PCM"}, Refused{3, 64, "64 bit float"},
        Refused{2, 4, "Microsoft ADPCM"}, Refused{6, 8, "A-law"}, Refused{7, 8, "mu-law"},
        Refused{0x11, 4, "IMA ADPCM"}, Refused{0x31, 16, "GSM"}, Refused{0x55, 16, "MP3"},
        Refused{0x1234, 16, "0x1234"}}) {
    WavFixture fixture;
    fixture.tag = refused.tag;
    fixture.bits = refused.bits;
    check_refused(fixture.bytes(), ErrorCode::kInvalidArgument, refused.name);
  }
}

TEST_CASE("Extensible formats that hide something are refused", "[audio]") {
  WavFixture fixture;
  fixture.tag = 0xFFFE;
  fixture.format_extra = WavFixture::extensible(16, 2);
  check_refused(fixture.bytes(), ErrorCode::kInvalidArgument, "Microsoft ADPCM");
  fixture.format_extra = WavFixture::extensible(12, 1);
  check_refused(fixture.bytes(), ErrorCode::kInvalidArgument, "12 bit samples in 16 bit");
  fixture.format_extra = WavFixture::extensible(16, 1);
  fixture.format_extra.back() ^= 1U;
  check_refused(fixture.bytes(), ErrorCode::kInvalidArgument, "GUID");
  fixture.format_extra = WavFixture::extensible(16, 1);
  fixture.format_extra.resize(22);
  check_refused(fixture.bytes(), ErrorCode::kCorrupt, "40 bytes");
  fixture.format_extra = WavFixture::extensible(16, 1);
  patch(fixture.format_extra, 0, 20, 2);
  check_refused(fixture.bytes(), ErrorCode::kCorrupt, "40 bytes");
}

TEST_CASE("Other containers are refused by their name", "[audio]") {
  struct Magic {
    const char* magic;
    const char* name;
  };
  for (const Magic other : {Magic{"RF64", "RF64"}, Magic{"BW64", "BW64"}, Magic{"RIFX", "RIFX"},
                            Magic{"FORM", "AIFF"}, Magic{"fLaC", "FLAC"}, Magic{"OggS", "Ogg"},
                            Magic{"ID3\x03", "MP3"}, Magic{"MThd", "not RIFF/WAVE"}}) {
    Bytes bytes = WavFixture{}.bytes();
    std::copy(other.magic, other.magic + 4, bytes.begin());
    check_refused(bytes, ErrorCode::kInvalidArgument, other.name);
  }
  Bytes avi = WavFixture{}.bytes();
  avi[8] = 'A';
  check_refused(avi, ErrorCode::kInvalidArgument, "another kind");
  check_refused({}, ErrorCode::kInvalidArgument, "not RIFF/WAVE");
  check_refused({'R', 'I', 'F', 'F'}, ErrorCode::kInvalidArgument, "not RIFF/WAVE");
}

TEST_CASE("Channels and rates that make no sense are refused", "[audio]") {
  WavFixture fixture;
  fixture.channels = 0;
  check_refused(fixture.bytes(), ErrorCode::kInvalidArgument, "got 0");
  fixture.channels = 6;
  check_refused(fixture.bytes(), ErrorCode::kInvalidArgument, "got 6");
  fixture.channels = 2;
  for (const std::uint32_t rate : {0U, 1U, 7999U, 384001U, 0xFFFFFFFFU}) {
    fixture.sample_rate = rate;
    check_refused(fixture.bytes(), ErrorCode::kInvalidArgument, std::to_string(rate));
  }
  for (const std::uint32_t rate : {8000U, 384000U}) {
    fixture.sample_rate = rate;
    const MemoryFile file(fixture.bytes());
    CHECK(dgx::read_wav(file.fd()).has_value());
  }
}

TEST_CASE("Sizes that do not add up are refused", "[audio]") {
  const Bytes good = WavFixture{}.bytes();
  const auto broken = [&good](std::size_t offset, std::uint32_t value, int count) {
    Bytes bytes = good;
    patch(bytes, offset, value, count);
    return bytes;
  };
  check_refused(broken(4, 0xFFFFFFFF, 4), ErrorCode::kCorrupt, "4294967303 bytes long");
  check_refused(broken(4, 0, 4), ErrorCode::kCorrupt, "8 bytes long");
  check_refused(broken(kFormatAt - 4, 0xFFFFFFFF, 4), ErrorCode::kCorrupt, "'fmt '");
  check_refused(broken(kFormatAt + 8, 1, 4), ErrorCode::kCorrupt, "192000 bytes, got 1");
  check_refused(broken(kFormatAt + 12, 3, 2), ErrorCode::kCorrupt, "4 bytes, got 3");
  check_refused(broken(kDataAt + 4, 17, 4), ErrorCode::kCorrupt, "17 bytes by its header, got 16");
  check_refused(broken(kDataAt + 4, 0xFFFFFFFF, 4), ErrorCode::kCorrupt, "got 16");

  Bytes longer = good;
  longer.push_back(0);
  check_refused(longer, ErrorCode::kCorrupt, "got 61");

  WavFixture half_frame;
  half_frame.samples = Bytes(14, 0);
  check_refused(half_frame.bytes(), ErrorCode::kCorrupt, "14 bytes");
  WavFixture empty;
  empty.samples.clear();
  check_refused(empty.bytes(), ErrorCode::kCorrupt, "got 0");
}

TEST_CASE("A file cut at any byte is refused, its header corrected or not", "[audio]") {
  const Bytes good = WavFixture{}.bytes();
  for (std::size_t size = 0; size < good.size(); ++size) {
    Bytes cut(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size));
    const MemoryFile file(cut);
    REQUIRE_FALSE(dgx::read_wav(file.fd()).has_value());
    if (size < 12) continue;
    patch(cut, 4, static_cast<std::uint32_t>(size - 8), 4);
    const MemoryFile corrected(cut);
    REQUIRE_FALSE(dgx::read_wav(corrected.fd()).has_value());
  }
}

TEST_CASE("Chunks that are missing, doubled or too many are refused", "[audio]") {
  Bytes no_data = WavFixture{}.bytes();
  no_data[kDataAt] = 'D';
  check_refused(no_data, ErrorCode::kCorrupt, "no 'data'");
  Bytes no_format = WavFixture{}.bytes();
  no_format[kFormatAt - 8] = 'F';
  check_refused(no_format, ErrorCode::kCorrupt, "no 'fmt '");
  WavFixture doubled;
  WavFixture::chunk(doubled.before_data, "data", Bytes(4, 0));
  check_refused(doubled.bytes(), ErrorCode::kCorrupt, "more than one 'data'");
  WavFixture crowded;
  for (int i = 0; i < 2000; ++i) WavFixture::chunk(crowded.before_data, "junk", {});
  check_refused(crowded.bytes(), ErrorCode::kCorrupt, "1024 chunks");
  Bytes short_format = WavFixture{}.bytes();
  patch(short_format, kFormatAt - 4, 14, 4);
  CHECK_FALSE(refusal(short_format, ErrorCode::kCorrupt).empty());
}

TEST_CASE("A float sample that is not a number is refused with its place", "[audio]") {
  for (const float bad :
       {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    WavFixture fixture;
    fixture.tag = 3;
    fixture.bits = 32;
    fixture.samples = Bytes(12, 0);
    put(fixture.samples, std::bit_cast<std::uint32_t>(bad), 4);
    const MemoryFile file(fixture.bytes());
    const auto clip = dgx::read_wav(file.fd());
    REQUIRE_FALSE(clip.has_value());
    CHECK(clip.error().message.find("at sample 3") != std::string::npos);
  }
}

TEST_CASE("A sparse giant costs no memory", "[audio]") {
  Bytes bytes = WavFixture{}.bytes();
  const std::uint32_t data_bytes = 0xF0000000U;
  patch(bytes, 4, kDataAt + data_bytes, 4);
  patch(bytes, kDataAt + 4, data_bytes, 4);
  const MemoryFile file(bytes);
  REQUIRE(::ftruncate(file.fd(), static_cast<::off_t>(kDataAt + 8) + data_bytes) == 0);
  const auto clip = dgx::read_wav(file.fd());
  REQUIRE_FALSE(clip.has_value());
  CHECK(clip.error().message.find("2013265920") != std::string::npos);
}
