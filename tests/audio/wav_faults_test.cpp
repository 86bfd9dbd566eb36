// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <optional>
#include <string>
#include <vector>

#include "generator/audio/wav_reader.hpp"
#include "generator/audio/wav_writer.hpp"
#include "generator/base/unique_fd.hpp"
#include "tests/audio/clips.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/memory_file.hpp"
#include "tests/support/temp_dir.hpp"

using dgx::AudioClip;
using dgx::ErrorCode;
using dgx::SampleFormat;
using dgx::UniqueFd;
using dgx::write_wav;
using namespace dgx::test;

// The linker sends every pwrite() of this program here (CMakeLists.txt): one that does little at a
// time, is interrupted, or fails at its n-th call.
extern "C" ::ssize_t __real_pwrite(int fd, const void* bytes, std::size_t size, ::off_t offset);
extern "C" ::ssize_t __wrap_pwrite(int fd, const void* bytes, std::size_t size, ::off_t offset);

namespace {

struct Faults {
  std::size_t most_bytes = 0;  ///< Of one call; 0 is no limit
  int interrupted_every = 0;   ///< Calls; 0 is never
  int fails_at = 0;            ///< The n-th call, from 1; 0 is never
  int error_number = 0;        ///< With which it fails; 0 answers that nothing was written
  int calls = 0;
};
Faults faults;

/// Faults for one scope.
class WithFaults {
 public:
  explicit WithFaults(const Faults& wanted) { faults = wanted; }
  ~WithFaults() { faults = Faults{}; }
  WithFaults(const WithFaults&) = delete;
  WithFaults& operator=(const WithFaults&) = delete;
};

}  // namespace

::ssize_t __wrap_pwrite(int fd, const void* bytes, std::size_t size, ::off_t offset) {
  const int call = ++faults.calls;
  if (faults.fails_at == call) {
    errno = faults.error_number;
    return faults.error_number == 0 ? 0 : -1;
  }
  if (faults.interrupted_every > 0 && call % faults.interrupted_every == 0) {
    errno = EINTR;
    return -1;
  }
  if (faults.most_bytes > 0) size = std::min(size, faults.most_bytes);
  return __real_pwrite(fd, bytes, size, offset);
}

namespace {

std::vector<std::uint8_t> bytes_written(const AudioClip& clip, const Faults& with) {
  const MemoryFile file;
  const WithFaults scope(with);
  const auto status = write_wav(file.fd(), clip, SampleFormat::kPcm24, {}, 1);
  REQUIRE_OK(status);
  return file.bytes();
}

std::size_t whole_size(const AudioClip& clip, SampleFormat format) {
  const MemoryFile file;
  const auto status = write_wav(file.fd(), clip, format, {}, 1);
  REQUIRE_OK(status);
  return file.bytes().size();
}

// Writes under a limit of `limit` bytes a file; true where that fails as a full disk does.
bool fails_as_full(const AudioClip& clip, SampleFormat format, const std::string& path,
                   std::size_t limit) {
  rlimit sizes{};
  ::getrlimit(RLIMIT_FSIZE, &sizes);
  sizes.rlim_cur = limit;
  ::setrlimit(RLIMIT_FSIZE, &sizes);
  const UniqueFd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC, 0600));
  const auto status = write_wav(fd.get(), clip, format, {}, 1);
  return !status.has_value() && status.error().code == ErrorCode::kDiskFull;
}

/// The first limit at which a write did not fail as it has to; in a child, because the limit holds
/// for every file of a process.
std::optional<std::size_t> first_silent_limit(const AudioClip& clip, SampleFormat format,
                                              std::size_t step) {
  const TempDir folder;
  const std::string path = (folder / "take.wav").string();
  const std::size_t size = whole_size(clip, format);
  std::array<int, 2> ends{};
  REQUIRE(::pipe(ends.data()) == 0);
  const ::pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    ::signal(SIGXFSZ, SIG_IGN);
    std::size_t limit = 0;
    while (limit < size && fails_as_full(clip, format, path, limit)) limit += step;
    const auto written = ::write(ends[1], &limit, sizeof limit);
    ::_exit(written == sizeof limit ? 0 : 1);
  }
  std::size_t limit = 0;
  const auto got = ::read(ends[0], &limit, sizeof limit);
  int status = 0;
  ::waitpid(child, &status, 0);
  ::close(ends[0]);
  ::close(ends[1]);
  REQUIRE(got == sizeof limit);
  REQUIRE(status == 0);
  if (limit >= size) return std::nullopt;
  return limit;
}

}  // namespace

