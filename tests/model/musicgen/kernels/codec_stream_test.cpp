// SPDX-License-Identifier: Apache-2.0
// EnCodec's decoder, fed in pieces: where it is cut, which instruction set and how many threads
// change no bit. What it computes is compared with libtorch's beside the model's tests.
#include "generator/model/musicgen/kernels/codec_stream.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "tests/support/catch.hpp"
#include "tests/support/random_decoder.hpp"

using namespace dgx;
using namespace dgx::musicgen;
using dgx::test::random_floats;

namespace {

using Floats = std::vector<float>;
using Codes = std::vector<std::vector<std::int32_t>>;

constexpr std::int32_t kEntries = 32;

void fill(FloatPanels& panels, RandomStream& random) {
  const Floats values = random_floats(random, panels.columns() * (panels.depth() + 1), 1.0F);
  auto value = values.begin();
  const float size = 1.0F / std::sqrt(static_cast<float>(panels.depth()));
  for (std::int64_t column = 0; column < panels.columns(); ++column) {
    panels.add_bias(column, *value++ * 0.1F);
    for (std::int64_t k = 0; k < panels.depth(); ++k) panels.set(column, k, *value++ * size);
  }
}

CodecConvolution convolution(std::int64_t in, std::int64_t out, std::int64_t kernel,
                             std::int64_t dilation, RandomStream& random) {
  CodecConvolution layer{FloatPanels(out, kernel * in), in, kernel, dilation};
  fill(layer.weights, random);
  return layer;
}

CodecDecoder random_codec(PadMode mode) {
  RandomStream random(3, 1);
  CodecDecoder decoder;
  decoder.pad_mode = mode;
  for (int k = 0; k < 2; ++k)
    decoder.codebooks.push_back(random_floats(random, kEntries * 16, 1.0F));
  decoder.first = convolution(16, 48, 7, 1, random);
  for (int i = 0; i < 2; ++i) {
    CodecRecurrence layer{FloatPanels(4 * 48, 48), random_floats(random, 4 * 48 * 48, 0.2F), 48};
    fill(layer.from_input, random);
    decoder.recurrences.push_back(std::move(layer));
  }
  std::int64_t in = 48;
  for (const std::int64_t stride : {5, 2, 1}) {
    CodecStage& stage = decoder.stages.emplace_back();
    stage.up = {FloatPanels(stride * 32, 2 * in), in, 32, stride};
    fill(stage.up.weights, random);
    stage.residuals.push_back(
        {convolution(32, 16, 3, 1, random), convolution(16, 32, 1, 1, random)});
    stage.residuals.push_back(
        {convolution(32, 16, 4, 3, random), convolution(16, 32, 1, 1, random)});
    in = 32;
  }
  decoder.last = {random_floats(random, 6 * 32, 0.1F), 0.25F, 32};
  return decoder;
}

Codes random_codes(std::size_t frames) {
  RandomStream random(4, static_cast<std::uint32_t>(frames));
  Codes codes(2, std::vector<std::int32_t>(frames));
  for (auto& codebook : codes) {
    for (std::int32_t& code : codebook) code = static_cast<std::int32_t>(random.below(kEntries));
  }
  return codes;
}

/// In pieces of `piece` frames.
Floats decode(const CodecDecoder& decoder, const CodecKernels& kernels, ThreadTeam& team,
              const Codes& codes, std::size_t piece) {
  CodecStream stream(decoder, kernels, team);
  Floats samples;
  const std::size_t frames = codes.front().size();
  for (std::size_t begin = 0; begin < frames; begin += piece) {
    const std::size_t count = std::min(piece, frames - begin);
    const std::vector<std::span<const std::int32_t>> part = {
        std::span(codes[0]).subspan(begin, count), std::span(codes[1]).subspan(begin, count)};
    stream.feed(part, begin + count == frames, samples);
  }
  return samples;
}

}  // namespace

