// SPDX-License-Identifier: Apache-2.0
// A model of random weights in the real folder format, as a new user would meet it.
#include <filesystem>
#include <string>

#include "tests/integration/program.hpp"
#include "tests/integration/service.hpp"
#include "tests/support/catch.hpp"

using namespace dgx::test;

namespace {

void import_tiny(const Program& program) {
  const Outcome imported =
      program.run({"models", "import", DGX_SOURCE_DIR "/tests/golden/musicgen/mono", "--id", "tiny",
                   "--accept-licence"});
  INFO(imported.err);
  REQUIRE(imported.exit_code == 0);
}

}  // namespace

TEST_CASE("A model is imported, used by generate, and removed", "[musicgen]") {
  const Program program;
  import_tiny(program);
  CHECK(program.run({"models", "verify", "tiny"}).exit_code == 0);
  CHECK(program.run({"models", "list", "--json"}).out.find(R"("default":"tiny")") !=
        std::string::npos);

  const auto receipts =
      program.generate({"a plain tone", "--model", "tiny", "--duration", "1", "--seed", "7"});
  REQUIRE(receipts.size() == 1);
  CHECK(receipts[0].model.id == "tiny");
  CHECK(receipts[0].model.licence == "CC-BY-NC-4.0");
  CHECK(program.run({"models", "info", "tiny", "--json"}).out.find(receipts[0].model.sha256) !=
        std::string::npos);

  CHECK(program.run({"models", "remove", "tiny", "--yes"}).exit_code == 0);
  const Outcome after = program.run({"generate", "a plain tone", "--model", "tiny"});
  CHECK(after.exit_code == 2);
  CHECK(std::filesystem::exists(receipts[0].file_path));
}

TEST_CASE("A service finds a model that is installed while it runs, and misses a removed one",
          "[musicgen]") {
  const Program program;
  const Running service = start_service(program);
  CHECK(program.generate({"warm lofi", "--duration", "1"})[0].model.id == "sketch");
  import_tiny(program);
  CHECK(program.generate({"a plain tone", "--duration", "1"})[0].model.id == "tiny");
  REQUIRE(program.run({"models", "remove", "tiny", "--yes"}).exit_code == 0);
  CHECK(program.generate({"warm lofi", "--duration", "1"})[0].model.id == "sketch");
  CHECK(program.run({"generate", "a plain tone", "--model", "tiny"}).exit_code == 2);
}