TEST_CASE("Short and interrupted writes end in the same file", "[audio]") {
  const AudioClip clip = noise_clip(48000, 1, 333, 0.5, 1);
  const auto whole = bytes_written(clip, {});
  for (const std::size_t most_bytes : {1U, 3U, 100U}) {
    CHECK(bytes_written(clip, Faults{most_bytes, 0}) == whole);
    CHECK(bytes_written(clip, Faults{most_bytes, 2}) == whole);
  }
}

TEST_CASE("Whichever write fails, its error is the answer", "[audio]") {
  struct Expected {
    int error_number;
    ErrorCode code;
  };
  const AudioClip clip = noise_clip(48000, 1, 70001, 0.5, 1);  // Header, two blocks, pad byte
  for (const Expected expected :
       {Expected{ENOSPC, ErrorCode::kDiskFull}, Expected{EDQUOT, ErrorCode::kDiskFull},
        Expected{EFBIG, ErrorCode::kDiskFull}, Expected{EIO, ErrorCode::kIo},
        Expected{EBADF, ErrorCode::kIo}, Expected{0, ErrorCode::kIo}}) {
    int fails_at = 1;
    for (; fails_at < 100; ++fails_at) {
      const MemoryFile file;
      const WithFaults scope(Faults{0, 0, fails_at, expected.error_number});
      const auto status = write_wav(file.fd(), clip, SampleFormat::kPcm24, {}, 1);
      if (status.has_value()) break;
      INFO("call " << fails_at << ", errno " << expected.error_number);
      CHECK(static_cast<int>(status.error().code) == static_cast<int>(expected.code));
    }
    CHECK(fails_at == 5);
  }
}

TEST_CASE("A disk that fills at any byte is told as a full disk", "[audio]") {
  const AudioClip clip = noise_clip(48000, 1, 21, 0.5, 1);
  for (const auto format : {SampleFormat::kPcm16, SampleFormat::kPcm24, SampleFormat::kFloat32}) {
    const auto silent = first_silent_limit(clip, format, 1);
    INFO("limit " << silent.value_or(0));
    CHECK_FALSE(silent.has_value());
  }
}

TEST_CASE("A disk that fills in a later block is told as a full disk", "[audio]") {
  const AudioClip clip = noise_clip(48000, 2, 150000, 0.5, 1);
  const auto silent = first_silent_limit(clip, SampleFormat::kPcm24, 30011);
  INFO("limit " << silent.value_or(0));
  CHECK_FALSE(silent.has_value());
}

TEST_CASE("A full device is told as a full disk", "[audio]") {
  const UniqueFd full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
  REQUIRE(full.valid());
  const auto status = write_wav(full.get(), {48000, 1, {0.0F}}, SampleFormat::kPcm16, {}, 1);
  REQUIRE_FALSE(status.has_value());
  CHECK(status.error().code == ErrorCode::kDiskFull);
  CHECK(status.error().message.find("No space left on device") != std::string::npos);
}

TEST_CASE("What cannot be written to is an I/O error", "[audio]") {
  const TempDir folder;
  const std::string path = (folder / "take.wav").string();
  const UniqueFd created(::open(path.c_str(), O_RDWR | O_CREAT, 0600));
  const UniqueFd read_only(::open(path.c_str(), O_RDONLY));
  std::array<int, 2> ends{};
  REQUIRE(::pipe(ends.data()) == 0);
  const UniqueFd read_end(ends[0]);
  const UniqueFd write_end(ends[1]);
  for (const int fd : {-1, read_only.get(), write_end.get()}) {
    const auto status = write_wav(fd, {48000, 1, {0.0F}}, SampleFormat::kPcm16, {}, 1);
    REQUIRE_FALSE(status.has_value());
    CHECK(status.error().code == ErrorCode::kIo);
  }
}

TEST_CASE("What cannot be read is an error and not a wait", "[audio]") {
  const TempDir folder;
  CHECK(dgx::read_wav(folder / "absent.wav").error().code == ErrorCode::kNotFound);
  CHECK_FALSE(dgx::read_wav(folder.path()).has_value());
  REQUIRE(::mkfifo((folder / "fifo.wav").c_str(), 0600) == 0);
  const auto fifo = dgx::read_wav(folder / "fifo.wav");
  REQUIRE_FALSE(fifo.has_value());
  CHECK(fifo.error().message.find("fifo.wav") != std::string::npos);
  CHECK_FALSE(dgx::read_wav("/dev/zero").has_value());
  CHECK_FALSE(dgx::read_wav_info(-1).has_value());
  CHECK_FALSE(dgx::wav_audio_sha256(-1).has_value());
}
