// SPDX-License-Identifier: Apache-2.0
#include "generator/jobs/take_assembly.hpp"

#include "tests/support/catch.hpp"

using namespace dgx::protocol;
using dgx::jobs::TakeAssembly;

namespace {

TakeMessage announcement(std::vector<StreamFacts> streams) {
  TakeMessage message;
  message.streams = std::move(streams);
  return message;
}

AudioFrame audio(std::uint32_t stream, std::uint64_t offset, std::size_t frames,
                 std::uint16_t channels = 2, std::uint32_t rate = 48000) {
  return {stream, offset, channels, rate, std::vector<float>(frames * channels, 0.25F)};
}

TakeAssembly begun() {
  auto message = announcement({{0, "mix", 4}, {1, "drums", 4}});
  message.midi_stream = 2;
  auto assembly = TakeAssembly::begin(message);
  REQUIRE_OK(assembly);
  return *std::move(assembly);
}

}  // namespace

TEST_CASE("A take is complete when every stream has arrived whole", "[jobs]") {
  TakeAssembly assembly = begun();
  REQUIRE_OK(assembly.add(audio(0, 0, 3)));
  REQUIRE_OK(assembly.add(audio(0, 3, 1)));
  REQUIRE_OK(assembly.add(audio(1, 0, 4)));
  CHECK_FALSE(assembly.complete());
  REQUIRE_OK(assembly.add(BytesFrame{2, {1, 2, 3}}));
  REQUIRE(assembly.complete());
  const auto take = assembly.take();
  CHECK(take.mix.frame_count() == 4);
  REQUIRE(take.parts.size() == 1);
  CHECK(take.parts[0].name == "drums");
  CHECK(take.midi_file == std::vector<std::uint8_t>{1, 2, 3});
}

TEST_CASE("An engine that sends other audio than it announced is refused", "[jobs]") {
  CHECK_FALSE(begun().add(audio(0, 0, 5)));      // more than announced
  CHECK_FALSE(begun().add(audio(0, 1, 1)));      // a hole
  CHECK_FALSE(begun().add(audio(2, 0, 1)));      // audio on the file's stream
  CHECK_FALSE(begun().add(audio(99, 0, 1)));     // nobody's stream
  CHECK_FALSE(begun().add(BytesFrame{0, {1}}));  // a file on the mix
  auto assembly = begun();
  REQUIRE_OK(assembly.add(audio(0, 0, 1)));
  CHECK_FALSE(assembly.add(audio(0, 0, 1)));        // the same again
  CHECK_FALSE(assembly.add(audio(0, 1, 1, 1)));     // other channels
  CHECK_FALSE(assembly.add(audio(0, 1, 1, 2, 1)));  // another rate
}

TEST_CASE("An announcement that no take can be is refused", "[jobs]") {
  const auto refused = [](std::vector<StreamFacts> streams) {
    return !TakeAssembly::begin(announcement(std::move(streams))).has_value();
  };
  CHECK(refused({}));
  CHECK(refused({{0, "drums", 4}}));
  CHECK(refused({{1, "mix", 4}}));
  CHECK(refused({{0, "mix", 0}}));
  CHECK(refused({{0, "mix", -1}}));
  CHECK(refused({{0, "mix", std::int64_t{1} << 60}}));
  CHECK(refused({{0, "mix", 4}, {1, "../x", 4}}));
  CHECK(refused({{0, "mix", 4}, {1, "", 4}}));
  CHECK(refused(std::vector<StreamFacts>(17, {0, "mix", 4})));
}
