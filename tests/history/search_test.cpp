// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <limits>
#include <tuple>

#include "generator/base/philox.hpp"
#include "generator/base/ulid.hpp"
#include "tests/history/history_fixture.hpp"
#include "tests/support/torn_vfs.hpp"

using namespace std::string_literals;
using dgx::ErrorCode;
using dgx::history::HistoryQuery;
using dgx::history::HistoryStore;
using dgx::history::OpenMode;
using dgx::protocol::Job;
using dgx::protocol::JobStatus;
using dgx::protocol::Take;
using dgx::test::add_completed_job;
using dgx::test::make_job;
using dgx::test::open_store;
using dgx::test::TempDir;

namespace {

std::string repeated(const std::string& text, int count) {
  std::string result;
  for (int i = 0; i < count; ++i) result += text;
  return result;
}

// Prompts that pass validation and are made to hurt.
const std::vector<std::string> kHostilePrompts = {
    R"(he said "quote" and 'apostrophe')",
    "'; DROP TABLE generations; --",
    "\"; DELETE FROM jobs; --",
    "{}%s%n%p {0} ${HOME} `id` $(id)",
    "\u202Eright to left\u202C and \u200Fmarks",
    "drums 🥁 and 🎹 keys 👩‍🎤",
    "NEAR(piano drums, 5) AND OR NOT",
    "prompt: piano ^first -minus +plus col:term *",
    "generations_fts MATCH 'x'",
    R"({"prompt":"\u0000","a":[1e309]})",
    "zwölf Boxkämpfer jagen Viktor",
    "Ça déjà vu café",
    "爵士鼓与电钢琴 サックス ベース",
    repeated("楽", 1000),
    repeated("a b ", 250),
    "𠮷野家 🀄",
    "a\u0301 e\u0308 combining",
    "%_%like\\escape_",
    "../../etc/passwd\\..\\x",
    "non\u00A0breaking\u2003space",
};

std::int64_t hits(HistoryStore& store, const std::string& text) {
  const auto page = store.page({.text = text});
  REQUIRE_OK(page);
  return page->total;
}

std::vector<std::string> ids_of(const std::vector<Take>& takes) {
  std::vector<std::string> ids;
  for (const Take& take : takes) ids.push_back(take.id);
  return ids;
}

}  // namespace

TEST_CASE("Every prompt that validation lets through comes back byte for byte, and is found",
          "[history]") {
  const dgx::test::TornVfs without_fsync;
  const TempDir temp;
  {
    HistoryStore store = open_store(temp / "history.db");
    for (const std::string& prompt : kHostilePrompts) add_completed_job(store, prompt);
  }
  HistoryStore store = open_store(temp / "history.db");
  for (const std::string& prompt : kHostilePrompts) {
    CAPTURE(prompt);
    const auto page = store.page({.text = prompt});
    REQUIRE_OK(page);
    REQUIRE(page->total >= 1);
    const auto& takes = page->takes;
    const auto same = [&prompt](const Take& take) { return take.prompt == prompt; };
    const auto found = std::find_if(takes.begin(), takes.end(), same);
    REQUIRE(found != takes.end());
    const auto job = store.find_job(found->job_id);
    REQUIRE_OK(job);
    CHECK(job->request.prompt == prompt);
  }
  const auto prompts = store.most_used_prompts(100);
  REQUIRE_OK(prompts);
  CHECK(prompts->size() == kHostilePrompts.size());
  for (const auto& prompt : *prompts) {
    CHECK(std::count(kHostilePrompts.begin(), kHostilePrompts.end(), prompt.text) == 1);
  }
  REQUIRE_OK(store.check_integrity());
}

TEST_CASE("Nothing in a search is syntax", "[history]") {
  const TempDir temp;
  HistoryStore store = open_store(temp / "history.db");
  add_completed_job(store, "warm piano and dusty drums");
  for (const std::string& text : {"\""s,
                                  "\"\""s,
                                  "\"piano"s,
                                  "piano\""s,
                                  "*"s,
                                  "pi*ano"s,
                                  "NEAR(piano drums)"s,
                                  "-piano"s,
                                  "piano -drums"s,
                                  "NOT piano"s,
                                  "piano OR zither"s,
                                  "prompt:piano"s,
                                  "^warm"s,
                                  "("s,
                                  ")"s,
                                  "{prompt} : warm"s,
                                  "piano + drums"s,
                                  "'"s,
                                  "%"s,
                                  "\\"s,
                                  "piano\0drums"s,
                                  "\x01\x7F"s,
                                  "🎹"s,
                                  repeated("(", 5000),
                                  repeated("\" ", 2000),
                                  repeated("piano ", 1000)}) {
    CAPTURE(text);
    const auto page = store.page({.text = text});
    REQUIRE_OK(page);
    CHECK(page->total <= 1);
  }
  // What looks like an operator is a word that has to be there, too.
  CHECK(hits(store, "piano OR zither") == 0);
  CHECK(hits(store, "piano NOT drums") == 0);
  CHECK(hits(store, "-piano") == 1);
  CHECK(hits(store, "pia* \"dru") == 1);
}

