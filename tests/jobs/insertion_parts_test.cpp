// SPDX-License-Identifier: Apache-2.0
// A take that is placed as its parts: what the hook is given, and what is refused before that.
#include <utility>

#include "generator/protocol/codec.hpp"
#include "tests/jobs/insertion_studio.hpp"

namespace fs = std::filesystem;
using namespace dgx::protocol;
using namespace dgx::test;
using dgx::ErrorCode;

namespace {

/// A take of which those parts are left, and an Ardour that can place them.
struct StudioWithParts : Studio {
  ArdourSession session{ardour, "song"};
  fs::path drums = temp / "rain-a3f9.drums.wav";
  fs::path bass = temp / "rain-a3f9.bass.wav";
  fs::path midi = temp / "rain-a3f9.mid";

  [[nodiscard]] InsertionRequest parts_of(const std::string& id) const {
    auto asked = request();
    asked.take_id = id;
    asked.track = "parts";
    asked.at = "sample:4800";
    return asked;
  }
  InsertionRequest parts_of(Receipt receipt) {
    receipt.take_id = "01ARZ3NDEKTSV4RRFFQ69GA3F9";
    receipt.request.prompt = "rain";
    for (const fs::path& file : {drums, bass, midi}) std::ofstream(file) << "bytes";
    return parts_of(make_take(encode(receipt)));
  }
  [[nodiscard]] Receipt three_parts() const {
    Receipt receipt;
    receipt.stems = {{"drums", drums.string()}, {"bass", bass.string()}};
    receipt.midi_path = midi.string();
    return receipt;
  }
  [[nodiscard]] fs::path in_folder(const std::string& name) const {
    return fs::read_symlink(session.folder() / name);
  }
};

}  // namespace

TEST_CASE("The stems and the MIDI of a take are one order", "[jobs]") {
  StudioWithParts studio;
  REQUIRE_OK(studio.desk->add(studio.parts_of(studio.three_parts())));
  const auto order = studio.session.posted();
  CHECK(order.path.empty());
  CHECK(order.name == "rain-a3f9");
  CHECK(order.at == "sample:4800");
  CHECK(order.parts == "rain-a3f9.drums-" + order.tag + ".wav\nrain-a3f9.bass-" + order.tag +
                           ".wav\nrain-a3f9-" + order.tag + ".mid\n");
}

TEST_CASE("The hook finds each part in its folder until all are placed", "[jobs]") {
  StudioWithParts studio;
  const auto added = studio.desk->add(studio.parts_of(studio.three_parts()));
  REQUIRE_OK(added);
  const std::string tag = studio.session.posted().tag;
  const std::vector<std::pair<std::string, fs::path>> links = {
      {"rain-a3f9.drums-" + tag + ".wav", studio.drums},
      {"rain-a3f9.bass-" + tag + ".wav", studio.bass},
      {"rain-a3f9-" + tag + ".mid", studio.midi}};
  for (const auto& [name, file] : links) CHECK(studio.in_folder(name) == file);
  studio.place(studio.session, added->insertion_id, 4800);
  for (const auto& [name, file] : links) CHECK_FALSE(studio.session.has(name));
}

TEST_CASE("Of a take that has only some parts those are placed", "[jobs]") {
  StudioWithParts studio;
  auto receipt = studio.three_parts();
  std::string ending;
  SECTION("MIDI alone") {
    receipt.stems.clear();
    ending = ".mid\n";
  }
  SECTION("one stem alone") {
    receipt.stems.pop_back();
    receipt.midi_path.reset();
    ending = ".wav\n";
  }
  REQUIRE_OK(studio.desk->add(studio.parts_of(receipt)));
  const auto parts = studio.session.posted().parts.value_or("");
  CHECK(parts.ends_with(ending));
  CHECK(parts.find('\n') == parts.size() - 1);
}

TEST_CASE("Parts that are not there to be placed are refused with the reason", "[jobs]") {
  StudioWithParts studio;
  SECTION("a take in one piece") {
    const auto error = studio.refused(studio.parts_of(Receipt()));
    CHECK(error.code == ErrorCode::kConflict);
    CHECK(error.field == "take_id");
    CHECK(has(error.message, "has neither stems nor MIDI; 'generate --stems' makes"));
  }
  SECTION("a take without a receipt") {
    const auto error = studio.refused(studio.parts_of(studio.make_take("")));
    CHECK(has(error.message, "has neither stems nor MIDI"));
  }
  SECTION("a stem that was deleted") {
    const auto request = studio.parts_of(studio.three_parts());
    fs::remove(studio.bass);
    CHECK(has(studio.refused(request).message, "rain-a3f9.bass.wav is gone"));
  }
  SECTION("MIDI that was deleted") {
    const auto request = studio.parts_of(studio.three_parts());
    fs::remove(studio.midi);
    CHECK(has(studio.refused(request).message, "rain-a3f9.mid is gone"));
  }
  SECTION("a hook from before parts") {
    studio.session.facts.version = 1;
    studio.session.write_facts();
    const auto error = studio.refused(studio.parts_of(studio.three_parts()));
    CHECK(error.field == "track");
    CHECK(has(error.message, "run 'dgx-music ardour install'"));
  }
}

TEST_CASE("A part that is deleted while the take waits for its turn fails that one alone",
          "[jobs]") {
  StudioWithParts studio;
  const auto first = studio.added();
  const auto second = studio.desk->add(studio.parts_of(studio.three_parts()));
  REQUIRE_OK(second);
  fs::remove(studio.drums);
  studio.place(studio.session, first.insertion_id, 0);
  const auto failed = studio.looked_at(second->insertion_id);
  CHECK(failed.status == InsertionStatus::kFailed);
  CHECK(has(failed.message.value_or(""), "rain-a3f9.drums.wav is gone"));
}
