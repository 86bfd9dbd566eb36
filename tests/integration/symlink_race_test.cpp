// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <stdio.h>

#include <atomic>
#include <filesystem>
#include <thread>

#include "tests/integration/program.hpp"
#include "tests/support/catch.hpp"

using namespace dgx::test;
namespace fs = std::filesystem;

namespace {

/// Swaps two names for each other as fast as it can, for as long as it lives.
class Racer {
 public:
  Racer(const fs::path& one, const fs::path& other)
      : thread_([this, one, other](const std::stop_token& stop) {
          while (!stop.stop_requested()) {
            if (::renameat2(AT_FDCWD, one.c_str(), AT_FDCWD, other.c_str(), RENAME_EXCHANGE) == 0) {
              ++swaps_;
            }
          }
        }) {}

  [[nodiscard]] long swaps() const { return swaps_; }

 private:
  std::atomic<long> swaps_{0};
  std::jthread thread_;
};

}  // namespace

TEST_CASE("An output folder swapped for a link while takes are written gives nothing away",
          "[integration]") {
  Program program;
  program.use_fake_engine();
  const fs::path root = program.home() / "music";
  const fs::path victim = program.home() / "victim";
  const fs::path aside = program.home() / "aside";
  fs::create_directories(root / "out");
  write_file(victim / "precious.wav", "do not touch");
  const auto untouched = fs::last_write_time(victim);
  fs::create_directory_symlink(victim, aside);
  program.allow_root(root);

  const auto until = Running::Clock::now() + std::chrono::seconds(long_tests() ? 30 : 3);
  const auto at_the_latest = until + std::chrono::seconds(30);
  int worked = 0;
  int refused = 0;
  {
    const Racer racer(root / "out", aside);
    do {
      const auto outcome =
          program.run({"generate", "a plain tone", "--duration", "1", "--variations", "5",
                       "--output-dir", (root / "out").string()});
      INFO(outcome.err);
      CHECK((outcome.exit_code == 0 || outcome.exit_code == 2));
      worked += outcome.exit_code == 0 ? 1 : 0;
      refused += outcome.exit_code == 2 ? 1 : 0;
      REQUIRE(files_beneath(victim) == std::vector<std::string>{"precious.wav"});
      // Both outcomes are worth waiting for, but luck alone decides when they come.
    } while (Running::Clock::now() < until ||
             ((worked == 0 || refused == 0) && Running::Clock::now() < at_the_latest));
    CHECK(worked + refused > 0);
    CHECK(racer.swaps() > 1000);
  }
  CHECK(fs::last_write_time(victim) == untouched);  // No file was there for a moment, either.
  CHECK(read_file(victim / "precious.wav") == "do not touch");
}
