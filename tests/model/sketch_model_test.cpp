// SPDX-License-Identifier: Apache-2.0
// The sketch model as a model: what it says of itself, what it needs, how it reports and stops.
#include "generator/model/sketch/sketch_model.hpp"

#include <ctime>
#include <filesystem>
#include <fstream>

#include "generator/model/sketch/soundfont.hpp"
#include "tests/model/sketch_rendering.hpp"
#include "tests/support/temp_dir.hpp"

namespace {

using namespace dgx::model;
using namespace dgx::test;
using dgx::ErrorCode;
using dgx::protocol::GenerationRequest;
using dgx::protocol::Progress;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr double kSlowdown = 10.0;
#else
constexpr double kSlowdown = 1.0;
#endif

}  // namespace

TEST_CASE("The sketch model says what it is and never passes for MusicGen", "[sketch]") {
  const auto model = make_model();
  const ModelDescription description = model->describe();
  CHECK(description.identity.id == "sketch");
  CHECK(description.identity.sha256.size() == 64);
  CHECK(description.identity.sha256 == make_model()->describe().identity.sha256);
  CHECK(description.identity.notice.find("sketch model") != std::string::npos);
  CHECK(description.identity.notice.find("not by MusicGen") != std::string::npos);
  CHECK(description.sample_rate == 48000);
  CHECK(description.channels == 2);
  CHECK(description.keeps_time);
  CHECK(description.gives_stems);
  CHECK(description.gives_midi);
  CHECK(description.kernel.substr(0, 11) == "fluidsynth ");
}

TEST_CASE("One's own genres change the model's identity", "[sketch]") {
  const dgx::test::TempDir folder;
  std::ifstream file(std::string(DGX_SOURCE_DIR) + "/generator/model/sketch/genres/house.toml");
  std::ofstream(folder / "house.toml") << file.rdbuf();
  SketchOptions options;
  options.genre_folders = {folder.path()};
  const auto model = make_sketch_model(options);
  REQUIRE_OK(model);
  CHECK((*model)->describe().identity.sha256 != make_model()->describe().identity.sha256);
}

TEST_CASE("A missing soundfont names the package and the place", "[sketch]") {
  SketchOptions options;
  options.soundfont = "/nowhere/GM.sf2";
  const auto model = make_sketch_model(options);
  REQUIRE_FALSE(model.has_value());
  CHECK(model.error().code == ErrorCode::kMissingDependency);
  CHECK(model.error().message.find("fluid-soundfont-gm") != std::string::npos);
  CHECK(model.error().message.find("/nowhere/GM.sf2") != std::string::npos);
}

TEST_CASE("A file that is no soundfont makes no model", "[sketch]") {
  const dgx::test::TempDir folder;
  std::ofstream(folder / "fake.sf2") << "RIFF but not really";
  SketchOptions options;
  options.soundfont = folder / "fake.sf2";
  const auto model = make_sketch_model(options);
  REQUIRE_FALSE(model.has_value());
  CHECK(model.error().code == ErrorCode::kCorrupt);
  CHECK(model.error().message.find("fake.sf2") != std::string::npos);
}

TEST_CASE("A damaged soundfont is refused when it is loaded", "[sketch]") {
  const dgx::test::TempDir folder;
  std::ofstream(folder / "fake.sf2") << std::string("RIFF\x15\0\0\0sfbk and then no more", 29);
  SketchOptions options;
  options.soundfont = folder / "fake.sf2";
  const auto model = make_sketch_model(options);
  REQUIRE_OK(model);
  const auto status = (*model)->load([](const Progress&) {}, {});
  REQUIRE_FALSE(status.has_value());
  CHECK(status.error().code == ErrorCode::kCorrupt);
  CHECK(status.error().message.find("fake.sf2") != std::string::npos);
}