TEST_CASE("Where the frames are cut changes no sample", "[kernels][codec]") {
  const PadMode mode = GENERATE(PadMode::kReflect, PadMode::kConstant, PadMode::kReplicate);
  const std::size_t frames = GENERATE(as<std::size_t>{}, 1, 2, 3, 4, 5, 9, 40);
  const CodecDecoder decoder = random_codec(mode);
  const Codes codes = random_codes(frames);
  ThreadTeam team(2);
  const CodecKernels& kernels = *codec_kernels_here().front();
  const Floats whole = decode(decoder, kernels, team, codes, frames);
  CHECK(whole.size() == frames * 10);
  CHECK(std::any_of(whole.begin(), whole.end(), [](float sample) { return sample != 0.25F; }));
  for (const std::size_t piece : {1UL, 2UL, 3UL, 7UL, 16UL}) {
    INFO(frames << " frames in pieces of " << piece);
    CHECK(decode(decoder, kernels, team, codes, piece) == whole);
  }
}

TEST_CASE("Samples follow their frames by no more than the convolutions look ahead",
          "[kernels][codec]") {
  const CodecDecoder decoder = random_codec(PadMode::kReflect);
  const Codes codes = random_codes(20);
  ThreadTeam team(1);
  CodecStream stream(decoder, *codec_kernels_here().front(), team);
  Floats samples;
  stream.feed(std::vector<std::span<const std::int32_t>>{codes[0], codes[1]}, false, samples);
  // Three frames of the first convolution, and not three of all that follow.
  CHECK(samples.size() >= (20 - 3 - 3) * 10);
  CHECK(samples.size() < 20 * 10);
}

TEST_CASE("Every instruction set and every team decodes to the same bits", "[kernels][codec]") {
  const CodecDecoder decoder = random_codec(PadMode::kReflect);
  const Codes codes = random_codes(17);
  ThreadTeam alone(1);
  const Floats expected = decode(decoder, *codec_kernels_here().back(), alone, codes, 17);
  for (const CodecKernels* kernels : codec_kernels_here()) {
    for (const int threads : {1, 3}) {
      INFO(kernels->name << ", " << threads << " threads");
      ThreadTeam team(threads);
      CHECK(decode(decoder, *kernels, team, codes, 5) == expected);
    }
  }
}

TEST_CASE("A product of floats is near the sum in double precision", "[kernels][codec]") {
  const std::int64_t rows = GENERATE(1, 2, 11, 12, 13, 31);
  const std::int64_t columns = GENERATE(16, 32, 80);
  constexpr std::int64_t kWidth = 48;
  RandomStream random(5, static_cast<std::uint32_t>(rows * columns));
  const CodecConvolution layer = convolution(kWidth, columns, 3, 2, random);
  const Floats input = random_floats(random, (rows + 4) * kWidth, 1.0F);
  for (const CodecKernels* kernels : codec_kernels_here()) {
    Floats output(static_cast<std::size_t>(rows * columns), 0.5F);
    FloatProduct product;
    product.input = input.data();
    product.row_stride = kWidth;
    product.taps = 3;
    product.tap_stride = 2 * kWidth;
    product.tap_width = kWidth;
    product.weights = layer.weights.values();
    product.bias = layer.weights.bias();
    product.columns = columns;
    product.output = output.data();
    product.accumulate = true;
    kernels->multiply(product, {0, rows, 0, layer.weights.panels()});
    double worst = 0;
    for (std::int64_t row = 0; row < rows; ++row) {
      for (std::int64_t column = 0; column < columns; ++column) {
        double sum = 0.5 + static_cast<double>(layer.weights.bias()[column]);
        for (std::int64_t tap = 0; tap < 3; ++tap) {
          for (std::int64_t i = 0; i < kWidth; ++i) {
            sum +=
                static_cast<double>(input[static_cast<std::size_t>((row + 2 * tap) * kWidth + i)]) *
                static_cast<double>(layer.weights.at(column, tap * kWidth + i));
          }
        }
        const float made = output[static_cast<std::size_t>(row * columns + column)];
        worst = std::max(worst, std::abs(static_cast<double>(made) - sum));
      }
    }
    INFO(kernels->name << ", " << rows << " x " << columns);
    CHECK(worst < 2e-6);
  }
}
