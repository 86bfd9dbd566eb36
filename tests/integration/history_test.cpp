// SPDX-License-Identifier: Apache-2.0
// `dgx-music history` and `dgx-music show`: what was made is found again.
#include <filesystem>
#include <string>

#include "tests/integration/program.hpp"
#include "tests/integration/refusals.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/command.hpp"

using namespace dgx::test;
namespace fs = std::filesystem;
using Catch::Matchers::Contains;

namespace {

std::string output_of(const Program& program, const std::vector<std::string>& arguments) {
  const auto outcome = program.run(arguments);
  CHECK(outcome.exit_code == 0);
  CHECK(outcome.err.empty());
  return outcome.out;
}

}  // namespace

TEST_CASE("Where nothing was made yet, the history says how to begin", "[integration]") {
  Program program;
  CHECK_THAT(output_of(program, {"history"}), Contains("No takes yet: dgx-music generate"));
  CHECK_FALSE(fs::exists(program.data()));
}

TEST_CASE("What was made is found again, page by page and by its words", "[integration]") {
  Program program;
  program.use_fake_engine();
  for (const std::string prompt : {"a soft tone", "a plain tone", "a bright bell"}) {
    REQUIRE(program.generate({prompt, "--duration", "1"}).size() == 1);
  }
  CHECK_THAT(output_of(program, {"history"}),
             Contains("a bright bell") && Contains("3 takes, page 1 of 1"));
  CHECK_THAT(output_of(program, {"history", "--page-size", "2", "--page", "2"}),
             Contains("a soft tone") && !Contains("a plain tone") && Contains("page 2 of 2"));
  CHECK(output_of(program, {"history", "--page-size", "2", "--page", "3"}) ==
        "There is no page 3; the last is page 2.\n");
  CHECK_THAT(output_of(program, {"history", "ton plain"}),
             Contains("a plain tone") && Contains("1 take, page 1 of 1"));
  CHECK(output_of(program, {"history", "cello"}) == "No take matches.\n");
  CHECK(output_of(program, {"history", "--favourites"}) == "No take matches.\n");
}

TEST_CASE("A take is shown with its receipt, its waveform and a picture", "[integration]") {
  Program program;
  program.use_fake_engine();
  const auto receipt = program.generate({"a plain tone", "--duration", "1"}).front();
  const std::string end_of_id = receipt.take_id.substr(receipt.take_id.size() - 6);
  const fs::path picture = program.home() / "take.png";

  const std::string shown = output_of(program, {"show", end_of_id, "--png", picture.string()});
  CHECK_THAT(shown, Contains(receipt.file_path) && Contains("a plain tone") && Contains("LUFS") &&
                        Contains(receipt.model.licence) && Contains("⣿"));
  CHECK(run_command("ffprobe -v error -show_entries stream=codec_name,width,height -of csv=p=0 " +
                    picture.string())
            .output == "png,1600,900\n");

  const std::string before = read_file(picture);
  check_refused(program.run({"show", end_of_id, "--png", picture.string()}), {picture.string()});
  CHECK(read_file(picture) == before);
}

TEST_CASE("Of a take whose file is gone its receipt is left", "[integration]") {
  Program program;
  program.use_fake_engine();
  const auto receipt = program.generate({"a plain tone", "--duration", "1"}).front();
  fs::remove(receipt.file_path);
  const auto outcome = program.run({"show", receipt.take_id});
  CHECK(outcome.exit_code != 0);
  CHECK_THAT(outcome.out, Contains("a plain tone"));
  CHECK_THAT(outcome.err, Contains(receipt.file_path) && Contains("No such file"));
}
