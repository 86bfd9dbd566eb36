// SPDX-License-Identifier: Apache-2.0
// What 8 bits of weights cost: the logits of the golden models after the oracle's codes, against
// those of float32.
#include "generator/model/musicgen/native/packed_language_model.hpp"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/full.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "generator/model/musicgen/native/loaded_model.hpp"
#include "tests/model/musicgen/native/golden_model.hpp"

using namespace dgx;
using namespace dgx::musicgen;
using namespace dgx::test;

namespace {

LoadedModel load(const std::string& name, const Placement& placement) {
  auto checkpoint = Checkpoint::open(golden_model(name));
  REQUIRE_OK(checkpoint);
  auto config = read_model_config(golden_model(name));
  REQUIRE_OK(config);
  return LoadedModel::load(*checkpoint, *std::move(config), placement, [](const auto&) {}, {});
}

/// For each column the logits of the next, with and without the prompt: [column][2 * codebooks]
/// rows of probabilities' logarithms.
std::vector<std::vector<double>> log_probabilities(const LoadedModel& model,
                                                   const std::string& name) {
  const auto codes = oracle<std::int32_t>(name, "oracle-codes.i32");
  const auto tokens = oracle<std::int32_t>(name, "oracle-prompt.i32");
  const DecoderConfig& config = model.config.decoder;
  const auto frames = static_cast<std::int64_t>(codes.size()) / config.num_codebooks;
  const ConditionPair pair = model.conditioner->condition(tokens, {});
  const auto decoding = model.language_model->begin({pair.with_prompt, pair.without}, frames, {});
  std::vector<std::vector<double>> rows;
  for (std::int64_t frame = 0; frame < frames; ++frame) {
    at::Tensor column = at::full({2, config.num_codebooks, 1}, config.pad_token_id, at::kLong);
    for (std::int64_t k = 0; k < config.num_codebooks; ++k) {
      if (frame > k) {
        column.select(1, k).fill_(codes[static_cast<std::size_t>(k * frames + frame - k - 1)]);
      }
    }
    const at::Tensor logits = decoding->advance(column, {});
    const auto* numbers = logits.data_ptr<float>();
    for (std::int64_t row = 0; row < 2 * config.num_codebooks; ++row) {
      std::vector<double>& values = rows.emplace_back(numbers + row * config.vocab_size,
                                                      numbers + (row + 1) * config.vocab_size);
      double sum = 0;
      for (const double value : values) sum += std::exp(value);
      for (double& value : values) value -= std::log(sum);
    }
  }
  return rows;
}

}  // namespace

TEST_CASE("Weights in 8 bits hardly change what is drawn", "[packed model]") {
  const at::NoGradGuard no_gradients;
  const std::string name = GENERATE("mono", "melody");
  const auto exact = log_probabilities(load(name, {}), name);
  const auto packed = log_probabilities(load(name, {at::kCPU, kPackedType, 2}), name);
  REQUIRE(packed.size() == exact.size());
  double divergence = 0;
  double most = 0;
  std::size_t agreed = 0;
  for (std::size_t row = 0; row < exact.size(); ++row) {
    double of_row = 0;
    for (std::size_t i = 0; i < exact[row].size(); ++i) {
      of_row += std::exp(exact[row][i]) * (exact[row][i] - packed[row][i]);
    }
    divergence += of_row / static_cast<double>(exact.size());
    most = std::max(most, of_row);
    const auto best = [](const std::vector<double>& values) {
      return std::max_element(values.begin(), values.end()) - values.begin();
    };
    if (best(exact[row]) == best(packed[row])) ++agreed;
  }
  INFO("Kullback-Leibler divergence " << divergence << ", at most " << most << "; " << agreed
                                      << " of " << exact.size() << " best codes agree");
  CHECK(divergence < 0.002);
  CHECK(most < 0.02);
  CHECK(agreed >= exact.size() * 95 / 100);
}
