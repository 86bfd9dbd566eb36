// SPDX-License-Identifier: Apache-2.0
#include "ui/model/prompt_model.hpp"

#include "tests/support/catch.hpp"

using namespace dgx;
using namespace dgx::ui;

namespace {

PromptModel with_text(const std::string& text) {
  PromptModel prompt;
  prompt.text = text;
  return prompt;
}

HostFacts session() {
  HostFacts host;
  host.bpm = 122.5;
  host.time_signature = "6/8";
  host.sample_rate = 44100;
  return host;
}

}  // namespace

TEST_CASE("A chip's word is added to the prompt and taken out of it again", "[ui]") {
  PromptModel prompt;
  prompt.toggle_word("house");
  CHECK(prompt.text == "house");
  prompt.toggle_word("warm");
  CHECK(prompt.text == "house, warm");
  prompt.toggle_word("house");
  CHECK(prompt.text == "warm");
  prompt.toggle_word("warm");
  CHECK(prompt.text.empty());
}

TEST_CASE("A word counts only where it stands by itself, in any case", "[ui]") {
  CHECK(with_text("Deep House at dusk").has_word("house"));
  CHECK(with_text("drum and bass, fast").has_word("drum and bass"));
  CHECK_FALSE(with_text("housewarming").has_word("house"));
  CHECK_FALSE(with_text("warmth").has_word("warm"));
  CHECK_FALSE(with_text("lo-fi").has_word("fi"));
  CHECK_FALSE(with_text("warm\xC3\xA9").has_word("warm"));
  CHECK(with_text("warmth, warm").has_word("warm"));
}

TEST_CASE("A word that is taken out leaves the rest as it was written", "[ui]") {
  struct Case {
    const char* before;
    const char* after;
  };
  const Case one = GENERATE(Case{"a warm pad", "a pad"}, Case{"warm, slow pad", "slow pad"},
                            Case{"slow pad, warm", "slow pad"}, Case{"Warm", ""},
                            Case{"slow, warm, wide", "slow, wide"});
  PromptModel prompt = with_text(one.before);
  prompt.toggle_word("warm");
  CHECK(prompt.text == one.after);
}

TEST_CASE("The session gives tempo, meter and rate of a request", "[ui]") {
  PromptModel prompt = with_text("slow pad");
  const auto request = prompt.request(session(), false);
  REQUIRE_OK(request);
  CHECK(request->bpm == 122.5);
  CHECK(request->time_signature == "6/8");
  CHECK(request->sample_rate == 44100);
  CHECK(request->bars == 8);
  CHECK_FALSE(request->duration);
  CHECK_FALSE(request->seed);
  CHECK_FALSE(request->temperature);
}

TEST_CASE("What a person sets wins over the session", "[ui]") {
  PromptModel prompt = with_text("slow pad");
  SECTION("an own tempo") {
    prompt.tempo = TempoSource::kOwn;
    prompt.own_bpm = 90;
    CHECK(prompt.request(session(), false)->bpm == 90.0);
  }
  SECTION("the prompt's tempo and meter") {
    prompt.tempo = TempoSource::kPrompt;
    CHECK_FALSE(prompt.request(session(), false)->bpm);
    CHECK_FALSE(prompt.request(session(), false)->time_signature);
  }
  SECTION("seconds") {
    prompt.unit = LengthUnit::kSeconds;
    prompt.seconds = 20;
    CHECK(prompt.request(session(), false)->duration == 20.0);
    CHECK_FALSE(prompt.request(session(), false)->bars);
  }
  SECTION("a locked seed") {
    prompt.seed_locked = true;
    prompt.seed = 42;
    CHECK(prompt.request(session(), false)->seed == 42);
  }
  SECTION("sampling, of a model that samples") {
    prompt.top_k = 10;
    CHECK(prompt.request(session(), true)->top_k == 10);
  }
}

TEST_CASE("What cannot be asked for is named before anything is sent", "[ui]") {
  CHECK(with_text("").request(session(), false).error().field == "prompt");
  CHECK(with_text(std::string(1001, 'x')).request(session(), false).error().field == "prompt");
  PromptModel prompt = with_text("slow pad");
  prompt.seconds = 900;
  prompt.unit = LengthUnit::kSeconds;
  CHECK(prompt.request({}, false).error().message == "duration must be 1 to 300 seconds, got 900");
}

TEST_CASE("Characters are counted, not bytes", "[ui]") {
  CHECK(with_text("\xC3\xA4\xD1\x82 \xF0\x9F\x8E\xB5").character_count() == 4);
}

TEST_CASE("Earlier prompts come back in turn, and after them what was being written", "[ui]") {
  PromptModel prompt;
  prompt.remember("first");
  prompt.remember("second");
  prompt.remember("first");
  CHECK(prompt.earlier() == std::vector<std::string>{"first", "second"});
  prompt.text = "draft";
  CHECK_FALSE(prompt.recall_newer());
  CHECK(prompt.recall_older());
  CHECK(prompt.text == "first");
  CHECK(prompt.recall_older());
  CHECK(prompt.text == "second");
  CHECK_FALSE(prompt.recall_older());
  CHECK(prompt.recall_newer());
  CHECK(prompt.recall_newer());
  CHECK(prompt.text == "draft");
}

TEST_CASE("A take's request is recalled with all that was asked for", "[ui]") {
  PromptModel made = with_text("slow pad");
  made.tempo = TempoSource::kOwn;
  made.own_bpm = 77;
  made.key = "F#m";
  made.seed_locked = true;
  made.seed = 9;
  made.loop = true;
  made.bars = 4;
  const auto request = made.request({}, false);
  REQUIRE_OK(request);
  PromptModel recalled;
  recalled.recall(*request);
  CHECK(*recalled.request({}, false) == *request);
}
