// SPDX-License-Identifier: Apache-2.0
#include "generator/jobs/output_folder.hpp"

#include <sys/stat.h>

#include <fstream>

#include "tests/support/catch.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/support/without_root.hpp"

namespace fs = std::filesystem;
using dgx::ErrorCode;
using dgx::jobs::open_output_folder;
using dgx::jobs::OutputRules;

namespace {

struct Places {
  dgx::test::TempDir temp{};
  OutputRules rules{temp.path() / "data", {temp.path() / "music"}};

  Places() {
    fs::create_directories(temp.path() / "music/clips");
    fs::create_directories(temp.path() / "elsewhere");
  }
  [[nodiscard]] std::string at(const std::string& relative) const {
    return (temp.path() / relative).string();
  }
  [[nodiscard]] dgx::Error refusal(const std::string& relative) const {
    const auto folder = open_output_folder(at(relative), rules);
    REQUIRE_FALSE(folder);
    CHECK(folder.error().field == "output_dir");
    return folder.error();
  }
};

}  // namespace

TEST_CASE("Without a wish takes go to the data folder, which is made for its owner alone",
          "[jobs]") {
  const Places places;
  const auto folder = open_output_folder(std::nullopt, places.rules);
  REQUIRE_OK(folder);
  CHECK(folder->path() == places.at("data/takes"));
  struct stat facts {};
  REQUIRE(::stat(folder->path().c_str(), &facts) == 0);
  CHECK((facts.st_mode & 0777) == 0700);
}

TEST_CASE("Folders beneath an allowed root are taken, all others named with what is allowed",
          "[jobs]") {
  const Places places;
  CHECK(open_output_folder(places.at("music"), places.rules).has_value());
  CHECK(open_output_folder(places.at("music/clips/"), places.rules).has_value());
  const auto outside = places.refusal("elsewhere");
  CHECK(outside.code == ErrorCode::kInvalidArgument);
  CHECK(outside.message.find(places.at("elsewhere")) != std::string::npos);
  CHECK(outside.message.find("allowed_roots") != std::string::npos);
  CHECK(places.refusal("music/nowhere").code == ErrorCode::kNotFound);
  CHECK(places.refusal("nowhere").code == ErrorCode::kNotFound);
  // A name that only begins like a root is not beneath it.
  fs::create_directory(places.temp.path() / "music-of-others");
  CHECK(places.refusal("music-of-others").code == ErrorCode::kInvalidArgument);
}

TEST_CASE("A link out of an allowed root is not followed", "[jobs]") {
  const Places places;
  fs::create_directory_symlink(places.at("elsewhere"), places.at("music/link"));
  CHECK(places.refusal("music/link").code == ErrorCode::kInvalidArgument);
  CHECK(fs::is_empty(places.at("elsewhere")));
}

TEST_CASE("A file in the folder's place is refused", "[jobs]") {
  const Places places;
  std::ofstream(places.at("music/file")) << "x";
  CHECK(places.refusal("music/file").code == ErrorCode::kNotFound);
}

TEST_CASE("A folder that cannot be written is refused before any work", "[jobs]") {
  const Places places;
  fs::permissions(places.at("music/clips"), fs::perms::all);
  fs::permissions(places.at("music/clips"),
                  fs::perms::owner_write | fs::perms::group_write | fs::perms::others_write,
                  fs::perm_options::remove);
  fs::permissions(places.temp.path(), fs::perms::all);
  const dgx::test::WithoutRoot no_root;
  const auto refused = places.refusal("music/clips");
  CHECK(refused.message == "output_dir must be writable, got " + places.at("music/clips"));
}

TEST_CASE("In an Ardour session the takes folder is made, and only there", "[jobs]") {
  const Places places;
  fs::create_directory(places.at("elsewhere/song"));
  std::ofstream(places.at("elsewhere/song/song.ardour")) << "<Session/>";
  const auto folder = open_output_folder(places.at("elsewhere/song/dgx-music/takes"), places.rules);
  REQUIRE_OK(folder);
  CHECK(fs::is_directory(places.at("elsewhere/song/dgx-music/takes")));
  CHECK(places.refusal("elsewhere/song/other").code == ErrorCode::kNotFound);
  CHECK(places.refusal("elsewhere/dgx-music/takes").code == ErrorCode::kNotFound);
}

TEST_CASE("Somebody else's Ardour session is no allowed root", "[jobs]") {
  const Places places;
  fs::create_directory(places.at("elsewhere/song"));
  std::ofstream(places.at("elsewhere/song/song.ardour")) << "<Session/>";
  fs::permissions(places.temp.path(), fs::perms::all);
  const dgx::test::WithoutRoot not_the_owner;
  if (::geteuid() != 65534) return;  // Needs a second user.
  CHECK(places.refusal("elsewhere/song/dgx-music/takes").code == ErrorCode::kNotFound);
}
