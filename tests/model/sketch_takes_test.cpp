// SPDX-License-Identifier: Apache-2.0
// What the sketch model renders: its sound, its length, its parts and what it says of them.
#include <algorithm>
#include <cmath>

#include "generator/protocol/music.hpp"
#include "tests/model/sketch_rendering.hpp"

namespace {

using namespace dgx::model;
using namespace dgx::test;
using dgx::protocol::GenerationRequest;
using dgx::protocol::Progress;

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

TEST_CASE("The same request and seed give the same bits, whatever the threads", "[sketch]") {
  for (const std::string prompt : {"lofi with vinyl", "house", "drum and bass"}) {
    GenerationRequest request = short_request(prompt);
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
  GenerationRequest request = short_request("trap");
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
    GenerationRequest request = short_request("synthwave");
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
    GenerationRequest request = short_request("dnb");
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
  GenerationRequest request = short_request("ambient");
  request.duration = 1.00001;
  CHECK(take_of(*model, request).mix.frame_count() == 48000);
  CHECK_FALSE(take_of(*model, request).tempo.bars.has_value());
}

TEST_CASE("Sound is sane: no offset, no overload, quiet at the cut", "[sketch]") {
  const auto model = make_model();
  for (const std::string genre : {"lofi", "trap", "house", "dnb", "synthwave", "ambient"}) {
    GenerationRequest request = short_request(genre);
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
    GenerationRequest request = short_request(genre);
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

TEST_CASE("A prompt that leaves nobody to play gives silence of the right length", "[sketch]") {
  const auto model = make_model();
  const RenderedTake take = take_of(
      *model,
      short_request("ambient without drums, no bass, no chords, no pad, no melody, no texture"));
  CHECK(take.mix.frame_count() == 96000);
  CHECK(rms(take.mix.samples) == 0.0);
}

TEST_CASE("Words the model does not know are listed, choices have a source", "[sketch]") {
  const auto model = make_model();
  const RenderedTake take = take_of(*model, short_request("wobbly lofi with the zurna in C minor"));
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
  const RenderedTake take = take_of(*model, short_request("house"));
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
  GenerationRequest request = short_request("solo piano");
  request.duration = 1.0;
  const RenderedTake first = take_of(*model, request);
  for (int round = 0; round < 12; ++round) {
    REQUIRE(take_of(*model, request).mix.samples == first.mix.samples);
  }
}

TEST_CASE("A take loops where a field or the prompt says so, and tells it", "[sketch]") {
  const auto loops = [](const std::string& prompt, bool field) {
    const auto model = make_model();
    GenerationRequest request = short_request(prompt);
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