TEST_CASE("Cancelling ends the rendering soon and gives no take", "[sketch]") {
  const auto model = make_model();
  REQUIRE_OK(model->load([](const Progress&) {}, {}));
  GenerationRequest request = short_request("house");
  request.duration = 300.0;
  std::stop_source stop;
  std::clock_t asked = 0;
  int takes = 0;
  const auto status = model->generate(
      request,
      [&](RenderedTake&&) {
        ++takes;
        return dgx::ok();
      },
      [&](const Progress& progress) {
        if (progress.step == 0 || stop.stop_requested()) return;
        asked = std::clock();
        stop.request_stop();
      },
      stop.get_token());
  const std::clock_t done = std::clock();
  REQUIRE_FALSE(status.has_value());
  CHECK(status.error().code == ErrorCode::kCancelled);
  CHECK(takes == 0);
  // Counted in processor time, all threads together, so that a busy machine cannot fail it.
  const double work_ms = 1000.0 * static_cast<double>(done - asked) / CLOCKS_PER_SEC;
  CHECK(work_ms < 100.0 * kSlowdown);
}

TEST_CASE("A stop asked for before the start renders nothing", "[sketch]") {
  const auto model = make_model();
  std::stop_source stop;
  stop.request_stop();
  const auto status = model->generate(
      short_request("house"), [](RenderedTake&&) { return dgx::ok(); }, [](const Progress&) {},
      stop.get_token());
  REQUIRE_FALSE(status.has_value());
  CHECK(status.error().code == ErrorCode::kCancelled);
}

TEST_CASE("Progress goes from loading through each take's steps, never back", "[sketch]") {
  const auto model = make_model();
  GenerationRequest request = short_request("house");
  request.variations = 2;
  std::vector<Progress> reports;
  const auto status = model->generate(
      request, [](RenderedTake&&) { return dgx::ok(); },
      [&](const Progress& progress) { reports.push_back(progress); }, {});
  REQUIRE_OK(status);
  CHECK(reports.front().phase == dgx::protocol::Phase::kLoading);
  CHECK(reports.back().phase == dgx::protocol::Phase::kGenerating);
  CHECK(reports.size() > 10);
  double last = 0.0;
  int takes_done = 0;
  for (const Progress& report : reports) {
    if (report.phase != dgx::protocol::Phase::kGenerating) continue;
    CHECK(report.steps > 0);
    if (last == 1.0 && report.step == 0) last = 0.0;  // The next take begins.
    const double share = static_cast<double>(report.step) / static_cast<double>(report.steps);
    CHECK(share >= last);
    CHECK(share <= 1.0);
    if (share == 1.0 && last < 1.0) ++takes_done;
    last = share;
  }
  CHECK(last == 1.0);
  CHECK(takes_done == 2);
}

TEST_CASE("A failing sink ends the rendering with its own error", "[sketch]") {
  const auto model = make_model();
  GenerationRequest request = short_request("ambient");
  request.variations = 3;
  int takes = 0;
  const auto status = model->generate(
      request,
      [&](RenderedTake&&) -> dgx::Status {
        ++takes;
        return dgx::Error{ErrorCode::kDiskFull, "no room"};
      },
      [](const Progress&) {}, {});
  REQUIRE_FALSE(status.has_value());
  CHECK(status.error().code == ErrorCode::kDiskFull);
  CHECK(takes == 1);
}

TEST_CASE("A soundfont of one's own does not borrow the licence of the distribution's",
          "[sketch]") {
  namespace fs = std::filesystem;
  using dgx::model::sketch::soundfont_licence;
  CHECK(soundfont_licence("/usr/share/sounds/sf2/FluidR3_GM.sf2") == "MIT");
  const dgx::test::TempDir temp;
  fs::create_symlink("/usr/share/sounds/sf2/FluidR3_GM.sf2", temp / "default-GM.sf2");
  CHECK(soundfont_licence(temp / "default-GM.sf2") == "MIT");
  std::ofstream(temp / "mine.sf2") << "RIFF";
  CHECK(soundfont_licence(temp / "mine.sf2") == "LicenseRef-soundfont");
}
