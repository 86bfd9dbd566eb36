// SPDX-License-Identifier: Apache-2.0
#include <sndfile.h>

#include <cmath>
#include <memory>
#include <string>

#include "generator/audio/wav_reader.hpp"
#include "generator/audio/wav_writer.hpp"
#include "generator/base/philox.hpp"
#include "tests/audio/clips.hpp"
#include "tests/audio/wav_fixture.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/command.hpp"
#include "tests/support/memory_file.hpp"

using dgx::AudioClip;
using dgx::RandomStream;
using dgx::SampleFormat;
using dgx::WavMetadata;
using dgx::write_wav;
using namespace dgx::test;

namespace {

constexpr SampleFormat kFormats[] = {SampleFormat::kPcm16, SampleFormat::kPcm24,
                                     SampleFormat::kFloat32};
constexpr int kRates[] = {44100, 48000, 88200, 96000, 176400, 192000};

struct Close {
  void operator()(SNDFILE* file) const { ::sf_close(file); }
};
using SoundFile = std::unique_ptr<SNDFILE, Close>;

struct Judged {
  SoundFile file;
  SF_INFO info{};
};

Judged open_with_libsndfile(const MemoryFile& file) {
  Judged judged;
  judged.file.reset(::sf_open(file.path().c_str(), SFM_READ, &judged.info));
  REQUIRE(judged.file != nullptr);
  return judged;
}

std::vector<float> samples_by_libsndfile(const MemoryFile& file) {
  const Judged judged = open_with_libsndfile(file);
  std::vector<float> samples(static_cast<std::size_t>(judged.info.frames * judged.info.channels));
  REQUIRE(::sf_readf_float(judged.file.get(), samples.data(), judged.info.frames) ==
          judged.info.frames);
  return samples;
}

/// How far a sample may be from the clip: rounding is half a bit, dither less than one.
double tolerance(SampleFormat format) {
  if (format == SampleFormat::kFloat32) return 0.0;
  return 1.5 / (format == SampleFormat::kPcm16 ? 32768.0 : 8388608.0);
}

AudioClip random_clip(RandomStream& random, std::uint64_t seed) {
  const int rate = kRates[random.below(6)];
  const int channels = random.chance(0.5) ? 1 : 2;
  return noise_clip(rate, channels, 1 + random.below(5000), random.uniform(), seed);
}

WavMetadata random_metadata(RandomStream& random) {
  WavMetadata metadata;
  metadata.description = std::string(random.below(300), 'd');
  metadata.coding_history = std::string(random.below(50), 'h');
  metadata.ixml = std::string(random.below(5000), 'x');
  if (random.chance(0.5)) metadata.bpm = 30.0 + random.below(270);
  if (random.chance(0.5)) metadata.root_note = static_cast<int>(random.below(128));
  metadata.loops = random.chance(0.5);
  return metadata;
}

void check_sizes(const Bytes& bytes) {
  std::size_t riff_size = 0;
  for (std::size_t i = 0; i < 4; ++i) riff_size |= std::size_t{bytes[4 + i]} << (8 * i);
  REQUIRE(bytes.size() == riff_size + 8);
  REQUIRE(bytes.size() % 2 == 0);
}

WavMetadata full_metadata() {
  WavMetadata metadata;
  metadata.description = "caf\u00E9, dusty drums";
  metadata.originator = "DGX Music";
  metadata.originator_reference = "01ARZ3NDEKTSV4RRFFQ69G5FAV";
  metadata.origination_date = "2026-11-21";
  metadata.origination_time = "10:00:00";
  metadata.coding_history = "A=PCM,F=48000,W=24,M=stereo,T=DGX Music\r\n";
  metadata.integrated_lufs = -16.0;
  metadata.range_lu = 4.25;
  metadata.true_peak_dbtp = -1.03;
  metadata.short_term_max_lufs = -14.5;
  metadata.ixml = "<?xml version=\"1.0\"?><BWFXML><NOTE>x</NOTE></BWFXML>";
  metadata.bpm = 84.0;
  metadata.beats = 16;
  metadata.root_note = 48;
  metadata.loops = true;
  return metadata;
}

}  // namespace

TEST_CASE("200 random clips come back as they were written, by us and by libsndfile", "[audio]") {
  RandomStream random(20261121, 1);
  for (std::uint64_t round = 0; round < 200; ++round) {
    const AudioClip clip = random_clip(random, round);
    const SampleFormat format = kFormats[random.below(3)];
    INFO("round " << round);
    const MemoryFile file;
    const auto status = write_wav(file.fd(), clip, format, random_metadata(random), round);
    REQUIRE_OK(status);
    check_sizes(file.bytes());

    const auto read = dgx::read_wav(file.fd());
    REQUIRE_OK(read);
    REQUIRE(read->sample_rate == clip.sample_rate);
    REQUIRE(read->channels == clip.channels);
    REQUIRE(read->samples.size() == clip.samples.size());
    for (std::size_t i = 0; i < clip.samples.size(); ++i) {
      REQUIRE(std::abs(static_cast<double>(read->samples[i]) - clip.samples[i]) <=
              tolerance(format));
    }
    REQUIRE(samples_by_libsndfile(file) == read->samples);
  }
}