TEST_CASE("A search wants every word, as the beginning of one in the prompt", "[history]") {
  const TempDir temp;
  HistoryStore store = open_store(temp / "history.db");
  add_completed_job(store, "Lo-fi hip hop, dusty DRUMS, C minor");
  add_completed_job(store, "Déjà vu: drum and bass à 174 BPM");
  CHECK(hits(store, "drum") == 2);
  CHECK(hits(store, "drums") == 1);
  CHECK(hits(store, "rum") == 0);
  CHECK(hits(store, "DUSTY hop") == 1);
  CHECK(hits(store, "dusty bass") == 0);
  CHECK(hits(store, "lo-fi") == 1);
  CHECK(hits(store, "c") == 1);
  CHECK(hits(store, "mi") == 1);
  CHECK(hits(store, "deja") == 1);
  CHECK(hits(store, "DÉJÀ") == 1);
  CHECK(hits(store, "174") == 1);
  CHECK(hits(store, "  \t drum \n ") == 2);
  CHECK(hits(store, "") == 2);
  CHECK(hits(store, "   ") == 2);
  CHECK(hits(store, "zither") == 0);
}

TEST_CASE("Words of scripts without spaces are found anywhere in a sentence", "[history]") {
  const TempDir temp;
  HistoryStore store = open_store(temp / "history.db");
  add_completed_job(store, "温かい爵士鼓とベース");
  add_completed_job(store, "鼓爵士");
  CHECK(hits(store, "爵士鼓") == 1);
  CHECK(hits(store, "士鼓") == 1);
  CHECK(hits(store, "鼓") == 2);
  CHECK(hits(store, "ベース") == 1);
  CHECK(hits(store, "鼓 ベ") == 1);
  CHECK(hits(store, "琴") == 0);
  add_completed_job(store, "808鼓C調");
  CHECK(hits(store, "鼓") == 3);
  CHECK(hits(store, "808") == 1);
  CHECK(hits(store, "c") == 1);
}

TEST_CASE("Pages are the newest first, exact, and never overlap", "[history]") {
  const dgx::test::TornVfs without_fsync;
  const TempDir temp;
  HistoryStore store = open_store(temp / "history.db");
  struct Row {
    std::string created_at;
    std::string id;
    bool favourite;
    bool completed;
    bool piano;
  };
  std::vector<Row> rows;
  dgx::RandomStream random(11, 0);
  for (int i = 0; i < 90; ++i) {
    // Few different times, not in order, so that the id has to decide often.
    const std::string time = "2026-11-21T10:00:0" + std::to_string(random.below(8)) + ".000Z";
    const bool piano = random.chance(0.5);
    const std::string prompt = piano ? "warm piano" : "cold organ";
    Job job = make_job(prompt, 1 + static_cast<int>(random.below(4)), time);
    // Ids that do not follow the order in which they come.
    for (std::string& id : job.take_ids) std::reverse(id.begin() + 8, id.end());
    REQUIRE_OK(store.add_job(job));
    const bool completed = random.chance(0.5);
    if (completed) {
      REQUIRE_OK(store.begin_job(job.id));
      for (const auto& id : job.take_ids) {
        REQUIRE_OK(store.complete_take(dgx::test::make_completed(id)));
      }
    }
    for (const auto& id : job.take_ids) {
      const bool favourite = random.chance(0.3);
      if (favourite) REQUIRE_OK(store.set_favourite(id, true));
      rows.push_back({time, id, favourite, completed, piano});
    }
  }
  std::sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) {
    return std::tie(a.created_at, a.id) > std::tie(b.created_at, b.id);
  });
  for (int form = 0; form < 8; ++form) {
    HistoryQuery query;
    query.favourites_only = (form & 1) != 0;
    query.completed_only = (form & 2) != 0;
    query.text = (form & 4) != 0 ? "pia" : "";
    std::vector<std::string> expected;
    for (const Row& row : rows) {
      if (query.favourites_only && !row.favourite) continue;
      if (query.completed_only && !row.completed) continue;
      if (!query.text.empty() && !row.piano) continue;
      expected.push_back(row.id);
    }
    REQUIRE(expected.size() > 10);
    for (const std::int64_t size : {1, 7, 10, 200}) {
      CAPTURE(form, size);
      query.page_size = size;
      std::vector<std::string> read;
      const auto count = static_cast<std::int64_t>(expected.size());
      for (query.page = 1; query.page <= (count + size - 1) / size; ++query.page) {
        const auto page = store.page(query);
        REQUIRE_OK(page);
        REQUIRE(page->total == count);
        REQUIRE(page->page == query.page);
        REQUIRE(page->page_size == size);
        for (auto& id : ids_of(page->takes)) read.push_back(std::move(id));
      }
      CHECK(read == expected);
      for (const std::int64_t beyond : {query.page, std::numeric_limits<std::int64_t>::max()}) {
        query.page = beyond;
        const auto page = store.page(query);
        REQUIRE_OK(page);
        CHECK(page->takes.empty());
        CHECK(page->total == count);
      }
    }
  }
}

