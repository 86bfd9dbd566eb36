// SPDX-License-Identifier: Apache-2.0
#include "plugin/loader/take_file.hpp"

#include <fcntl.h>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <span>
#include <string>

#include "generator/audio/wav_writer.hpp"
#include "generator/base/unique_fd.hpp"
#include "plugin/loader/sha256.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/command.hpp"
#include "tests/support/temp_dir.hpp"

using namespace dgx::plugin;
namespace fs = std::filesystem;

namespace {

std::string digest_in_pieces(const std::string& text, std::size_t piece) {
  Sha256 digest;
  const auto bytes = std::as_bytes(std::span(text));
  for (std::size_t at = 0; at < text.size(); at += piece) {
    digest.update(bytes.subspan(at, std::min(piece, text.size() - at)));
  }
  return digest.hex_digest();
}

fs::path write_take(const fs::path& file, const dgx::WavMetadata& metadata) {
  const dgx::AudioClip clip{48000, 2, std::vector<float>(2000, 0.25F)};
  const dgx::UniqueFd fd(::open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  REQUIRE_OK(dgx::write_wav(fd.get(), clip, dgx::SampleFormat::kPcm24, metadata, 0));
  return file;
}

std::string content_of(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

}  // namespace

TEST_CASE("SHA-256 gives the digests of the standard, in pieces of any size", "[plugin]") {
  CHECK(digest_in_pieces("", 1) ==
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(digest_in_pieces("abc", 2) ==
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(digest_in_pieces("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 7) ==
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  CHECK(digest_in_pieces(std::string(1'000'000, 'a'), 4096) ==
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST_CASE("A take tells its digest as sha256sum does, and its tempo", "[plugin]") {
  const dgx::test::TempDir folder;
  dgx::WavMetadata metadata;
  metadata.bpm = 90;
  metadata.beats = 12;
  metadata.meter_numerator = 6;
  metadata.meter_denominator = 8;
  const fs::path file = write_take(folder / "take.wav", metadata);
  const auto take = read_take(file);
  REQUIRE_OK(take);
  CHECK(take->sha256 ==
        dgx::test::run_command("sha256sum < " + file.string()).output.substr(0, 64));
  REQUIRE(take->sample.timing().has_value());
  CHECK(take->sample.timing()->bpm == 90);
  CHECK(take->sample.timing()->quarters_per_bar == 3);
  CHECK(take->sample.timing()->bars == 4);
}

TEST_CASE("A recording without bars has no place on a bar grid", "[plugin]") {
  const dgx::test::TempDir folder;
  dgx::WavMetadata metadata;
  metadata.bpm = 90;
  CHECK_FALSE(read_take(write_take(folder / "tempo.wav", metadata))->sample.timing().has_value());
  CHECK_FALSE(read_take(write_take(folder / "none.wav", {}))->sample.timing().has_value());
}

TEST_CASE("A kept name says what the content is, and is its own kept name", "[plugin]") {
  const std::string sha256 = digest_in_pieces("abc", 3);
  CHECK(kept_name("/music/lofi-84.wav", sha256) == "lofi-84-ba7816bf8f01cfea.wav");
  CHECK(kept_name("/session/lofi-84-ba7816bf8f01cfea.wav", sha256) ==
        "lofi-84-ba7816bf8f01cfea.wav");
  CHECK(kept_name("/music/" + std::string(230, 'x') + ".wav", sha256).size() <= 150);
}

TEST_CASE("A file is kept as a link, as a copy where none can be, and never over another",
          "[plugin]") {
  const dgx::test::TempDir folder;
  const fs::path file = write_take(folder / "take.wav", {});
  REQUIRE_OK(keep_file(file, folder / "kept.wav"));
  CHECK(fs::hard_link_count(file) == 2);
  // Another file system
  const fs::path shm = fs::path("/dev/shm") / folder.path().filename();
  fs::create_directory(shm);
  const auto copied = keep_file(file, shm / "kept.wav");
  const std::string copy = content_of(shm / "kept.wav");
  const auto files = std::distance(fs::directory_iterator(shm), fs::directory_iterator());
  fs::remove_all(shm);
  REQUIRE_OK(copied);
  CHECK(copy == content_of(file));
  CHECK(files == 1);
  // What is there stays.
  std::ofstream(folder / "other.wav") << "other";
  REQUIRE_OK(keep_file(file, folder / "other.wav"));
  CHECK(content_of(folder / "other.wav") == "other");
}

TEST_CASE("A link to a file is kept as the file", "[plugin]") {
  const dgx::test::TempDir folder;
  const fs::path file = write_take(folder / "take.wav", {});
  fs::create_symlink("take.wav", folder / "link.wav");
  REQUIRE_OK(keep_file(folder / "link.wav", folder / "kept.wav"));
  CHECK_FALSE(fs::is_symlink(folder / "kept.wav"));
  CHECK(content_of(folder / "kept.wav") == content_of(file));
}

TEST_CASE("What cannot be kept is told with both names", "[plugin]") {
  const dgx::test::TempDir folder;
  const auto missing = keep_file(folder / "none.wav", folder / "kept.wav");
  REQUIRE_FALSE(missing.has_value());
  CHECK(missing.error().message.find("none.wav") != std::string::npos);
  const auto nowhere = keep_file(write_take(folder / "take.wav", {}), folder / "no" / "kept.wav");
  REQUIRE_FALSE(nowhere.has_value());
  CHECK(nowhere.error().message.find("no/") != std::string::npos);
}
