// SPDX-License-Identifier: Apache-2.0
// A model of random weights in the real folder format, as a new user would meet it.
#include <algorithm>
#include <filesystem>
#include <sstream>
#include <string>

#include "generator/client/generator_client.hpp"
#include "tests/integration/program.hpp"
#include "tests/integration/service.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/command.hpp"

using namespace dgx::test;

namespace {

void import_tiny(const Program& program) {
  const Outcome imported =
      program.run({"models", "import", DGX_SOURCE_DIR "/tests/golden/musicgen/mono", "--id", "tiny",
                   "--accept-licence"});
  INFO(imported.err);
  REQUIRE(imported.exit_code == 0);
}

/// The largest resident size that a child of the process had, in bytes.
double most_resident_of_children(pid_t parent) {
  double most = 0;
  std::istringstream children(run_command("pgrep -P " + std::to_string(parent)).output);
  for (std::string child; std::getline(children, child);) {
    std::istringstream status(read_file("/proc/" + child + "/status"));
    for (std::string line; std::getline(status, line);) {
      if (line.starts_with("VmHWM:")) most = std::max(most, std::stod(line.substr(6)) * 1024);
    }
  }
  return most;
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

TEST_CASE("The memory that a model is said to need is what its engine comes to", "[musicgen]") {
  const Program program;
  import_tiny(program);
  const Running service = start_service(program);
  REQUIRE(program.generate({"a plain tone", "--model", "tiny", "--duration", "2"}).size() == 1);
  const double taken = most_resident_of_children(service.pid());
  const auto list = client_of(program).models();
  REQUIRE_OK(list);
  REQUIRE(list->models.size() == 2);
  CHECK(list->models[0].identity.id == "tiny");
  CHECK(list->models[0].device == "cpu");
  CHECK(list->models[0].dtype == "int8");
  REQUIRE(list->models[0].memory_bytes.has_value());
  const auto told = static_cast<double>(*list->models[0].memory_bytes);
  // Nearly all of it is libtorch and the engine; weights and attention have tests of their own.
  CHECK(taken <= told);
  CHECK(taken >= 0.6 * told);
  CHECK(list->installable.size() == 10);
  CHECK(list->installable.back().licence == "CC-BY-NC-4.0");
}
