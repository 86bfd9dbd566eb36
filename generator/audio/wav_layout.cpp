// SPDX-License-Identifier: Apache-2.0
#include "generator/audio/wav_layout.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <cstdio>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "generator/audio/riff_bytes.hpp"
#include "generator/audio/wav_header.hpp"
#include "generator/base/utf8.hpp"

namespace dgx {
namespace {

// Real files hold a dozen chunks; without a limit a file of empty ones would cost a read each.
constexpr int kMostChunks = 1024;
constexpr std::uint64_t kLargestIxml = 1U << 20U;
constexpr std::uint32_t kLowestRate = 8000;
constexpr std::uint32_t kHighestRate = 384000;
constexpr std::uint32_t kMostBeats = 1U << 20U;
constexpr std::size_t kBlockBytes =
    std::size_t{3} * 65536;  // Whole samples of 2 and of 3 bytes, and of 4.

Error corrupt(const std::string& message) {
  return Error{ErrorCode::kCorrupt, message, {}};
}

Error unsupported(const std::string& what) {
  return Error{ErrorCode::kInvalidArgument,
               "only WAV files of 16 or 24 bit PCM or 32 bit float can be read, got " + what,
               {}};
}

struct Chunk {
  std::string name;
  std::uint64_t offset = 0;  // Of the body
  std::uint64_t size = 0;
};

// Every byte of a name that is not plain ASCII is shown as a question mark.
std::string printable(std::span<const std::uint8_t> bytes) {
  std::string text;
  for (const std::uint8_t byte : bytes) {
    text += byte >= 0x20 && byte < 0x7F ? static_cast<char>(byte) : '?';
  }
  return text;
}

std::string hexadecimal(std::uint32_t value) {
  std::array<char, 16> text{};
  std::snprintf(text.data(), text.size(), "0x%04x", value);
  return text.data();
}

Result<std::uint64_t> regular_file_size(int fd) {
  struct stat status {};
  if (::fstat(fd, &status) != 0) {
    return Error{ErrorCode::kIo,
                 "cannot look at the WAV file: " + std::generic_category().message(errno),
                 {}};
  }
  if (!S_ISREG(status.st_mode)) return unsupported("something that is not a regular file");
  return static_cast<std::uint64_t>(status.st_size);
}

std::string container_name(std::string_view magic) {
  struct Known {
    std::string_view magic;
    const char* name;
  };
  constexpr std::array<Known, 8> kKnown{{{"RF64", "an RF64 file"},
                                         {"BW64", "a BW64 file"},
                                         {"RIFX", "a big-endian RIFX file"},
                                         {"FORM", "an AIFF file"},
                                         {"fLaC", "a FLAC file"},
                                         {"OggS", "an Ogg file"},
                                         {"riff", "a Wave64 file"},
                                         {".snd", "an AU file"}}};
  for (const Known& known : kKnown) {
    if (magic == known.magic) return known.name;
  }
  if (magic.substr(0, 3) == "ID3") return "an MP3 file";
  return "a file that is not RIFF/WAVE";
}

std::string format_name(std::uint32_t tag) {
  switch (tag) {
    case 0x0002:
      return "Microsoft ADPCM";
    case 0x0006:
      return "A-law";
    case 0x0007:
      return "mu-law";
    case 0x0011:
      return "IMA ADPCM";
    case 0x0031:
      return "GSM 6.10";
    case 0x0050:
      return "MPEG audio";
    case 0x0055:
      return "MP3";
    default:
      return "format " + hexadecimal(tag);
  }
}

Status check_container(int fd, std::uint64_t file_size) {
  std::array<std::uint8_t, 12> head{};
  if (file_size < head.size()) return unsupported("a file that is not RIFF/WAVE");
  if (Status read = read_fully(fd, 0, head); !read) return read;
  const std::string magic(head.begin(), head.begin() + 4);
  const std::string form(head.begin() + 8, head.end());
  if (magic != "RIFF") return unsupported(container_name(magic));
  if (form != "WAVE") return unsupported("a RIFF file of another kind than WAVE");
  const std::uint64_t promised = std::uint64_t{little_endian_at(head, 4, 4)} + 8;
  if (promised != file_size) {
    return corrupt("the WAV file must be " + std::to_string(promised) +
                   " bytes long by its header, got " + std::to_string(file_size));
  }
  return ok();
}

Result<std::vector<Chunk>> list_chunks(int fd, std::uint64_t file_size) {
  std::vector<Chunk> chunks;
  std::uint64_t offset = 12;
  while (offset < file_size) {
    if (chunks.size() == kMostChunks) {
      return corrupt("a WAV file may have " + std::to_string(kMostChunks) + " chunks, got more");
    }
    std::array<std::uint8_t, 8> head{};
    if (file_size - offset < head.size()) {
      return corrupt("the WAV file ends inside a chunk's head at byte " + std::to_string(offset));
    }
    if (const Status read = read_fully(fd, offset, head); !read) return read.error();
    Chunk chunk{printable(std::span(head).first(4)), offset + head.size(),
                little_endian_at(head, 4, 4)};
    const std::uint64_t left = file_size - chunk.offset;
    if (chunk.size > left) {
      return corrupt("chunk '" + chunk.name + "' must have " + std::to_string(chunk.size) +
                     " bytes by its header, got " + std::to_string(left));
    }
    // Some programs forget the pad byte of an odd last chunk; then this passes the end by one.
    offset = chunk.offset + chunk.size + chunk.size % 2;
    chunks.push_back(std::move(chunk));
  }
  return chunks;
}

Result<const Chunk*> only_chunk(const std::vector<Chunk>& chunks, std::string_view name) {
  const auto same_name = [name](const Chunk& chunk) { return chunk.name == name; };
  const auto found = std::find_if(chunks.begin(), chunks.end(), same_name);
  if (found == chunks.end()) {
    return corrupt("the WAV file has no '" + std::string(name) + "' chunk");
  }
  if (std::count_if(chunks.begin(), chunks.end(), same_name) > 1) {
    return corrupt("the WAV file has more than one '" + std::string(name) + "' chunk");
  }
  return &*found;
}

struct Format {
  std::uint32_t tag = 0;
  std::uint32_t channels = 0;
  std::uint32_t sample_rate = 0;
  std::uint32_t bytes_per_second = 0;
  std::uint32_t frame_bytes = 0;
  std::uint32_t bits = 0;
};

// WAVE_FORMAT_EXTENSIBLE: the real format is the start of a GUID whose rest is fixed
// (Microsoft, "Multiple channel audio data and WAVE files").
Status resolve_extensible(std::span<const std::uint8_t> bytes, Format& format) {
  constexpr std::array<std::uint8_t, 14> kGuidTail{0x00, 0x00, 0x00, 0x00, 0x10, 0x00, 0x80,
                                                   0x00, 0x00, 0xAA, 0x00, 0x38, 0x9B, 0x71};
  if (bytes.size() < 40 || little_endian_at(bytes, 16, 2) < 22) {
    return corrupt("an extensible 'fmt ' chunk must have 40 bytes, got " +
                   std::to_string(bytes.size()));
  }
  const std::uint32_t valid_bits = little_endian_at(bytes, 18, 2);
  if (valid_bits != format.bits) {
    return unsupported(std::to_string(valid_bits) + " bit samples in " +
                       std::to_string(format.bits) + " bit containers");
  }
  if (!std::equal(kGuidTail.begin(), kGuidTail.end(), bytes.begin() + 26)) {
    return unsupported("an extensible format with an unknown GUID");
  }
  format.tag = little_endian_at(bytes, 24, 2);
  return ok();
}

Result<Format> read_format(int fd, const Chunk& chunk) {
  if (chunk.size < 16) {
    return corrupt("the 'fmt ' chunk must have at least 16 bytes, got " +
                   std::to_string(chunk.size));
  }
  std::array<std::uint8_t, 40> buffer{};
  const auto bytes = std::span(buffer).first(std::min<std::size_t>(buffer.size(), chunk.size));
  if (const Status read = read_fully(fd, chunk.offset, bytes); !read) return read.error();
  Format format{little_endian_at(bytes, 0, 2),  little_endian_at(bytes, 2, 2),
                little_endian_at(bytes, 4, 4),  little_endian_at(bytes, 8, 4),
                little_endian_at(bytes, 12, 2), little_endian_at(bytes, 14, 2)};
  constexpr std::uint32_t kExtensible = 0xFFFE;
  if (format.tag == kExtensible) {
    if (const Status resolved = resolve_extensible(bytes, format); !resolved) {
      return resolved.error();
    }
  }
  return format;
}

Result<SampleFormat> sample_format(const Format& format) {
  if (format.tag == 1 && format.bits == 16) return SampleFormat::kPcm16;
  if (format.tag == 1 && format.bits == 24) return SampleFormat::kPcm24;
  if (format.tag == 3 && format.bits == 32) return SampleFormat::kFloat32;
  const std::string bits = std::to_string(format.bits) + " bit ";
  if (format.tag == 1) return unsupported(bits + "PCM");
  if (format.tag == 3) return unsupported(bits + "float");
  return unsupported(format_name(format.tag));
}

Status check_format(const Format& format, SampleFormat sample_format) {
  if (format.channels != 1 && format.channels != 2) {
    return Error{ErrorCode::kInvalidArgument,
                 "a WAV file must have 1 or 2 channels, got " + std::to_string(format.channels),
                 {}};
  }
  if (format.sample_rate < kLowestRate || format.sample_rate > kHighestRate) {
    return Error{ErrorCode::kInvalidArgument,
                 "the sample rate of a WAV file must be " + std::to_string(kLowestRate) + " to " +
                     std::to_string(kHighestRate) + " Hz, got " +
                     std::to_string(format.sample_rate),
                 {}};
  }
  const std::uint32_t frame_bytes =
      format.channels * static_cast<std::uint32_t>(bytes_per_sample(sample_format));
  if (format.frame_bytes != frame_bytes) {
    return corrupt("a frame must have " + std::to_string(frame_bytes) + " bytes, got " +
                   std::to_string(format.frame_bytes));
  }
  if (format.bytes_per_second != frame_bytes * format.sample_rate) {
    return corrupt("a second must have " + std::to_string(frame_bytes * format.sample_rate) +
                   " bytes, got " + std::to_string(format.bytes_per_second));
  }
  return ok();
}

Status locate_data(const Chunk& data, std::uint64_t frame_bytes, WavLayout& layout) {
  if (data.size == 0) return corrupt("the WAV file must have at least 1 frame, got 0");
  if (data.size % frame_bytes != 0) {
    return corrupt("the 'data' chunk must be whole frames of " + std::to_string(frame_bytes) +
                   " bytes, got " + std::to_string(data.size) + " bytes");
  }
  layout.data_offset = data.offset;
  layout.data_bytes = data.size;
  layout.info.frame_count = static_cast<std::int64_t>(data.size / frame_bytes);
  return ok();
}

// Text up to the first NUL; text that is not UTF-8 is taken as absent.
Result<std::string> read_text(int fd, std::uint64_t offset, std::uint64_t size) {
  std::vector<std::uint8_t> bytes(size);
  if (const Status read = read_fully(fd, offset, bytes); !read) return read.error();
  const auto end = std::find(bytes.begin(), bytes.end(), std::uint8_t{0});
  std::string text(bytes.begin(), end);
  return is_utf8(text) ? text : std::string();
}

// A chunk whose tempo is no tempo is taken as absent.
Status read_tempo(int fd, const Chunk& chunk, WavInfo& info) {
  std::array<std::uint8_t, 24> bytes{};
  if (Status read = read_fully(fd, chunk.offset, bytes); !read) return read;
  WavTempo tempo;
  tempo.beats = static_cast<int>(std::min(little_endian_at(bytes, 12, 4), kMostBeats));
  tempo.meter_denominator = static_cast<int>(little_endian_at(bytes, 16, 2));
  tempo.meter_numerator = static_cast<int>(little_endian_at(bytes, 18, 2));
  tempo.bpm = std::bit_cast<float>(little_endian_at(bytes, 20, 4));
  const bool has_meter = tempo.meter_numerator >= 1 && tempo.meter_numerator <= 64 &&
                         tempo.meter_denominator >= 1 && tempo.meter_denominator <= 64;
  if (has_meter && tempo.bpm >= 1.0 && tempo.bpm <= 1000.0) info.tempo = tempo;
  return ok();
}

Status read_metadata(int fd, const std::vector<Chunk>& chunks, WavInfo& info) {
  for (const Chunk& chunk : chunks) {
    if (chunk.name == "bext" && info.originator_reference.empty() && chunk.size >= 602) {
      Result<std::string> text = read_text(fd, chunk.offset + 256 + 32, 32);
      if (!text) return text.error();
      info.originator_reference = std::move(*text);
    } else if (chunk.name == "iXML" && info.ixml.empty() && chunk.size <= kLargestIxml) {
      Result<std::string> text = read_text(fd, chunk.offset, chunk.size);
      if (!text) return text.error();
      info.ixml = std::move(*text);
    } else if (chunk.name == "acid" && !info.tempo && chunk.size >= 24) {
      if (Status read = read_tempo(fd, chunk, info); !read) return read;
    }
  }
  return ok();
}

}  // namespace

Status read_fully(int fd, std::uint64_t offset, std::span<std::uint8_t> bytes) {
  while (!bytes.empty()) {
    const ::ssize_t got = ::pread(fd, bytes.data(), bytes.size(), static_cast<::off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) {
      return Error{ErrorCode::kIo,
                   "reading the WAV file failed at byte " + std::to_string(offset) + ": " +
                       std::generic_category().message(errno),
                   {}};
    }
    if (got == 0) return corrupt("the WAV file ended early, at byte " + std::to_string(offset));
    offset += static_cast<std::uint64_t>(got);
    bytes = bytes.subspan(static_cast<std::size_t>(got));
  }
  return ok();
}

Result<WavLayout> parse_wav(int fd) {
  const Result<std::uint64_t> file_size = regular_file_size(fd);
  if (!file_size) return file_size.error();
  if (const Status checked = check_container(fd, *file_size); !checked) return checked.error();
  const Result<std::vector<Chunk>> chunks = list_chunks(fd, *file_size);
  if (!chunks) return chunks.error();
  const Result<const Chunk*> format_chunk = only_chunk(*chunks, "fmt ");
  if (!format_chunk) return format_chunk.error();
  const Result<const Chunk*> data_chunk = only_chunk(*chunks, "data");
  if (!data_chunk) return data_chunk.error();

  const Result<Format> format = read_format(fd, **format_chunk);
  if (!format) return format.error();
  const Result<SampleFormat> samples = sample_format(*format);
  if (!samples) return samples.error();
  if (const Status checked = check_format(*format, *samples); !checked) return checked.error();

  WavLayout layout;
  layout.info.sample_rate = static_cast<int>(format->sample_rate);
  layout.info.channels = static_cast<int>(format->channels);
  layout.info.format = *samples;
  if (const Status located = locate_data(**data_chunk, format->frame_bytes, layout); !located) {
    return located.error();
  }
  if (const Status read = read_metadata(fd, *chunks, layout.info); !read) return read.error();
  return layout;
}

Status for_each_data_block(int fd, const WavLayout& layout,
                           const std::function<void(std::span<const std::uint8_t>)>& use) {
  std::vector<std::uint8_t> block(
      static_cast<std::size_t>(std::min<std::uint64_t>(kBlockBytes, layout.data_bytes)));
  for (std::uint64_t done = 0; done < layout.data_bytes;) {
    const auto size =
        static_cast<std::size_t>(std::min<std::uint64_t>(block.size(), layout.data_bytes - done));
    const auto bytes = std::span(block).first(size);
    if (Status read = read_fully(fd, layout.data_offset + done, bytes); !read) return read;
    use(bytes);
    done += size;
  }
  return ok();
}

}  // namespace dgx
