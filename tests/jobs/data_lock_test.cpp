// SPDX-License-Identifier: Apache-2.0
#include "generator/jobs/data_lock.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <future>
#include <optional>

#include "tests/support/catch.hpp"
#include "tests/support/temp_dir.hpp"

using dgx::jobs::DataLock;

namespace {

void must_not_wait() {
  FAIL("nobody has the lock");
}

/// A process that has the lock until it is told to leave.
class OtherProcess {
 public:
  explicit OtherProcess(const std::filesystem::path& folder) {
    std::array<int, 2> ready{};
    REQUIRE(::pipe(ready.data()) == 0);
    REQUIRE(::pipe(leave_.data()) == 0);
    pid_ = ::fork();
    if (pid_ == 0) {
      const auto lock = DataLock::acquire(folder, [] {}, {});
      char byte = lock ? 'y' : 'n';
      if (::write(ready[1], &byte, 1) != 1) ::_exit(1);
      if (::read(leave_[0], &byte, 1) != 1) ::_exit(1);
      ::_exit(0);
    }
    char byte = 0;
    REQUIRE(::read(ready[0], &byte, 1) == 1);
    REQUIRE(byte == 'y');
    ::close(ready[0]);
    ::close(ready[1]);
  }
  ~OtherProcess() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    ::close(leave_[0]);
    ::close(leave_[1]);
  }
  void kill() const { ::kill(pid_, SIGKILL); }

 private:
  pid_t pid_ = -1;
  std::array<int, 2> leave_{};
};

}  // namespace

TEST_CASE("A free data folder is locked at once, and made if need be", "[jobs]") {
  const dgx::test::TempDir temp;
  {
    const auto lock = DataLock::acquire(temp.path() / "a/b", must_not_wait, {});
    REQUIRE_OK(lock);
  }
  const auto again = DataLock::acquire(temp.path() / "a/b", must_not_wait, {});
  REQUIRE_OK(again);
}

TEST_CASE("A second process waits, says so once, and goes on when the first is gone", "[jobs]") {
  const dgx::test::TempDir temp;
  const OtherProcess other(temp.path());
  int told = 0;
  // The one that waits is told; only then does the other end. kill -9 gives the lock back too.
  const auto lock = DataLock::acquire(temp.path(),
                                      [&] {
                                        ++told;
                                        other.kill();
                                      },
                                      {});
  REQUIRE_OK(lock);
  CHECK(told == 1);
}

TEST_CASE("Waiting can be cancelled", "[jobs]") {
  const dgx::test::TempDir temp;
  const OtherProcess other(temp.path());
  std::stop_source stop;
  const auto lock = DataLock::acquire(
      temp.path(), [&stop] { stop.request_stop(); }, stop.get_token());
  REQUIRE_FALSE(lock);
  CHECK(lock.error().code == dgx::ErrorCode::kCancelled);
}

TEST_CASE("Who waits for a while is told that another process has the folder, or gets it",
          "[jobs]") {
  const dgx::test::TempDir temp;
  std::optional<OtherProcess> other(temp.path());
  const auto refused = DataLock::acquire_within(temp.path(), std::chrono::milliseconds(1));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == dgx::ErrorCode::kConflict);
  CHECK(refused.error().message ==
        "another dgx-music already works on the data folder " + temp.path().string());
  auto waits = std::async(std::launch::async, [&] {
    return DataLock::acquire_within(temp.path(), std::chrono::minutes(1));
  });
  other.reset();
  REQUIRE_OK(waits.get());
}

TEST_CASE("A data folder that cannot be made is named", "[jobs]") {
  const auto lock = DataLock::acquire("/proc/nowhere/dgx-music", [] {}, {});
  REQUIRE_FALSE(lock);
  CHECK(lock.error().message.find("/proc/nowhere/dgx-music") != std::string::npos);
}
