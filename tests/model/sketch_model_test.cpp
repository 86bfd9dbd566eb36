// SPDX-License-Identifier: Apache-2.0
#include "generator/model/sketch/sketch_model.hpp"

#include <algorithm>
#include <cmath>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <numeric>

#include "generator/model/sketch/soundfont.hpp"
#include "generator/protocol/music.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temp_dir.hpp"

namespace {

using namespace dgx::model;
using dgx::ErrorCode;
using dgx::protocol::GenerationRequest;
using dgx::protocol::Progress;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr double kSlowdown = 10.0;
#else
constexpr double kSlowdown = 1.0;
#endif

std::unique_ptr<MusicModel> make_model(unsigned threads = 0) {
  SketchOptions options;
  options.threads = threads;
  auto model = make_sketch_model(options);
  REQUIRE_OK(model);
  return *std::move(model);
}

GenerationRequest request_of(const std::string& prompt) {
  GenerationRequest request;
  request.prompt = prompt;
  request.seed = 5;
  request.duration = 2.0;
  return request;
}

std::vector<RenderedTake> takes_of(MusicModel& model, const GenerationRequest& request) {
  std::vector<RenderedTake> takes;
  const auto status = model.generate(
      request,
      [&](RenderedTake&& take) {
        takes.push_back(std::move(take));
        return dgx::ok();
      },
      [](const Progress&) {}, {});
  REQUIRE_OK(status);
  return takes;
}

RenderedTake take_of(MusicModel& model, const GenerationRequest& request) {
  auto takes = takes_of(model, request);
  REQUIRE(takes.size() == 1);
  return std::move(takes.front());
}

double rms(const std::vector<float>& samples) {
  double sum = 0.0;
  for (const float sample : samples) sum += static_cast<double>(sample) * sample;
  return std::sqrt(sum / static_cast<double>(samples.size()));
}

float largest_step(const std::vector<float>& samples) {
  float step = 0.0F;
  for (std::size_t i = 2; i < samples.size(); ++i) {
    step = std::max(step, std::abs(samples[i] - samples[i - 2]));
  }
  return step;
}

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

TEST_CASE("The same request and seed give the same bits, whatever the threads", "[sketch]") {
  for (const std::string prompt : {"lofi with vinyl", "house", "drum and bass"}) {
    GenerationRequest request = request_of(prompt);
    request.stems = true;
    const auto one = make_model(1);
    const auto four = make_model(4);
    const RenderedTake first = take_of(*one, request);
    const RenderedTake again = take_of(*one, request);
    const RenderedTake wide = take_of(*four, request);
    CAPTURE(prompt);
    CHECK(first.mix.samples == again.mix.samples);
    CHECK(first.mix.samples == wide.mix.samples);
    CHECK(first.midi_file == wide.midi_file);
    CHECK(first.parts.size() == wide.parts.size());
    request.seed = 6;
    CHECK(take_of(*one, request).midi_file != first.midi_file);
  }
}

TEST_CASE("Variation k is what the seed k higher gives by itself", "[sketch]") {
  const auto model = make_model();
  GenerationRequest request = request_of("trap");
  request.variations = 2;
  const auto takes = takes_of(*model, request);
  REQUIRE(takes.size() == 2);
  CHECK(takes[0].index == 0);
  CHECK(takes[1].index == 1);
  CHECK(takes[1].seed == 6);
  request.variations = 1;
  request.seed = 6;
  CHECK(take_of(*model, request).mix.samples == takes[1].mix.samples);
}

TEST_CASE("Stems have the mix's length and sum to it, sample by sample", "[sketch]") {
  const auto model = make_model();
  for (const bool loop : {false, true}) {
    GenerationRequest request = request_of("synthwave");
    request.stems = true;
    request.loop = loop;
    const RenderedTake take = take_of(*model, request);
    REQUIRE(take.parts.size() >= 4);
    std::vector<float> sum(take.mix.samples.size(), 0.0F);
    for (const Part& part : take.parts) {
      REQUIRE(part.audio.samples.size() == sum.size());
      CHECK(part.audio.sample_rate == 48000);
      CHECK(rms(part.audio.samples) > 1e-4);
      for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += part.audio.samples[i];
    }
    CHECK(sum == take.mix.samples);
    request.stems = false;
    const RenderedTake plain = take_of(*model, request);
    CHECK(plain.parts.empty());
    CHECK(plain.mix.samples == take.mix.samples);
  }
}

TEST_CASE("Takes last exactly as long as was asked, in any meter", "[sketch]") {
  const auto model = make_model();
  struct Row {
    double bpm;
    const char* meter;
    int bars;
  };
  for (const Row& row : {Row{97.3, "7/8", 1}, Row{300, "1/16", 1}, Row{30, "1/16", 3},
                         Row{211, "5/4", 1}, Row{174, "6/8", 2}}) {
    GenerationRequest request = request_of("dnb");
    request.duration.reset();
    request.bpm = row.bpm;
    request.time_signature = row.meter;
    request.bars = row.bars;
    const RenderedTake take = take_of(*model, request);
    CAPTURE(row.bpm, row.meter, row.bars);
    const auto frames = dgx::frames_of_bars(row.bars, row.bpm, *dgx::parse_meter(row.meter), 48000);
    CHECK(static_cast<std::int64_t>(take.mix.frame_count()) == frames);
    CHECK(take.tempo.bars == row.bars);
    CHECK(take.tempo.bpm == row.bpm);
    CHECK(take.tempo.confidence == 1.0);
    CHECK(take.tempo.fit == "exact");
    CHECK(take.tempo.time_signature == row.meter);
  }
  GenerationRequest request = request_of("ambient");
  request.duration = 1.00001;
  CHECK(take_of(*model, request).mix.frame_count() == 48000);
  CHECK_FALSE(take_of(*model, request).tempo.bars.has_value());
}

TEST_CASE("Sound is sane: no offset, no overload, quiet at the cut", "[sketch]") {
  const auto model = make_model();
  for (const std::string genre : {"lofi", "trap", "house", "dnb", "synthwave", "ambient"}) {
    GenerationRequest request = request_of(genre);
    request.duration = 4.0;
    const RenderedTake take = take_of(*model, request);
    CAPTURE(genre);
    double sum = 0.0;
    float peak = 0.0F;
    for (const float sample : take.mix.samples) {
      REQUIRE(std::isfinite(sample));
      sum += sample;
      peak = std::max(peak, std::abs(sample));
    }
    CHECK(std::abs(sum / static_cast<double>(take.mix.samples.size())) < 1e-3);
    CHECK(peak <= 0.7081F);
    CHECK(peak > 0.5F);
    CHECK(rms(take.mix.samples) > 0.03);
    CHECK(std::abs(take.mix.samples.front()) < 0.02F);
    CHECK(std::abs(take.mix.samples.back()) < 1e-4F);
  }
}

TEST_CASE("A loop meets its beginning: the seam is no larger a step than the music's", "[sketch]") {
  const auto model = make_model();
  for (const std::string genre : {"house", "synthwave", "ambient"}) {
    GenerationRequest request = request_of(genre);
    request.loop = true;
    request.duration.reset();
    request.bars = 2;
    const RenderedTake take = take_of(*model, request);
    const auto& samples = take.mix.samples;
    const std::size_t last = samples.size() - 2;
    const float seam =
        std::max(std::abs(samples[0] - samples[last]), std::abs(samples[1] - samples[last + 1]));
    CAPTURE(genre, seam);
    CHECK(seam <= largest_step(samples));
    // The ring of the last bar sounds under the first: a cut take begins out of nothing instead.
    request.loop = false;
    const RenderedTake cut = take_of(*model, request);
    const std::vector<float> looped_start(samples.begin(), samples.begin() + 200);
    const std::vector<float> cut_start(cut.mix.samples.begin(), cut.mix.samples.begin() + 200);
    CHECK(rms(looped_start) > rms(cut_start));
  }
}

TEST_CASE("Cancelling ends the rendering soon and gives no take", "[sketch]") {
  const auto model = make_model();
  REQUIRE_OK(model->load([](const Progress&) {}, {}));
  GenerationRequest request = request_of("house");
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
      request_of("house"), [](RenderedTake&&) { return dgx::ok(); }, [](const Progress&) {},
      stop.get_token());
  REQUIRE_FALSE(status.has_value());
  CHECK(status.error().code == ErrorCode::kCancelled);
}