TEST_CASE("libsndfile finds every field of the metadata", "[audio]") {
  const AudioClip clip = noise_clip(48000, 2, 1000, 0.5, 1);
  const MemoryFile file;
  const auto status = write_wav(file.fd(), clip, SampleFormat::kPcm24, full_metadata(), 1);
  REQUIRE_OK(status);
  const Judged judged = open_with_libsndfile(file);
  CHECK(judged.info.format == (SF_FORMAT_WAV | SF_FORMAT_PCM_24));
  CHECK(judged.info.samplerate == 48000);

  SF_BROADCAST_INFO bext{};
  REQUIRE(::sf_command(judged.file.get(), SFC_GET_BROADCAST_INFO, &bext, sizeof bext) == SF_TRUE);
  CHECK(std::string(bext.description) == "caf\u00E9, dusty drums");
  CHECK(std::string(bext.originator_reference, 26) == "01ARZ3NDEKTSV4RRFFQ69G5FAV");
  CHECK(bext.version == 2);
  CHECK(bext.loudness_value == -1600);
  CHECK(bext.loudness_range == 425);
  CHECK(bext.max_true_peak_level == -103);
  CHECK(bext.max_momentary_loudness == 0x7FFF);
  CHECK(bext.max_shortterm_loudness == -1450);

  SF_LOOP_INFO loop{};
  REQUIRE(::sf_command(judged.file.get(), SFC_GET_LOOP_INFO, &loop, sizeof loop) == SF_TRUE);
  CHECK(loop.bpm == 84.0F);
  CHECK(loop.num_beats == 16);
  CHECK(loop.root_key == 48);
  CHECK(loop.time_sig_num == 4);
  CHECK(loop.time_sig_den == 4);
  CHECK(loop.loop_mode == SF_LOOP_FORWARD);

  SF_INSTRUMENT sampler{};
  REQUIRE(::sf_command(judged.file.get(), SFC_GET_INSTRUMENT, &sampler, sizeof sampler) == SF_TRUE);
  CHECK(sampler.basenote == 48);
  CHECK(sampler.loop_count == 1);
  CHECK(sampler.loops[0].start == 0);
  CHECK(sampler.loops[0].end == 1000);  // libsndfile counts to one past the last sample
}

TEST_CASE("Our reader finds what our writer wrote", "[audio]") {
  const MemoryFile file;
  const auto status = write_wav(file.fd(), noise_clip(44100, 1, 77, 0.5, 1), SampleFormat::kFloat32,
                                full_metadata(), 1);
  REQUIRE_OK(status);
  const auto info = dgx::read_wav_info(file.fd());
  REQUIRE_OK(info);
  CHECK(info->sample_rate == 44100);
  CHECK(info->channels == 1);
  CHECK(info->frame_count == 77);
  CHECK(info->format == SampleFormat::kFloat32);
  CHECK(info->originator_reference == full_metadata().originator_reference);
  CHECK(info->ixml == full_metadata().ixml);
  REQUIRE(info->tempo.has_value());
  CHECK(info->tempo->bpm == 84.0);
  CHECK(info->tempo->beats == 16);
  CHECK(info->tempo->meter_numerator == full_metadata().meter_numerator);
  CHECK(info->tempo->meter_denominator == full_metadata().meter_denominator);
}

TEST_CASE("soxi and ffprobe agree about every format, rate and channel count", "[audio]") {
  for (const SampleFormat format : kFormats) {
    for (const int channels : {1, 2}) {
      const int rate = kRates[static_cast<std::size_t>(channels) + 1];
      const MemoryFile file;
      const auto status = write_wav(file.fd(), noise_clip(rate, channels, 4801, 0.5, 1), format,
                                    full_metadata(), 1);
      REQUIRE_OK(status);
      const auto soxi = [&file](const char* flag) {
        return run_command(std::string("soxi ") + flag + " " + file.path() + " 2>&1").output;
      };
      CHECK(soxi("-s") == "4801\n");
      CHECK(soxi("-r") == std::to_string(rate) + "\n");
      CHECK(soxi("-c") == std::to_string(channels) + "\n");
      const auto probe = run_command(
          "ffprobe -v warning -show_entries stream=codec_name,sample_rate,channels,duration_ts"
          ":format_tags -of default=nw=1 " +
          file.path() + " 2>&1");
      const char* codecs[] = {"pcm_s16le", "pcm_s24le", "pcm_f32le"};
      INFO(probe.output);
      CHECK(probe.exit_code == 0);
      const auto says = [&probe](const std::string& line) {
        return probe.output.find(line) != std::string::npos;
      };
      CHECK(says(std::string("codec_name=") + codecs[static_cast<int>(format)] + "\n"));
      CHECK(says("sample_rate=" + std::to_string(rate) + "\n"));
      CHECK(says("channels=" + std::to_string(channels) + "\n"));
      CHECK(says("duration_ts=4801\n"));
      CHECK(says("TAG:originator_reference=01ARZ3NDEKTSV4RRFFQ69G5FAV\n"));
      CHECK(says("TAG:encoded_by=DGX Music\n"));
    }
  }
}
