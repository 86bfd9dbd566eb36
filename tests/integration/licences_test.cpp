// SPDX-License-Identifier: Apache-2.0
// `dgx-music licences`: from the name of a region to the model's licence.
#include <filesystem>
#include <utility>

#include "tests/integration/program.hpp"
#include "tests/support/catch.hpp"

using namespace dgx::test;
namespace fs = std::filesystem;

namespace {

constexpr const char* kNothing = "\t-\t-\t-\n";

dgx::protocol::Receipt one_take(Program& program) {
  program.use_fake_engine();
  auto receipts = program.generate({"a plain tone", "--duration", "1"});
  REQUIRE(receipts.size() == 1);
  return std::move(receipts.front());
}

std::string name_of(const dgx::protocol::Receipt& receipt) {
  return fs::path(receipt.file_path).stem().string();
}

std::string after_name(const dgx::protocol::Receipt& receipt) {
  return "\t" + receipt.model.id + "\t" + receipt.model.licence + "\t" + receipt.model.notice +
         "\n";
}

}  // namespace

TEST_CASE("A region's name tells its take's licence, whatever stands behind it", "[integration]") {
  Program program;
  const auto receipt = one_take(program);
  const std::string name = name_of(receipt);
  const std::string known = after_name(receipt);
  const auto outcome =
      program.run({"licences", "--", name, name + "-k2m0qx", name + "-k2m0qx.1", name + ".drums",
                   "-" + name, name.substr(0, name.size() - 1), "folder/" + name, "Guitar", ""});
  INFO(outcome.err);
  CHECK(outcome.exit_code == 0);
  CHECK(outcome.out == name + known + name + "-k2m0qx" + known + name + "-k2m0qx.1" + known + name +
                           ".drums" + known + "-" + name + kNothing +
                           name.substr(0, name.size() - 1) + kNothing + "folder/" + name +
                           kNothing + "Guitar" + kNothing + kNothing);
}

TEST_CASE("A session from another machine brings the receipts of its takes", "[integration]") {
  Program program;
  const auto receipt = one_take(program);
  const std::string name = name_of(receipt);
  const fs::path session = program.home() / "song";
  fs::create_directories(session / "dgx-music");
  fs::copy(program.takes(), session / "dgx-music/takes");
  write_file(session / "dgx-music/takes/Guitar.json", "{\"strings\":6}");
  program.end_services();
  fs::remove_all(program.data());
  CHECK(program.run({"licences", name}).out == name + kNothing);
  const auto outcome = program.run({"licences", "--session", session.string(), name, "Guitar"});
  CHECK(outcome.exit_code == 0);
  CHECK(outcome.out == name + after_name(receipt) + "Guitar" + kNothing);
  CHECK_FALSE(fs::exists(program.data()));
}
