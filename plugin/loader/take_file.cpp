// SPDX-License-Identifier: Apache-2.0
#include "plugin/loader/take_file.hpp"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <cmath>
#include <new>
#include <optional>
#include <utility>

#include "generator/audio/wav_reader.hpp"
#include "generator/base/directory.hpp"
#include "generator/base/ulid.hpp"
#include "generator/base/unique_fd.hpp"
#include "plugin/loader/sha256.hpp"

namespace dgx::plugin {
namespace {

namespace fs = std::filesystem;

Error named(const fs::path& file, Error error) {
  error.message = "cannot play '" + file.string() + "': " + error.message;
  return error;
}

// A take without whole bars has no place on a bar grid.
std::optional<TakeTiming> timing_of(const WavInfo& info) {
  if (!info.tempo || info.tempo->beats <= 0) return std::nullopt;
  TakeTiming timing;
  timing.bpm = info.tempo->bpm;
  timing.quarters_per_bar = 4.0 * info.tempo->meter_numerator / info.tempo->meter_denominator;
  timing.bars = std::llround(info.tempo->beats / timing.quarters_per_bar);
  if (timing.bars < 1) return std::nullopt;
  return timing;
}

Result<std::string> digest_of(int fd) {
  Sha256 digest;
  std::vector<std::byte> block(std::size_t{1} << 16U);
  for (;;) {
    const ::ssize_t got = ::read(fd, block.data(), block.size());
    if (got == 0) return digest.hex_digest();
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return error_from_errno(errno, "reading the file failed");
    digest.update(std::span(block).first(static_cast<std::size_t>(got)));
  }
}

void scale(AudioClip& clip, double gain_db) {
  if (gain_db == 0.0) return;
  const auto gain = static_cast<float>(std::pow(10.0, gain_db / 20.0));
  for (float& sample : clip.samples) sample *= gain;
}

Result<TakeFile> read_open(int fd, double gain_db) {
  const auto info = read_wav_info(fd);
  if (!info) return info.error();
  auto clip = read_wav(fd);
  if (!clip) return clip.error();
  scale(*clip, gain_db);
  if (::lseek(fd, 0, SEEK_SET) != 0)
    return error_from_errno(errno, "the file cannot be read again");
  auto sha256 = digest_of(fd);
  if (!sha256) return sha256.error();
  return TakeFile{Sample(*clip, timing_of(*info)), *std::move(sha256)};
}

UniqueFd open_to_read(const fs::path& file) {
  // Non-blocking, so that a FIFO is refused by its kind and not waited for.
  return UniqueFd(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
}

bool write_all(int fd, const char* bytes, std::size_t count) {
  while (count > 0) {
    const ::ssize_t put = ::write(fd, bytes, count);
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) return false;
    bytes += put;
    count -= static_cast<std::size_t>(put);
  }
  return true;
}

// A reflink shares the blocks where the file system can; otherwise the bytes are copied.
Status copy_bytes(int from, int to, const fs::path& target) {
  if (::ioctl(to, FICLONE, from) == 0) return ok();
  std::vector<char> block(std::size_t{1} << 16U);
  for (;;) {
    const ::ssize_t got = ::read(from, block.data(), block.size());
    if (got == 0) return ok();
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 || !write_all(to, block.data(), static_cast<std::size_t>(got))) {
      return error_from_errno(errno, "copying to '" + target.string() + "' failed");
    }
  }
}

Status copy_to(const fs::path& file, const fs::path& target) {
  const UniqueFd from = open_to_read(file);
  if (!from.valid()) return error_from_errno(errno, "cannot open '" + file.string() + "'");
  const fs::path part = target.parent_path() / (".dgx-" + new_ulid() + ".part");
  const UniqueFd to(::open(part.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644));
  if (!to.valid()) return error_from_errno(errno, "cannot create '" + part.string() + "'");
  Status done = copy_bytes(from.get(), to.get(), target);
  if (done && ::fsync(to.get()) != 0) {
    done = error_from_errno(errno, "cannot write '" + part.string() + "'");
  }
  if (done && ::rename(part.c_str(), target.c_str()) != 0) {
    done = error_from_errno(errno, "cannot create '" + target.string() + "'");
  }
  if (!done) ::unlink(part.c_str());
  return done;
}

}  // namespace

Result<TakeFile> read_take(const fs::path& file, double gain_db) {
  try {
    const UniqueFd fd = open_to_read(file);
    if (!fd.valid()) return error_from_errno(errno, "cannot open '" + file.string() + "'");
    auto take = read_open(fd.get(), gain_db);
    if (!take) return named(file, std::move(take).error());
    return take;
  } catch (const std::bad_alloc&) {
    return Error{ErrorCode::kOutOfMemory, "memory does not suffice to load " + file.string()};
  }
}

std::string kept_name(const fs::path& file, const std::string& sha256) {
  constexpr std::size_t kLongestStem = 120;
  const std::string mark = "-" + sha256.substr(0, 16);
  std::string stem = file.stem().string();
  if (!stem.ends_with(mark)) stem = stem.substr(0, kLongestStem) + mark;
  return stem + ".wav";
}

Status keep_file(const fs::path& file, const fs::path& target) {
  std::error_code ignored;
  if (fs::exists(target, ignored)) return ok();
  // Ardour keeps links in place of files: the file behind them is what counts.
  const fs::path real = fs::canonical(file, ignored);
  if (!ignored && ::link(real.c_str(), target.c_str()) == 0) return ok();
  return copy_to(file, target);
}

}  // namespace dgx::plugin
