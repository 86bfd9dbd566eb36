// SPDX-License-Identifier: Apache-2.0
#include "generator/model/registry.hpp"

#include "tests/fake_engine/fake_model.hpp"
#include "tests/support/catch.hpp"

using dgx::model::ModelRegistry;
using dgx::model::MusicModel;

namespace {

dgx::Result<std::unique_ptr<MusicModel>> make_fake() {
  return std::unique_ptr<MusicModel>(std::make_unique<dgx::test::FakeModel>());
}

}  // namespace

TEST_CASE("A model is made once, when it is first asked for, and again after unload", "[engine]") {
  int made = 0;
  ModelRegistry registry;
  registry.add("fake", [&made] {
    ++made;
    return make_fake();
  });
  CHECK(made == 0);
  REQUIRE_OK(registry.find("fake"));
  CHECK(*registry.find("fake") == *registry.find("fake"));
  CHECK(made == 1);
  registry.unload();
  REQUIRE_OK(registry.find("fake"));
  CHECK(made == 2);
}

TEST_CASE("An unknown model is refused with those that there are", "[engine]") {
  ModelRegistry registry;
  registry.add("fake", make_fake);
  registry.add("other", make_fake);
  const auto model = registry.find("third");
  REQUIRE_FALSE(model);
  CHECK(model.error().code == dgx::ErrorCode::kNotFound);
  CHECK(model.error().message ==
        "model must be one of the installed models (fake, other), got third");
}

TEST_CASE("A model that cannot be made is listed with its reason", "[engine]") {
  ModelRegistry registry;
  registry.add("broken", [] {
    return dgx::Result<std::unique_ptr<MusicModel>>(
        dgx::Error{dgx::ErrorCode::kMissingDependency, "no soundfont"});
  });
  registry.add("fake", make_fake);
  const auto models = registry.describe();
  REQUIRE(models.models.size() == 1);
  REQUIRE(models.unavailable.size() == 1);
  CHECK(models.unavailable[0].id == "broken");
  CHECK(models.unavailable[0].error.message == "no soundfont");
}

TEST_CASE("Offers are asked for anew: what came is found, what stayed is kept, what went is gone",
          "[engine]") {
  int made = 0;
  const auto make = [&made] {
    ++made;
    return make_fake();
  };
  std::vector<ModelRegistry::Offer> offers = {{"old", "1", make}};
  ModelRegistry registry([&offers] { return offers; });
  const auto old = registry.find("old");
  REQUIRE_OK(old);

  offers = {{"new", "1", make}, {"old", "1", make}};
  CHECK(*registry.find("old") == *old);
  REQUIRE_OK(registry.find("new"));
  CHECK(made == 2);

  offers = {{"new", "2", make}};
  REQUIRE_OK(registry.find("new"));
  CHECK(made == 3);
  CHECK_FALSE(registry.find("old"));
  CHECK(registry.describe().models.size() == 1);
}
