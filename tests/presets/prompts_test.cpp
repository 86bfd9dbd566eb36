// SPDX-License-Identifier: Apache-2.0
#include <toml++/toml.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "generator/protocol/request.hpp"
#include "generator/protocol/validation.hpp"
#include "tests/support/catch.hpp"

namespace {

struct Prompt {
  std::string name;
  std::string genre;
  std::string mood;
  std::string text;
};

std::vector<Prompt> read_prompts() {
  const toml::table table = toml::parse_file(DGX_SOURCE_DIR "/presets/prompts.toml");
  REQUIRE(table.size() == 1);
  std::vector<Prompt> prompts;
  for (const toml::node& node : *table["prompt"].as_array()) {
    const toml::table& entry = *node.as_table();
    CHECK(entry.size() == 4);
    const auto text = [&entry](const char* key) {
      return entry[key].value<std::string>().value_or("");
    };
    prompts.push_back({text("name"), text("genre"), text("mood"), text("text")});
  }
  return prompts;
}

}  // namespace

TEST_CASE("Each prompt preset is whole, has a name of its own and can be asked for", "[presets]") {
  std::set<std::string> names;
  std::set<std::string> texts;
  for (const Prompt& prompt : read_prompts()) {
    CAPTURE(prompt.name);
    CHECK_FALSE(prompt.genre.empty());
    CHECK_FALSE(prompt.mood.empty());
    CHECK(names.insert(prompt.name).second);
    CHECK(texts.insert(prompt.text).second);
    CHECK((!prompt.name.empty() && prompt.name.size() <= 32));
    dgx::protocol::GenerationRequest request;
    request.prompt = prompt.text;
    REQUIRE_OK(dgx::protocol::validate(request));
  }
}

TEST_CASE("There are at least forty prompt presets, hip-hop and electronic first", "[presets]") {
  const auto prompts = read_prompts();
  CHECK(prompts.size() >= 40);
  std::vector<std::string> order;
  std::map<std::string, int> count;
  for (const Prompt& prompt : prompts) {
    if (order.empty() || order.back() != prompt.genre) order.push_back(prompt.genre);
    ++count[prompt.genre];
  }
  REQUIRE(order.size() == count.size());  // Each genre in one piece
  CHECK(order[0] == "hip-hop");
  CHECK(order[1] == "electronic");
  CHECK(count["hip-hop"] >= 12);
  CHECK(count["electronic"] >= 12);
}