TEST_CASE("Progress goes from loading through each take's steps, never back", "[sketch]") {
  const auto model = make_model();
  GenerationRequest request = request_of("house");
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
  GenerationRequest request = request_of("ambient");
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

TEST_CASE("A prompt that leaves nobody to play gives silence of the right length", "[sketch]") {
  const auto model = make_model();
  const RenderedTake take = take_of(
      *model,
      request_of("ambient without drums, no bass, no chords, no pad, no melody, no texture"));
  CHECK(take.mix.frame_count() == 96000);
  CHECK(rms(take.mix.samples) == 0.0);
}

TEST_CASE("Words the model does not know are listed, choices have a source", "[sketch]") {
  const auto model = make_model();
  const RenderedTake take = take_of(*model, request_of("wobbly lofi with the zurna in C minor"));
  CHECK(take.ignored_words == std::vector<std::string>{"wobbly", "zurna"});
  CHECK(take.key == "Cm");
  CHECK(take.name_words.front() == "lofi");
  for (const auto& choice : take.choices) {
    CAPTURE(choice.name, choice.source);
    const std::vector<std::string> sources = {"request", "prompt", "genre", "seed"};
    CHECK(std::find(sources.begin(), sources.end(), choice.source) != sources.end());
    CHECK_FALSE(choice.value.empty());
  }
}

TEST_CASE("Only instruments that are heard are told", "[sketch]") {
  const auto model = make_model();
  // The texture of house belongs to intro and break, and two seconds have neither.
  const RenderedTake take = take_of(*model, request_of("house"));
  bool bass = false;
  for (const auto& choice : take.choices) {
    CHECK(choice.name != "instrument.texture");
    bass = bass || choice.name == "instrument.bass";
  }
  CHECK(bass);
}

TEST_CASE("Parts that share one sound can be rendered side by side", "[sketch]") {
  // The synths of both parts load and free the same samples again and again.
  const auto model = make_model(4);
  GenerationRequest request = request_of("solo piano");
  request.duration = 1.0;
  const RenderedTake first = take_of(*model, request);
  for (int round = 0; round < 12; ++round) {
    REQUIRE(take_of(*model, request).mix.samples == first.mix.samples);
  }
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

TEST_CASE("A take loops where a field or the prompt says so, and tells it", "[sketch]") {
  const auto loops = [](const std::string& prompt, bool field) {
    const auto model = make_model();
    GenerationRequest request = request_of(prompt);
    request.loop = field;
    bool told = false;
    const auto status = model->generate(
        request,
        [&told](RenderedTake&& take) {
          told = take.loops;
          return dgx::ok();
        },
        [](const Progress&) {}, {});
    REQUIRE_OK(status);
    return told;
  };
  CHECK(loops("calm ambient", true));
  CHECK(loops("calm ambient loop", false));
  CHECK_FALSE(loops("calm ambient", false));
}
