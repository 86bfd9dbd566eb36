// SPDX-License-Identifier: Apache-2.0
#include "tests/integration/judges.hpp"
#include "tests/integration/program.hpp"
#include "tests/support/catch.hpp"

using namespace dgx::test;
using dgx::protocol::Receipt;

namespace {

/// What must not change from run to run.
struct Fingerprint {
  std::string audio{};
  std::string midi{};
  std::vector<std::string> stems{};
  bool operator==(const Fingerprint&) const = default;
};

Fingerprint fingerprint(const Receipt& receipt) {
  Fingerprint print{
      audio_sha256_by_coreutils(receipt.file_path), read_file(*receipt.midi_path), {}};
  for (const auto& stem : receipt.stems) {
    print.stems.push_back(audio_sha256_by_coreutils(stem.file_path));
  }
  CHECK(print.audio == receipt.audio_sha256);
  return print;
}

std::vector<Fingerprint> fingerprints_of(const Program& program,
                                         const std::vector<std::string>& arguments) {
  std::vector<Fingerprint> prints;
  for (const Receipt& receipt : program.generate(arguments)) prints.push_back(fingerprint(receipt));
  return prints;
}

}  // namespace

TEST_CASE("The same request and seed give the same samples and MIDI, on one processor as on many",
          "[integration]") {
  const auto request = [](const std::string& seed) {
    return std::vector<std::string>{"trap, dark, 140 bpm, flute",
                                    "--seed",
                                    seed,
                                    "--bars",
                                    "4",
                                    "--stems",
                                    "--bit-depth",
                                    "16"};
  };
  const Program program;
  const auto first = fingerprints_of(program, request("8"));
  REQUIRE(first.size() == 1);
  CHECK(first[0].stems.size() >= 4);
  CHECK(fingerprints_of(program, request("8")) == first);

  Program elsewhere;
  elsewhere.launcher = {"taskset", "-c", "0"};
  CHECK(fingerprints_of(elsewhere, request("8")) == first);
  CHECK(fingerprints_of(program, request("9")) != first);
}

TEST_CASE("Take k of a job is the take of seed + k", "[integration]") {
  const Program program;
  const auto variations = fingerprints_of(
      program, {"synthwave, 110 BPM", "--seed", "40", "--bars", "2", "--variations", "3"});
  REQUIRE(variations.size() == 3);
  const auto third =
      fingerprints_of(program, {"synthwave, 110 BPM", "--seed", "42", "--bars", "2"});
  CHECK(third[0] == variations[2]);
  CHECK(variations[0] != variations[1]);
}
