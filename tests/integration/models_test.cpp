// SPDX-License-Identifier: Apache-2.0
// dgx-music models, as a person meets it.
#include <filesystem>
#include <string>

#include "tests/integration/program.hpp"
#include "tests/model/store/store_fixture.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/hub.hpp"
#include "tests/support/temp_dir.hpp"

using namespace dgx::test;

namespace {

namespace fs = std::filesystem;

bool says(const std::string& text, const std::string& words) {
  return text.find(words) != std::string::npos;
}

bool has_models(const Program& program) {
  const fs::path store = program.data() / "models";
  return fs::exists(store) && !fs::is_empty(store);
}

void check_refused(const Program& program, const std::vector<std::string>& arguments,
                   const std::string& words) {
  const Outcome outcome = program.run(arguments);
  INFO(outcome.err);
  CHECK(outcome.exit_code == 2);
  CHECK(says(outcome.err, words));
  CHECK_FALSE(has_models(program));
}

}  // namespace

TEST_CASE("A model is imported, listed, verified, described and removed", "[models]") {
  const Program program;
  const TempDir folder;
  write_model_folder(folder / "my-model");
  const Outcome imported =
      program.run({"models", "import", (folder / "my-model").string() + "/", "--accept-licence"});
  INFO(imported.err);
  REQUIRE(imported.exit_code == 0);
  CHECK(says(imported.err, "CC-BY-NC-4.0"));
  CHECK(says(imported.out, "my-model is installed"));

  const Outcome listed = program.run({"models", "list", "--json"});
  CHECK(listed.exit_code == 0);
  CHECK(says(listed.out, R"({"id":"my-model","state":"installed")"));
  CHECK(says(listed.out, R"("id":"sketch","state":"built-in")"));
  CHECK(says(listed.out, R"("id":"musicgen-large","state":"available")"));
  CHECK(says(program.run({"models", "list"}).out, "my-model"));

  CHECK(says(program.run({"models", "verify", "my-model"}).out, "is as it was installed"));
  const Outcome info = program.run({"models", "info", "my-model", "--json"});
  CHECK(info.exit_code == 0);
  CHECK(says(info.out, R"("licence":"CC-BY-NC-4.0")"));
  CHECK(says(info.out, R"("licence_accepted_at":"20)"));
  CHECK(says(info.out, R"("parameters":4,)"));

  check_refused(Program(), {"models", "remove", "my-model", "--yes"}, "is not installed");
  const Outcome asked = program.run({"models", "remove", "my-model"});
  CHECK(asked.exit_code == 2);
  CHECK(says(asked.err, "say --yes"));
  CHECK(program.run({"models", "remove", "my-model", "--yes"}).exit_code == 0);
  CHECK_FALSE(has_models(program));
  CHECK(fs::exists(folder / "my-model/model.safetensors"));
}

TEST_CASE("A changed byte is found, and tells which file", "[models]") {
  const Program program;
  const TempDir folder;
  write_model_folder(folder / "my-model");
  REQUIRE(program.run({"models", "import", (folder / "my-model").string(), "--licence", "MIT"})
              .exit_code == 0);
  const fs::path weights = program.data() / "models/my-model/model.safetensors";
  std::string bytes = one_tensor_file();
  bytes.back() = static_cast<char>(bytes.back() ^ 1);
  write_bytes(weights, bytes);
  const Outcome verified = program.run({"models", "verify", "my-model"});
  CHECK(verified.exit_code != 0);
  CHECK(says(verified.err, "model.safetensors must have the SHA-256"));
}

TEST_CASE("A model is pulled from the hub that the environment names", "[models]") {
  Program program;
  const TempDir folder;
  write_model_folder(folder / "hub");
  const Hub hub(folder / "hub", "good", folder / "log");
  program.environment["DGX_MUSIC_HUB_URL"] = hub.url();
  check_refused(program, {"models", "pull", "musicgen-small"}, "say --accept-licence");
  CHECK(hub.requests().empty());
  const Outcome pulled = program.run({"models", "pull", "musicgen-small", "--accept-licence"});
  INFO(pulled.err);
  CHECK(pulled.exit_code == 0);
  CHECK(says(pulled.err, "fetching model.safetensors"));
  CHECK(says(pulled.out, "musicgen-small is installed"));
  const Outcome info = program.run({"models", "info", "musicgen-small"});
  CHECK(says(info.out, "0123456789abcdef0123456789abcdef01234567"));
  CHECK(program.run({"models", "pull", "musicgen-small", "--accept-licence"}).exit_code == 2);
}

TEST_CASE("Ctrl-C leaves a part, says so, and the next pull is whole", "[models]") {
  Program program;
  const TempDir folder;
  write_model_folder(folder / "hub");
  {
    const Hub stalling(folder / "hub", "stalls", folder / "log");
    program.environment["DGX_MUSIC_HUB_URL"] = stalling.url();
    Running pull = program.start({"models", "pull", "musicgen-small", "--accept-licence"});
    REQUIRE(pull.wait_for_error("fetching model.safetensors"));
    pull.send(SIGINT);
    const Outcome stopped = pull.wait();
    INFO(stopped.err);
    CHECK(stopped.exit_code == 130);
    CHECK(says(stopped.err, "are kept, and pulling again goes on from there"));
  }
  CHECK(says(program.run({"models", "list", "--json"}).out,
             R"("id":"musicgen-small","state":"available")"));
  CHECK(program.run({"models", "remove", "musicgen-small", "--yes"}).exit_code == 0);
  const Hub hub(folder / "hub", "good", folder / "log");
  program.environment["DGX_MUSIC_HUB_URL"] = hub.url();
  CHECK(program.run({"models", "pull", "musicgen-small", "--accept-licence"}).exit_code == 0);
}

TEST_CASE("On a terminal the licence is shown and asked for", "[models]") {
  const Program program;
  const TempDir folder;
  write_model_folder(folder / "my-model");
  for (const bool agrees : {false, true}) {
    Running import =
        program.start_on_terminal({"models", "import", (folder / "my-model").string()}, 100);
    REQUIRE(import.wait_for_output("Accept? [y/N]"));
    import.type(agrees ? "y\n" : "\n");
    const Outcome outcome = import.wait();
    INFO(outcome.out);
    CHECK(says(outcome.out, "not for commercial use"));
    CHECK(outcome.exit_code == (agrees ? 0 : 130));
    CHECK(has_models(program) == agrees);
  }
}

TEST_CASE("Names that are no model's are refused", "[models]") {
  const Program program;
  check_refused(program, {"models", "pull", "musicgen-tiny", "--accept-licence"},
                "no model called musicgen-tiny can be pulled; there are musicgen-stereo-large");
  check_refused(program, {"models", "pull", "../musicgen-small", "--accept-licence"},
                "a model's id must be");
  check_refused(program, {"models", "remove", "../../takes", "--yes"}, "a model's id must be");
  check_refused(program, {"models", "remove", "sketch", "--yes"}, "sketch is built in");
  check_refused(program, {"models", "verify", "absent"}, "is not installed");
  check_refused(program, {"models", "info", "absent"}, "no model is called absent");
  check_refused(program, {"models", "import", "/nowhere", "--accept-licence"}, "/nowhere");
  check_refused(program, {"models"}, "a command is missing");
}