TEST_CASE("A page out of range is refused with the field and the range", "[history]") {
  const TempDir temp;
  HistoryStore store = open_store(temp / "history.db");
  const auto refusal = [&store](const HistoryQuery& query) {
    const auto page = store.page(query);
    REQUIRE_FALSE(page);
    CHECK(page.error().code == ErrorCode::kInvalidArgument);
    return page.error();
  };
  CHECK(refusal({.page = 0}).message == "page must be 1 or more, got 0");
  CHECK(refusal({.page_size = 0}).field == "page_size");
  CHECK(refusal({.page_size = 201}).message == "page_size must be 1 to 200, got 201");
  CHECK(refusal({.text = "caf\xE9"}).message == "the text to search for is not UTF-8");
}

TEST_CASE("A take is found by its id or by the end of it", "[history]") {
  const TempDir temp;
  HistoryStore store = open_store(temp / "history.db");
  Job job = make_job("one", 4);
  job.take_ids = {"01JD0000000000000000A1B2C3", "01JD0000000000000000Z9B2C3",
                  "01JD00000000000000000QX7K9", "PREFIX-01JD00000000000000000QX7K9"};
  REQUIRE_OK(store.add_job(job));
  // A whole id is meant even where a longer one ends with it.
  for (const std::string& name : {"01JD00000000000000000QX7K9"s, "01jd00000000000000000qx7k9"s}) {
    CAPTURE(name);
    const auto take = store.find_take(name);
    REQUIRE_OK(take);
    CHECK(take->id == job.take_ids[2]);
  }
  for (const std::string& name : {"a1b2c3"s, "A1B2C3"s, "0a1b2C3"s}) {
    CHECK(store.find_take(name)->id == job.take_ids[0]);
  }
  const auto several = store.find_take("b2c3");
  REQUIRE_FALSE(several);
  CHECK(several.error().code == ErrorCode::kConflict);
  CHECK(several.error().message.find(job.take_ids[0]) != std::string::npos);
  CHECK(several.error().message.find(job.take_ids[1]) != std::string::npos);
  for (const std::string& name : {""s, "7K9"s, "AAAA"s, "%7K9"s, "____"s, "01JD0000000000000000"s,
                                  "'; --"s, "X01JD00000000000000000QX7K9"s, "\xFF\xFE\xFF\xFE"s}) {
    CAPTURE(name);
    const auto take = store.find_take(name);
    REQUIRE_FALSE(take);
    CHECK(take.error().code == ErrorCode::kNotFound);
  }
}

TEST_CASE("A favourite stays one until it is taken back", "[history]") {
  const TempDir temp;
  {
    HistoryStore store = open_store(temp / "history.db");
    const Job job = add_completed_job(store, "one", 2);
    REQUIRE_OK(store.set_favourite(job.take_ids[0], true));
    REQUIRE_OK(store.set_favourite(job.take_ids[1], true));
    REQUIRE_OK(store.set_favourite(job.take_ids[1], false));
    CHECK(store.set_favourite(dgx::new_ulid(), true).error().code == ErrorCode::kNotFound);
  }
  HistoryStore store = open_store(temp / "history.db", OpenMode::kReadOnly);
  const auto page = store.page({.favourites_only = true});
  REQUIRE_OK(page);
  CHECK(page->total == 1);
  CHECK(page->takes.at(0).favourite);
}
