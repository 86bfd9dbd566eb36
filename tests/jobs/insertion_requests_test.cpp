// SPDX-License-Identifier: Apache-2.0
// What can be asked of the desk: which session, which take, and once.
#include <unistd.h>

#include "tests/jobs/insertion_studio.hpp"

namespace fs = std::filesystem;
using namespace dgx::protocol;
using namespace dgx::test;
using dgx::ErrorCode;

TEST_CASE("A session is chosen by folder, file or name, and two are never guessed between",
          "[jobs]") {
  Studio studio;
  auto request = studio.request();
  CHECK(has(studio.refused(request).message, "no Ardour session is open"));
  ArdourSession song(studio.ardour, "song");
  request.session = "/music/other";
  const auto unknown = studio.refused(request);
  CHECK(unknown.field == "session");
  CHECK(has(unknown.message, "/music/other"));
  CHECK(has(unknown.message, "/music/song"));
  // Of two sessions that one Ardour had open, only the newer is.
  ArdourSession next(studio.ardour, "next");
  request.session = "song";
  CHECK(has(studio.refused(request).message, "\"song\" is not open"));
  // A second Ardour: any other process that runs.
  song.is_open_in(::getppid());
  request.session.reset();
  const auto two = studio.refused(request);
  CHECK(two.code == ErrorCode::kConflict);
  CHECK(has(two.message, "/music/next"));
  CHECK(has(two.message, "/music/song"));
  for (const char* session : {"song", "/music/song", "/music/song/", "/music/song/take 2.ardour"}) {
    CAPTURE(session);
    request.session = session;
    const auto added = studio.desk->add(request);
    REQUIRE_OK(added);
    CHECK(added->session == "/music/song");
  }
}

TEST_CASE("A take that is not there to be placed is refused by name", "[jobs]") {
  Studio studio;
  const ArdourSession session(studio.ardour, "song");
  auto request = studio.request();
  SECTION("unknown") {
    request.take_id = "01ARZ3NDEKTSV4RRFFQ69G5FAV";
    const auto error = studio.refused(request);
    CHECK(error.code == ErrorCode::kNotFound);
    CHECK(error.field == "take_id");
  }
  SECTION("in the trash") {
    REQUIRE_OK(studio.store.trash_take(studio.take_id));
    CHECK(has(studio.refused(request).message, "trash"));
  }
  SECTION("deleted from the disk") {
    fs::remove(studio.temp / "rain-a3f9.wav");
    CHECK(has(studio.refused(request).message, "rain-a3f9.wav is gone"));
  }
  SECTION("not made yet") {
    const Job job = dgx::test::make_job("rain");
    REQUIRE_OK(studio.store.add_job(job));
    request.take_id = job.take_ids[0];
    CHECK(has(studio.refused(request).message, "is pending"));
  }
}

TEST_CASE("A request that is sent again under its key places nothing again", "[jobs]") {
  Studio studio;
  ArdourSession session(studio.ardour, "song");
  auto request = studio.request();
  request.idempotency_key = "press 1";
  const auto first = studio.desk->add(request);
  REQUIRE_OK(first);
  session.place(3);
  REQUIRE_OK(studio.desk->look());
  const auto again = studio.desk->add(request);
  REQUIRE_OK(again);
  CHECK(again->insertion_id == first->insertion_id);
  CHECK(again->status == InsertionStatus::kDone);
  CHECK_FALSE(session.has("next.json"));
  request.at = "bar:2";
  CHECK(studio.desk->add(request).error().code == ErrorCode::kConflict);
}
