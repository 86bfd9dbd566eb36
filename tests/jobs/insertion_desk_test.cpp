// SPDX-License-Identifier: Apache-2.0
// The fate of an insertion: posted, claimed, placed, given up, and taken up by the next service.
#include "generator/jobs/insertion_desk.hpp"

#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/jobs/insertion_studio.hpp"

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using namespace dgx::protocol;
using namespace dgx::test;
using dgx::ErrorCode;

namespace {

pid_t ended_process() {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(0);
  ::waitpid(child, nullptr, 0);
  return child;
}

}  // namespace

TEST_CASE("A take is posted for the one open session, and its fate comes back", "[jobs]") {
  Studio studio;
  ArdourSession session(studio.ardour, "song");
  const auto added = studio.added();
  CHECK(added.status == InsertionStatus::kWaiting);
  CHECK(added.session == "/music/song");
  const auto order = session.posted();
  CHECK(order.insertion_id == added.insertion_id);
  CHECK(order.name == "rain-a3f9");
  CHECK(order.at == "playhead");
  CHECK(order.path == (session.folder() / ("rain-a3f9-" + order.tag + ".wav")).string());
  CHECK(fs::read_symlink(order.path) == studio.temp / "rain-a3f9.wav");

  session.claim();
  CHECK(studio.looked_at(added.insertion_id).status == InsertionStatus::kClaimed);
  session.finish(added.insertion_id, {added.insertion_id, {}, "rain", "Audio 1", 96'000, 4800});
  const auto done = studio.looked_at(added.insertion_id);
  CHECK(done.status == InsertionStatus::kDone);
  CHECK(done.sample == 96'000);
  CHECK(done.length == 4800);
  CHECK(done.region == "rain");
  CHECK(done.placed_track == "Audio 1");
  CHECK(done.ended_at.has_value());
  CHECK(studio.events() ==
        std::vector<std::string>{"insertion_waiting", "insertion_claimed", "insertion_done"});
  // Nothing is left over, and nobody has to look again.
  CHECK_FALSE(session.has("done-" + added.insertion_id + ".json"));
  CHECK_FALSE(fs::exists(fs::symlink_status(order.path)));
  CHECK_FALSE(studio.desk->look()->again.has_value());
}

TEST_CASE("What the hook refuses is told in its words", "[jobs]") {
  Studio studio;
  ArdourSession session(studio.ardour, "song");
  const auto added = studio.added();
  const std::string id = session.claim();
  InsertionOutcome outcome;
  outcome.insertion_id = id;
  outcome.message = "no audio track is selected";
  session.finish(id, outcome);
  const auto failed = studio.looked_at(id);
  CHECK(failed.status == InsertionStatus::kFailed);
  CHECK(failed.message == "no audio track is selected");
  CHECK_FALSE(failed.sample.has_value());
}

TEST_CASE("One insertion a session is posted at a time, in order", "[jobs]") {
  Studio studio;
  ArdourSession session(studio.ardour, "song");
  const auto first = studio.added();
  const auto second = studio.added();
  studio.place(session, first.insertion_id, 0);
  studio.place(session, second.insertion_id, 10);
}

TEST_CASE("What nobody takes within the time fails with the reason", "[jobs]") {
  Studio studio;
  ArdourSession session(studio.ardour, "song");
  const auto added = studio.added();
  std::string reason;
  SECTION("a dialog, as far as anybody can tell") {
    reason = "did not take it within 10 s";
  }
  SECTION("Ardour is recording") {
    session.facts.recording = true;
    reason = "is recording";
  }
  SECTION("it is switched off") {
    session.facts.placing_is_on = false;
    reason = "switched off";
  }
  SECTION("Ardour has ended") {
    session.facts.pid = ended_process();
    reason = "has ended";
  }
  SECTION("another process has its number") {
    session.facts.started += 1;
    reason = "has ended";
  }
  session.write_facts();
  studio.now += 9999ms;
  CHECK(studio.looked_at(added.insertion_id).status == InsertionStatus::kWaiting);
  CHECK(studio.desk->look()->again == studio.now + 1ms);
  studio.now += 1ms;
  const auto failed = studio.looked_at(added.insertion_id);
  CHECK(failed.status == InsertionStatus::kFailed);
  CHECK(has(failed.message.value_or(""), reason));
  CHECK_FALSE(session.has("next.json"));
}

TEST_CASE("A service that starts anew goes on with what the one before posted", "[jobs]") {
  Studio studio;
  ArdourSession session(studio.ardour, "song");
  const auto added = studio.added();
  InsertionStatus expected = InsertionStatus::kDone;
  SECTION("done meanwhile") {
    session.place(7);
  }
  SECTION("claimed meanwhile") {
    session.claim();
    expected = InsertionStatus::kClaimed;
  }
  SECTION("still posted") {
    expected = InsertionStatus::kWaiting;
  }
  SECTION("written down, and killed before it was posted") {
    fs::remove(session.folder() / "next.json");
    expected = InsertionStatus::kWaiting;
  }
  SECTION("killed with half of it posted") {
    fs::rename(session.folder() / "next.json", session.folder() / "next.json.tmp");
    expected = InsertionStatus::kWaiting;
  }
  studio.desk = studio.make_desk();
  CHECK(studio.looked_at(added.insertion_id).status == expected);
  if (expected == InsertionStatus::kWaiting) studio.place(session, added.insertion_id, 7);
}

TEST_CASE("An order whose Ardour died is offered to the next one, under the same id", "[jobs]") {
  Studio studio;
  ArdourSession session(studio.ardour, "song");
  const auto added = studio.added();
  session.claim();
  CHECK(studio.looked_at(added.insertion_id).status == InsertionStatus::kClaimed);
  SECTION("and the next one has the session open") {
    session.facts.placing.clear();  // Facts of a new process.
    session.write_facts();
    CHECK(studio.looked_at(added.insertion_id).status == InsertionStatus::kWaiting);
    studio.place(session, added.insertion_id, 5);
  }
  SECTION("and nobody comes") {
    session.facts.pid = ended_process();
    session.write_facts();
    CHECK(studio.looked_at(added.insertion_id).status == InsertionStatus::kWaiting);
    studio.now += 10s;
    const auto failed = studio.looked_at(added.insertion_id);
    CHECK(failed.status == InsertionStatus::kFailed);
    CHECK(has(failed.message.value_or(""), "Ardour ended while it placed the take"));
  }
}

TEST_CASE("An insertion is taken back until Ardour has begun", "[jobs]") {
  Studio studio;
  ArdourSession session(studio.ardour, "song");
  const auto added = studio.added();
  const auto later = studio.added();
  SECTION("posted") {
    const auto cancelled = studio.desk->cancel(added.insertion_id);
    REQUIRE_OK(cancelled);
    CHECK(cancelled->status == InsertionStatus::kCancelled);
    CHECK(session.posted().insertion_id == later.insertion_id);
    CHECK(studio.desk->cancel(added.insertion_id).error().code == ErrorCode::kConflict);
  }
  SECTION("waiting for its turn") {
    CHECK(studio.desk->cancel(later.insertion_id)->status == InsertionStatus::kCancelled);
    CHECK(session.posted().insertion_id == added.insertion_id);
  }
  SECTION("claimed") {
    session.claim();
    const auto refused = studio.desk->cancel(added.insertion_id);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::kConflict);
    CHECK(studio.looked_at(added.insertion_id).status == InsertionStatus::kClaimed);
  }
  SECTION("unknown") {
    CHECK(studio.desk->cancel("nothing").error().code == ErrorCode::kNotFound);
  }
}

TEST_CASE("A take that is deleted while it waits for its turn fails alone", "[jobs]") {
  Studio studio;
  ArdourSession session(studio.ardour, "song");
  const auto first = studio.added();
  const auto second = studio.added();
  fs::remove(studio.temp / "rain-a3f9.wav");
  studio.place(session, first.insertion_id, 0);
  const auto failed = studio.looked_at(second.insertion_id);
  CHECK(failed.status == InsertionStatus::kFailed);
  CHECK(has(failed.message.value_or(""), "is gone"));
}

TEST_CASE("Files of the hook that nobody can read fail one insertion, and no other", "[jobs]") {
  Studio studio;
  ArdourSession session(studio.ardour, "song");
  const auto added = studio.added();
  session.claim();
  session.write("done-" + added.insertion_id + ".json", "{\"insertion_id\":");
  const auto failed = studio.looked_at(added.insertion_id);
  CHECK(failed.status == InsertionStatus::kFailed);
  CHECK(has(failed.message.value_or(""), "done-"));
  session.facts.placing.clear();
  session.write_facts();
  const auto next = studio.added();
  CHECK(session.posted().insertion_id == next.insertion_id);
  session.write("facts.json", "nonsense");
  CHECK(has(studio.desk->add(studio.request()).error().message, "no Ardour session is open"));
}

TEST_CASE("The watch tells of every step of the hook", "[jobs]") {
  Studio studio;
  ArdourSession session(studio.ardour, "song");
  const auto readable = [&] {
    pollfd fd{studio.desk->watch(), POLLIN, 0};
    return ::poll(&fd, 1, 0) == 1;
  };
  CHECK_FALSE(readable());
  const auto added = studio.added();
  CHECK(readable());
  REQUIRE_OK(studio.desk->look());
  CHECK_FALSE(readable());
  session.claim();
  CHECK(readable());
  REQUIRE_OK(studio.desk->look());
  session.finish(added.insertion_id, {added.insertion_id, {}, "r", "t", 0, 1});
  CHECK(readable());
  REQUIRE_OK(studio.desk->look());
  REQUIRE_OK(studio.desk->look());  // Leaving the watch is told as well.
  session.write_facts();
  CHECK_FALSE(readable());
}
