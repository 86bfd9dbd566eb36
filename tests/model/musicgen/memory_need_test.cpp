// SPDX-License-Identifier: Apache-2.0
#include "generator/model/musicgen/memory_need.hpp"

#include <filesystem>
#include <string>

#include "generator/model/musicgen/checkpoint.hpp"
#include "tests/support/catch.hpp"

using namespace dgx::musicgen;

namespace {

std::filesystem::path golden_model(const std::string& name) {
  return std::filesystem::path(DGX_SOURCE_DIR) / "tests/golden/musicgen" / name;
}

ModelConfig golden_config(const std::string& name) {
  const auto config = read_model_config(golden_model(name));
  REQUIRE_OK(config);
  return *config;
}

// What loading reads and folds into others, or does not need.
bool stays(const std::string& name) {
  for (const char* part :
       {"weight_g", "original0", "embed_positions", "cluster_size", "embed_avg", "inited"}) {
    if (name.find(part) != std::string::npos) return false;
  }
  return true;
}

}  // namespace

TEST_CASE("The weights of a model are what its file holds, number for number", "[memory]") {
  const std::string name = GENERATE("mono", "melody");
  CAPTURE(name);
  const auto checkpoint = Checkpoint::open(golden_model(name));
  REQUIRE_OK(checkpoint);
  std::uint64_t language_model = 0;
  std::uint64_t rest = 0;
  for (const TensorEntry& entry : checkpoint->tensors()) {
    if (!stays(entry.name)) continue;
    const std::uint64_t numbers = entry.byte_count / byte_size(entry.type);
    (entry.name.starts_with("decoder.") ? language_model : rest) += numbers;
  }
  const ModelConfig config = golden_config(name);
  const MemoryNeed exact = memory_need(config, NumberType::kFloat32, false);
  CHECK(exact.language_model == 4 * language_model);
  CHECK(exact.other_weights == 4 * rest);
  CHECK(memory_need(config, NumberType::kBFloat16, true).language_model == 2 * language_model);
}

TEST_CASE("Keys and values have the size of their number type", "[memory]") {
  const ModelConfig config = golden_config("mono");
  const auto attention = [&](NumberType type) {
    return memory_need(config, type, false).attention;
  };
  CHECK(attention(NumberType::kFloat32) == 2 * attention(NumberType::kInt8));
  CHECK(attention(NumberType::kBFloat16) == attention(NumberType::kInt8));
  // [key, value] x layers x width x 2 bytes x (two rows of 1,504 places, 64 of the prompt)
  const auto layers = static_cast<std::uint64_t>(config.decoder.num_hidden_layers);
  CHECK(attention(NumberType::kInt8) == 2 * layers * 64 * 2 * (2 * 1504 + 64));
}

TEST_CASE("What a type stands for depends on where and on the shape", "[memory]") {
  DecoderConfig config;
  CHECK(resolved(NumberType::kAutomatic, config, false) == NumberType::kInt8);
  CHECK(resolved(NumberType::kAutomatic, config, true) == NumberType::kBFloat16);
  CHECK(resolved(NumberType::kFloat32, config, true) == NumberType::kFloat32);
  config.ffn_dim = 4100;
  CHECK(resolved(NumberType::kAutomatic, config, false) == NumberType::kFloat32);
}

TEST_CASE("Attention and the codec take their memory one after the other", "[memory]") {
  MemoryNeed need{1, 20, 300, 4000, 50'000, 0};
  CHECK(need.total() == 54'021);
  need.attention = 5000;
  CHECK(need.total() == 55'021);
}
