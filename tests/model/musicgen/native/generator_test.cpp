// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <fstream>
#include <iterator>
#include <stop_token>
#include <string>
#include <vector>

#include "tests/model/musicgen/native/golden_model.hpp"
#include "tests/support/temp_dir.hpp"

using namespace dgx;
using namespace dgx::test;
using musicgen::ComputeOptions;

namespace {

/// A copy of the golden mono model with a word of its config.json replaced.
void copy_changed(const TempDir& folder, const std::string& from, const std::string& to) {
  for (const auto& entry : std::filesystem::directory_iterator(golden_model("mono"))) {
    std::filesystem::copy(entry.path(), folder / entry.path().filename().string());
  }
  std::ifstream original(golden_model("mono") / "config.json");
  std::string text((std::istreambuf_iterator<char>(original)), {});
  const auto place = text.find(from);
  REQUIRE(place != std::string::npos);
  text.replace(place, from.size(), to);
  std::ofstream(folder / "config.json") << text;
}

Error refusal(const std::filesystem::path& folder, const ComputeOptions& options = {}) {
  const auto generator = musicgen::load_generator(folder, options, [](const auto&) {}, {});
  REQUIRE_FALSE(generator);
  return generator.error();
}

float largest_difference(const std::vector<float>& a, const std::vector<float>& b) {
  REQUIRE(a.size() == b.size());
  float largest = 0;
  for (std::size_t i = 0; i < a.size(); ++i) largest = std::max(largest, std::abs(a[i] - b[i]));
  return largest;
}

}  // namespace

TEST_CASE("A take is the same alone, in a batch, and with any number of threads", "[generator]") {
  const auto type = GENERATE(musicgen::NumberType::kFloat32, musicgen::NumberType::kInt8);
  const auto alone = render(*load_golden("mono", 1, type), order_of("mono", 90, {11}));
  for (const int threads : {1, 2, 3}) {
    const auto generator = load_golden("mono", threads, type);
    const auto batch = render(*generator, order_of("mono", 90, {10, 11, 12}));
    REQUIRE(batch.size() == 3);
    CHECK(batch[1].codes == alone[0].codes);
    // libtorch's convolutions share their sums out among the threads; nothing of that is heard.
    CHECK(largest_difference(batch[1].audio[0], alone[0].audio[0]) < 1e-5F);
    CHECK(batch[0].codes != alone[0].codes);
    // What ran before makes no difference either.
    CHECK(render(*generator, order_of("mono", 90, {11}))[0].codes == alone[0].codes);
  }
}

TEST_CASE("Prompts of different length do not touch each other", "[generator]") {
  const std::string name = GENERATE("mono", "melody");
  const auto type = GENERATE(musicgen::NumberType::kFloat32, musicgen::NumberType::kInt8);
  const auto generator = load_golden(name, 1, type);
  musicgen::RenderOrder both = order_of(name, 50, {1, 2});
  both.takes[1].tokens = {9, 8, 1};
  musicgen::RenderOrder short_one = both;
  short_one.takes.erase(short_one.takes.begin());
  const auto together = render(*generator, both);
  CHECK(together[0].codes == render(*generator, order_of(name, 50, {1}))[0].codes);
  CHECK(together[1].codes == render(*generator, short_one)[0].codes);
}

TEST_CASE("Audio lasts 640 samples a frame", "[generator]") {
  const auto takes = render(*load_golden("mono"), order_of("mono", 111, {5}));
  CHECK(takes[0].codes.size() == 4);
  CHECK(takes[0].codes[3].size() == 111);
  CHECK(takes[0].audio[0].size() == 111 * 640);
}

TEST_CASE("45 s are 2250 frames, and a longer take begins like a shorter one", "[generator]") {
  const auto generator = load_golden("mono", 2);
  const auto whole = render(*generator, order_of("mono", 2250, {3}));
  REQUIRE(whole[0].codes[0].size() == 2250);
  CHECK(whole[0].audio[0].size() == 2250 * 640);
  for (const auto& row : whole[0].codes) {
    CHECK(std::all_of(row.begin(), row.end(), [](auto code) { return code >= 0 && code < 64; }));
  }
  const auto first = render(*generator, order_of("mono", 1500, {3}));
  for (std::size_t k = 0; k < 4; ++k) {
    CHECK(
        std::equal(first[0].codes[k].begin(), first[0].codes[k].end(), whole[0].codes[k].begin()));
  }
}

TEST_CASE("A continued take begins with the codes of what it continues", "[generator]") {
  const auto generator = load_golden("mono");
  musicgen::RenderOrder order = order_of("mono", 60, {4});
  order.continue_from = {golden_melody()};
  order.continue_from[0].resize(20 * 640);
  const auto continued = render(*generator, order);
  order.frames = 90;
  order.takes[0].seed = 5;
  const auto other = render(*generator, order);
  for (std::size_t k = 0; k < 4; ++k) {
    CHECK(std::equal(continued[0].codes[k].begin(), continued[0].codes[k].begin() + 20,
                     other[0].codes[k].begin()));
  }
  CHECK(continued[0].codes[0].size() == 60);
}

