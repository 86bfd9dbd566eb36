// SPDX-License-Identifier: Apache-2.0
#include "generator/model/store/installed_models.hpp"

#include <string>

#include "generator/model/store/catalogue.hpp"
#include "tests/model/store/store_fixture.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/command.hpp"
#include "tests/support/temp_dir.hpp"

using dgx::ErrorCode;
using dgx::model::find_installed_model;
using dgx::model::list_installed_models;
using dgx::model::ModelId;
using namespace dgx::test;

TEST_CASE("A model's id is a plain name and never a path", "[store]") {
  for (const char* good : {"musicgen-small", "a", "my_model.2", "7", "a..b"}) {
    CHECK(ModelId::parse(good).has_value());
  }
  for (const std::string& bad :
       {std::string(), std::string("."), std::string(".."), std::string("../a"), std::string("a/b"),
        std::string("/a"), std::string(".a"), std::string("-a"), std::string("A"),
        std::string("a b"), std::string("a\0b", 3), std::string("\xc3\xa4"), std::string(65, 'a'),
        std::string("sketch")}) {
    INFO(bad);
    const auto id = ModelId::parse(bad);
    REQUIRE_FALSE(id.has_value());
    CHECK(id.error().code == ErrorCode::kInvalidArgument);
  }
}

TEST_CASE("A store that was never used is empty", "[store]") {
  const TempDir data;
  const auto list = list_installed_models(data.path());
  REQUIRE_OK(list);
  CHECK(list->models.empty());
  CHECK(list->broken.empty());
  const auto missing = find_installed_model(data.path(), *ModelId::parse("musicgen-small"));
  REQUIRE_FALSE(missing.has_value());
  CHECK(missing.error().message == "musicgen-small is not installed; no model is, besides sketch");
}

TEST_CASE("Models are listed best first, and one's own last", "[store]") {
  const TempDir data;
  for (const char* id : {"zither", "musicgen-melody", "musicgen-small", "accordion",
                         "musicgen-large", "musicgen-stereo-small"}) {
    write_installed(data.path(), id);
  }
  std::filesystem::create_directories(data / "models/.pull-musicgen-medium-abc");
  const auto list = list_installed_models(data.path());
  REQUIRE_OK(list);
  std::vector<std::string> ids;
  for (const auto& model : list->models) ids.push_back(model.id.text());
  CHECK(ids == std::vector<std::string>{"musicgen-large", "musicgen-stereo-small", "musicgen-small",
                                        "musicgen-melody", "accordion", "zither"});
  CHECK(list->broken.empty());
}

TEST_CASE("A model tells folder, licence, notice and digest", "[store]") {
  const TempDir data;
  write_installed(data.path(), "musicgen-small");
  write_installed(data.path(), "mine", "MIT");
  const auto model = find_installed_model(data.path(), *ModelId::parse("musicgen-small"));
  REQUIRE_OK(model);
  CHECK(model->folder == data / "models/musicgen-small");
  CHECK(model->licence == "CC-BY-NC-4.0");
  CHECK_THAT(model->notice, Catch::Contains("not for commercial use"));
  CHECK_THAT(model->description, Catch::Contains("the quickest"));
  const auto judged = run_command("cd " + model->folder.string() +
                                  " && sha256sum config.json model.safetensors spiece.model | "
                                  "LC_ALL=C sort -k 2 | sha256sum");
  CHECK(judged.output.substr(0, 64) == model->sha256);
  const auto mine = find_installed_model(data.path(), *ModelId::parse("mine"));
  REQUIRE_OK(mine);
  CHECK(mine->licence == "MIT");
  CHECK(mine->notice.empty());
}

TEST_CASE("A folder with a bad manifest is listed as broken, with the reason", "[store]") {
  struct Case {
    const char* manifest;
    const char* words;
  };
  const auto [manifest, words] = GENERATE(
      Case{"", "not readable as JSON"}, Case{"[]", "expected a JSON object, got []"},
      Case{R"({"format":2,"id":"a"})", "must have the format 1, got 2"},
      Case{R"({"format":1,"id":"b"})", "must be of a, got \"b\""},
      Case{R"({"format":1,"id":7})", "id has the wrong type"},
      Case{R"({"format":1,"id":"a","files":[{"name":"../x","size":1,"sha256":"00"}]})", "../x"},
      Case{R"({"format":1,"id":"a","files":[{"name":"x","size":-1,"sha256":"00"}]})", "-1"});
  const TempDir data;
  write_installed(data.path(), "a");
  write_bytes(data / "models/a/dgx-music-model.json", manifest);
  const auto list = list_installed_models(data.path());
  REQUIRE_OK(list);
  CHECK(list->models.empty());
  REQUIRE(list->broken.size() == 1);
  CHECK(list->broken[0].name == "a");
  CHECK_THAT(list->broken[0].reason.message, Catch::Contains(words));
  CHECK_THAT(find_installed_model(data.path(), *ModelId::parse("a")).error().message,
             Catch::Contains("is installed but cannot be used") && Catch::Contains(words));
}

TEST_CASE("Every known model can be installed under its id", "[store]") {
  CHECK(dgx::model::known_models().size() == 10);
  for (const auto& known : dgx::model::known_models()) {
    CHECK(ModelId::parse(known.id).has_value());
    CHECK(dgx::model::find_known_model(known.id) == &known);
  }
  CHECK(dgx::model::find_known_model("musicgen") == nullptr);
}

TEST_CASE("The memory of a known model follows from its shapes", "[store]") {
  using dgx::model::memory_needed;
  // The largest resident size of the engine that made 30 s with musicgen-small's exact shapes, by
  // weights in 8 bits, was 1,637,117,952 bytes.
  const auto* small = dgx::model::find_known_model("musicgen-small");
  REQUIRE(small != nullptr);
  CHECK(static_cast<double>(memory_needed(*small, false).total()) ==
        Approx(1'637'117'952.0).epsilon(0.02));
  for (const auto& known : dgx::model::known_models()) {
    CAPTURE(known.id);
    const auto on_card = memory_needed(known, true);
    // 16 bits a number of the language model, 32 of the rest; the table of positions is computed.
    const std::uint64_t parameters = on_card.language_model / 2 + on_card.other_weights / 4;
    CHECK(static_cast<double>(parameters) ==
          Approx(static_cast<double>(known.parameters)).epsilon(0.01));
    const auto on_processor = memory_needed(known, false);
    CHECK(on_processor.language_model < 2 * on_card.language_model * 6 / 10);
    CHECK(on_processor.read_a_step < on_processor.language_model);
  }
}

TEST_CASE("What can be installed is told with licence, size and memory", "[store]") {
  const auto models = dgx::model::describe_known_models(false);
  REQUIRE(models.size() == dgx::model::known_models().size());
  for (const auto& model : models) {
    CHECK(model.licence == "CC-BY-NC-4.0");
    CHECK(model.download_bytes > 2'000'000'000);
    CHECK(model.memory_bytes > 1'000'000'000);
  }
}
