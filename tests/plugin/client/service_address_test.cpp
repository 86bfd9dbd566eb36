// SPDX-License-Identifier: Apache-2.0
#include "plugin/client/service_address.hpp"

#include <cstdlib>
#include <fstream>

#include "tests/support/catch.hpp"
#include "tests/support/temp_dir.hpp"

using namespace dgx;
using namespace dgx::plugin;
using namespace dgx::test;
namespace fs = std::filesystem;

namespace {

fs::path plant_program(const fs::path& file) {
  fs::create_directories(file.parent_path());
  std::ofstream(file) << "#!/bin/sh\n";
  fs::permissions(file, fs::perms::owner_all);
  return fs::canonical(file);
}

fs::path program_for(const fs::path& bundle) {
  const auto address = find_address(bundle);
  REQUIRE_OK(address);
  return address->command.executable;
}

}  // namespace

TEST_CASE("The service that comes with the bundle is found, installed or built", "[plugin]") {
  const TempDir folder;
  ::unsetenv("DGX_MUSIC_BIN");
  fs::create_directories(folder / "prefix/lib/lv2/dgx-music.lv2");
  fs::create_directories(folder / "build/lv2/dgx-music.lv2");
  const auto installed = plant_program(folder / "prefix/bin/dgx-music");
  const auto built = plant_program(folder / "build/bin/dgx-music");
  CHECK(program_for(folder / "prefix/lib/lv2/dgx-music.lv2") == installed);
  CHECK(program_for(folder / "build/lv2/dgx-music.lv2") == built);
  fs::create_directories(folder / "home/.lv2/dgx-music.lv2");
  const auto of_account = plant_program(folder / "home/.local/bin/dgx-music");
  CHECK(program_for(folder / "home/.lv2/dgx-music.lv2") == of_account);
  fs::create_directory_symlink(folder / "prefix/lib/lv2/dgx-music.lv2", folder / "link");
  CHECK(program_for(folder / "link") == installed);
}

TEST_CASE("DGX_MUSIC_BIN comes first, and PATH last", "[plugin]") {
  const TempDir folder;
  const auto built = plant_program(folder / "build/bin/dgx-music");
  const auto elsewhere = plant_program(folder / "elsewhere/dgx-music");
  ::setenv("PATH", (folder / "elsewhere").c_str(), 1);
  fs::create_directories(folder / "build/lv2/dgx-music.lv2");
  CHECK(program_for(folder / "nowhere") == folder / "elsewhere" / "dgx-music");
  CHECK(program_for(folder / "build/lv2/dgx-music.lv2") == built);
  ::setenv("DGX_MUSIC_BIN", "/named", 1);
  CHECK(program_for(folder / "build/lv2/dgx-music.lv2") == "/named");
  ::unsetenv("DGX_MUSIC_BIN");
}