TEST_CASE("Audio to continue that leaves nothing to make is refused with both lengths",
          "[generator]") {
  musicgen::RenderOrder order = order_of("mono", 20, {4});
  order.continue_from = {golden_melody()};
  const auto made = load_golden("mono")->render(
      order, [](auto&&) { return ok(); }, [](const auto&) {}, {});
  REQUIRE_FALSE(made);
  CHECK(made.error().code == ErrorCode::kInvalidArgument);
  CHECK(made.error().message.find("at most 19 frames") != std::string::npos);
  CHECK(made.error().message.find("got 100") != std::string::npos);
}

TEST_CASE("A melody is refused by a model that takes none", "[generator]") {
  musicgen::RenderOrder order = order_of("mono", 20, {4});
  order.melody = golden_melody();
  const auto made = load_golden("mono")->render(
      order, [](auto&&) { return ok(); }, [](const auto&) {}, {});
  REQUIRE_FALSE(made);
  CHECK(made.error().message.find("takes no melody") != std::string::npos);
}

TEST_CASE("Every step is reported, and a stop ends the take in any phase", "[generator]") {
  const auto phase = GENERATE(protocol::Phase::kEncoding, protocol::Phase::kGenerating,
                              protocol::Phase::kDecoding);
  const auto generator = load_golden("mono");
  std::stop_source stop;
  std::int64_t steps_seen = 0;
  std::int64_t steps_after_stop = 0;
  const auto progress = [&](const protocol::Progress& step) {
    if (step.phase == protocol::Phase::kGenerating) CHECK(step.step == ++steps_seen);
    if (stop.stop_requested()) ++steps_after_stop;
    if (step.phase == phase && 4 * step.step >= step.steps) stop.request_stop();
  };
  const auto made = generator->render(
      order_of("mono", 300, {4}), [](auto&&) { return ok(); }, progress, stop.get_token());
  REQUIRE_FALSE(made);
  CHECK(made.error().code == ErrorCode::kCancelled);
  CHECK(steps_after_stop <= 1);
}

TEST_CASE("A missing tensor is named with its shape", "[generator]") {
  const TempDir folder;
  copy_changed(folder, "\"num_hidden_layers\": 3", "\"num_hidden_layers\": 4");
  const Error error = refusal(folder.path());
  CHECK(error.code == ErrorCode::kCorrupt);
  CHECK(error.message.find("decoder.model.decoder.layers.3.self_attn_layer_norm.weight") !=
        std::string::npos);
  CHECK(error.message.find("[64]") != std::string::npos);
}

TEST_CASE("A misshapen tensor is named with both shapes", "[generator]") {
  const TempDir folder;
  copy_changed(folder, "\"ffn_dim\": 160", "\"ffn_dim\": 128");
  const Error error = refusal(folder.path());
  CHECK(error.code == ErrorCode::kCorrupt);
  CHECK(error.message.find("fc1.weight") != std::string::npos);
  CHECK(error.message.find("[128, 64]") != std::string::npos);
  CHECK(error.message.find("[160, 64]") != std::string::npos);
}

TEST_CASE("A device that is not there, or no device at all, is refused", "[generator]") {
  ComputeOptions options;
  options.device = "cuda:9";
  CHECK(refusal(golden_model("mono"), options).code == ErrorCode::kInvalidArgument);
  options.device = "abacus";
  CHECK(refusal(golden_model("mono"), options).message.find("got \"abacus\"") != std::string::npos);
}

TEST_CASE("float16 is refused on the CPU, and bfloat16 is computed", "[generator]") {
  ComputeOptions options;
  options.device = "cpu";
  options.type = musicgen::NumberType::kFloat16;
  CHECK(refusal(golden_model("mono"), options).message.find("got fp16") != std::string::npos);
  options.type = musicgen::NumberType::kBFloat16;
  auto generator = musicgen::load_generator(golden_model("mono"), options, [](const auto&) {}, {});
  REQUIRE_OK(generator);
  CHECK((*generator)->facts().dtype == "bfloat16");
  CHECK(render(**generator, order_of("mono", 30, {1}))[0].codes[0].size() == 30);
}

TEST_CASE("A token that the text encoder does not have is refused", "[generator]") {
  musicgen::RenderOrder order = order_of("mono", 20, {4});
  order.takes[0].tokens = {5, 300, 1};
  const auto made = load_golden("mono")->render(
      order, [](auto&&) { return ok(); }, [](const auto&) {}, {});
  REQUIRE_FALSE(made);
  CHECK(made.error().message.find("got 300") != std::string::npos);
}
