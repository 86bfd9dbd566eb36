// SPDX-License-Identifier: Apache-2.0
#include "generator/jobs/publisher.hpp"

#include <unistd.h>

#include <fstream>
#include <iterator>

#include "tests/support/catch.hpp"
#include "tests/support/temp_dir.hpp"

namespace fs = std::filesystem;
using dgx::Directory;
using dgx::ErrorCode;
using dgx::jobs::publish_files;
using dgx::jobs::PublishedFile;

namespace {

constexpr const char* kTakeId = "01ARZ3NDEKTSV4RRFFQ69GA3F9";

PublishedFile text_file(const std::string& ending, const std::string& text) {
  return {ending,
          [text](int fd) -> dgx::Status {
            if (::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size())) {
              return dgx::ok();
            }
            return dgx::Error{ErrorCode::kIo, "short write"};
          },
          {}};
}

PublishedFile failing_file(const std::string& ending, ErrorCode code) {
  return {ending, [code](int) -> dgx::Status { return dgx::Error{code, "as planned"}; }, {}};
}

std::vector<std::string> names_in(const fs::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    names.push_back(entry.path().lexically_relative(folder).string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace

TEST_CASE("All files of a take appear under their names, and nothing else stays", "[jobs]") {
  const dgx::test::TempDir temp;
  const auto folder = Directory::open(temp.path());
  REQUIRE_OK(folder);
  REQUIRE_OK(publish_files(*folder, kTakeId, "lofi-a3f9",
                           {text_file(".wav", "audio"), text_file(".json", "{}")}));
  CHECK(names_in(temp.path()) == std::vector<std::string>{"lofi-a3f9.json", "lofi-a3f9.wav"});
}

TEST_CASE("A failure at any file leaves the folder as it was", "[jobs]") {
  for (std::size_t failing = 0; failing < 3; ++failing) {
    const dgx::test::TempDir temp;
    std::ofstream(temp / "mine.txt") << "mine";
    const auto folder = Directory::open(temp.path());
    std::vector<PublishedFile> files = {text_file(".wav", "a"), text_file(".mid", "m"),
                                        text_file(".json", "{}")};
    files[failing] = failing_file(files[failing].ending, ErrorCode::kDiskFull);
    const auto published = publish_files(*folder, kTakeId, "lofi-a3f9", files);
    REQUIRE_FALSE(published);
    CHECK(published.error().code == ErrorCode::kDiskFull);
    CHECK(names_in(temp.path()) == std::vector<std::string>{"mine.txt"});
  }
}

TEST_CASE("A file that does not verify is not published", "[jobs]") {
  const dgx::test::TempDir temp;
  const auto folder = Directory::open(temp.path());
  PublishedFile file = text_file(".wav", "audio");
  file.verify = [](int) -> dgx::Status { return dgx::Error{ErrorCode::kCorrupt, "differs"}; };
  const auto published = publish_files(*folder, kTakeId, "lofi-a3f9", {file});
  REQUIRE_FALSE(published);
  CHECK(published.error().code == ErrorCode::kCorrupt);
  CHECK(names_in(temp.path()).empty());
}

TEST_CASE("A name that is taken is never replaced, whichever of the files it is", "[jobs]") {
  for (const std::string taken : {".wav", ".mid", ".json"}) {
    CAPTURE(taken);
    const dgx::test::TempDir temp;
    std::ofstream(temp / ("lofi-a3f9" + taken)) << "precious";
    const auto folder = Directory::open(temp.path());
    const std::vector<PublishedFile> files = {text_file(".wav", "a"), text_file(".mid", "m"),
                                              text_file(".json", "{}")};
    CHECK_FALSE(names_are_free(*folder, "lofi-a3f9", files));
    const auto published = publish_files(*folder, kTakeId, "lofi-a3f9", files);
    REQUIRE_FALSE(published);
    CHECK(published.error().code == ErrorCode::kConflict);
    CHECK(names_in(temp.path()) == std::vector<std::string>{"lofi-a3f9" + taken});
    std::ifstream file(temp / ("lofi-a3f9" + taken));
    CHECK(std::string(std::istreambuf_iterator<char>(file), {}) == "precious");
  }
}

TEST_CASE("Publishing stops when it is asked to, up to the first name, and leaves nothing",
          "[jobs]") {
  const dgx::test::TempDir temp;
  const auto folder = Directory::open(temp.path());
  REQUIRE_OK(folder);
  for (int moment = 0; moment < 4; ++moment) {
    std::stop_source source;
    int calls = 0;
    const auto call = [&](int number) {
      return [&source, &calls, moment, number](int) -> dgx::Status {
        ++calls;
        if (moment == number) source.request_stop();
        return dgx::ok();
      };
    };
    if (moment == 0) source.request_stop();
    const auto published =
        publish_files(*folder, kTakeId, "lofi-a3f9",
                      {{".wav", call(1), call(2)}, {".json", call(3), {}}}, source.get_token());
    INFO("stopped at call " << moment);
    REQUIRE_FALSE(published);
    CHECK(published.error().code == ErrorCode::kCancelled);
    CHECK(calls == moment);
    CHECK(names_in(temp.path()).empty());
  }
}

TEST_CASE("The first file becomes visible last", "[jobs]") {
  const dgx::test::TempDir temp;
  const auto folder = Directory::open(temp.path());
  // A name that is taken stops the moves at that file: what was moved before it shows the order.
  fs::create_directory(temp / "lofi-a3f9.wav");
  std::vector<std::string> seen;
  PublishedFile wav = text_file(".wav", "a");
  const auto published =
      publish_files(*folder, kTakeId, "lofi-a3f9", {wav, text_file(".json", "{}")});
  REQUIRE_FALSE(published);
  CHECK(published.error().message.find(".wav") != std::string::npos);
  CHECK(fs::is_directory(temp / "lofi-a3f9.wav"));
  CHECK_FALSE(fs::exists(temp / "lofi-a3f9.json"));  // Was moved first, and taken back.
}

TEST_CASE("What a killed process left under .tmp does not stand in the way", "[jobs]") {
  const dgx::test::TempDir temp;
  fs::create_directory(temp / ".tmp");
  std::ofstream(temp.path() / ".tmp" / (std::string(kTakeId) + ".wav")) << "half";
  std::ofstream(temp.path() / ".tmp" / "01OTHERTAKE.wav") << "another take's";
  const auto folder = Directory::open(temp.path());
  REQUIRE_OK(publish_files(*folder, kTakeId, "lofi-a3f9", {text_file(".wav", "audio")}));
  CHECK(names_in(temp.path()) ==
        std::vector<std::string>{".tmp", ".tmp/01OTHERTAKE.wav", "lofi-a3f9.wav"});
}
