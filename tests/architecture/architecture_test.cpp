// SPDX-License-Identifier: Apache-2.0
#include <fstream>
#include <string>
#include <vector>

#include "tests/architecture/file_rules.hpp"
#include "tests/architecture/include_rules.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temp_dir.hpp"

using namespace dgx::test;

namespace {

constexpr const char* kSpdx = "// SPDX-License-Identifier: Apache-2.0\n";

void plant(const TempDir& tree, const std::string& name, const std::string& content) {
  const std::filesystem::path path = tree / name;
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path) << content;
}

std::string joined(const std::vector<std::string>& sentences) {
  std::string text;
  for (const std::string& sentence : sentences) text += "\n  " + sentence;
  return text;
}

}  // namespace

TEST_CASE("Every include of the project points the way it may", "[architecture]") {
  const std::vector<std::string> violations = check_includes(DGX_SOURCE_DIR);
  INFO(joined(violations));
  CHECK(violations.empty());
}

TEST_CASE("Every file keeps the rules for files", "[architecture]") {
  const std::vector<std::string> violations = check_files(DGX_SOURCE_DIR);
  INFO(joined(violations));
  CHECK(violations.empty());
}

TEST_CASE("The check reads the project, not an empty folder", "[architecture]") {
  CHECK(source_files(DGX_SOURCE_DIR).size() > 50);
}

TEST_CASE("An include that points the wrong way is found", "[architecture]") {
  struct Planted {
    std::string file;
    std::string line;
    std::string sentence;  ///< Empty where the include is fine
  };
  const Planted planted = GENERATE(
      Planted{"generator/engine/a.cpp", "#include \"generator/history/history_store.hpp\"",
              "generator/engine may not include generator/history/history_store.hpp"},
      Planted{"generator/engine/a.cpp", "#include \"generator/jobs/job_queue.hpp\"",
              "generator/engine may not include generator/jobs/job_queue.hpp"},
      Planted{"generator/protocol/a.cpp", "#include \"generator/audio/audio_clip.hpp\"",
              "generator/protocol may not include generator/audio/audio_clip.hpp"},
      Planted{"generator/jobs/a.cpp", "#include \"generator/model/sketch/sketch_model.hpp\"",
              "generator/jobs may not include generator/model/sketch/sketch_model.hpp"},
      Planted{"generator/base/a.hpp", "  #  include \"ui/panel/theme.hpp\"",
              "generator/base may not include ui/panel/theme.hpp"},
      Planted{"generator/jobs/a.cpp", "#include <sqlite3.h>",
              "generator/jobs may not include <sqlite3.h>"},
      Planted{"generator/audio/a.cpp", "#include <boost/json.hpp>",
              "generator/audio may not include <boost/json.hpp>"},
      Planted{"generator/engine/a.cpp", "#include <torch/script.h>",
              "generator/engine may not include <torch/script.h>"},
      Planted{"generator/audio/a.cpp", "#include \"wav_writer.hpp\"",
              "not a header of the project written from the top of the tree"},
      Planted{"generator/utils/a.cpp", "#include <vector>",
              "generator/utils/a.cpp is in a folder without a row"},
      Planted{"tests/audio/a_test.cpp", "#include \"generator/audio/wav_writer.cpp\"",
              "includes the implementation generator/audio/wav_writer.cpp"},
      Planted{"generator/jobs/a.cpp", "#include \"generator/history/history_store.hpp\"", ""},
      Planted{"generator/model/sketch/a.cpp", "#include \"generator/model/music_model.hpp\"", ""},
      Planted{"generator/audio/a.cpp", "#include <soxr.h>", ""},
      Planted{"generator/audio/a.cpp", "// #include <sqlite3.h>", ""});
  const TempDir tree;
  plant(tree, planted.file, kSpdx + planted.line + "\n");

  const std::vector<std::string> violations = check_includes(tree.path());

  INFO(planted.file << " with " << planted.line << joined(violations));
  if (planted.sentence.empty()) {
    CHECK(violations.empty());
  } else {
    REQUIRE(violations.size() == 1);
    CHECK_THAT(violations[0], Catch::Matchers::Contains(planted.sentence));
  }
}

TEST_CASE("A package that is seen through another folder's header is found", "[architecture]") {
  const TempDir tree;
  plant(tree, "generator/history/sqlite.hpp", "#include <sqlite3.h>\n");
  plant(tree, "generator/history/history_store.hpp", "#include \"generator/history/sqlite.hpp\"\n");
  plant(tree, "generator/jobs/job_queue.cpp",
        "\n#include \"generator/history/history_store.hpp\"\n");

  const std::vector<std::string> violations = check_includes(tree.path());

  REQUIRE(violations.size() == 1);
  CHECK(violations[0] ==
        "generator/jobs/job_queue.cpp:2: generator/jobs sees sqlite3.h through "
        "generator/history/history_store.hpp");
}

TEST_CASE("A file that breaks a rule for files is found", "[architecture]") {
  const TempDir tree;
  std::string sentence;
  SECTION("code without its SPDX line") {
    plant(tree, "generator/base/a.cpp", "// A file\n");
    sentence = "generator/base/a.cpp does not begin with its SPDX line";
  }
  SECTION("a script without its SPDX line") {
    plant(tree, "scripts/a", "#!/usr/bin/env bash\necho\n");
    sentence = "scripts/a does not begin with its SPDX line";
  }
  SECTION("a very long file") {
    plant(tree, "generator/base/a.cpp", kSpdx + std::string(600, '\n'));
    sentence = "generator/base/a.cpp has 601 lines";
  }
  SECTION("a path of one machine") {
    plant(tree, "docs/a.md", "See `" + tree.path().string() + "/docs`.\n");
    sentence = "docs/a.md names " + tree.path().string() + "/";
  }
  SECTION("a folder without tests") {
    plant(tree, "generator/audio/CMakeLists.txt", "# SPDX-License-Identifier: Apache-2.0\n");
    sentence = "generator/audio has no tests in tests/audio";
  }

  const std::vector<std::string> violations = check_files(tree.path());

  INFO(joined(violations));
  REQUIRE(violations.size() == 1);
  CHECK_THAT(violations[0], Catch::Matchers::Contains(sentence));
}

TEST_CASE("A tree that keeps all rules is left alone", "[architecture]") {
  const TempDir tree;
  plant(tree, "generator/audio/CMakeLists.txt", "# SPDX-License-Identifier: Apache-2.0\n");
  plant(tree, "generator/audio/a.cpp", kSpdx + std::string(599, '\n'));
  plant(tree, "tests/audio/a_test.cpp", kSpdx);
  plant(tree, "scripts/run", "#!/usr/bin/env bash\n# SPDX-License-Identifier: Apache-2.0\n");
  // In two halves, so that this file does not name what is looked for.
  const std::string folder = "/wo" + std::string("rk/a");
  plant(tree, "docs/a.md", "Run ${HOME}" + folder + " and .." + folder + ".\n");
  plant(tree, "build/generator/a.cpp", "no line\n");

  const std::vector<std::string> violations = check_files(tree.path());

  INFO(joined(violations));
  CHECK(violations.empty());
}
