// SPDX-License-Identifier: Apache-2.0
// The memory that a model is said to need, against what the kernel counts.
#include <unistd.h>

#include <fstream>

#include "generator/model/musicgen/memory_need.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/random_decoder.hpp"

using namespace dgx::musicgen;

namespace {

double resident_bytes() {
  std::ifstream file("/proc/self/statm");
  double whole = 0;
  double resident = 0;
  file >> whole >> resident;
  return resident * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

}  // namespace

TEST_CASE("Weights in 8 bits take the memory that is told, within 5 percent", "[memory]") {
  ModelConfig config;
  config.decoder.hidden_size = 512;
  config.decoder.num_attention_heads = 8;
  config.decoder.num_hidden_layers = 8;
  config.decoder.ffn_dim = 2048;
  const double before = resident_bytes();
  const PackedDecoder decoder = dgx::test::random_decoder(config.decoder, 7);
  const double taken = resident_bytes() - before;
  CHECK(decoder.layers.size() == 8);
  const MemoryNeed need = memory_need(config, NumberType::kInt8, false);
  CHECK(taken == Approx(static_cast<double>(need.language_model)).epsilon(0.05));
}
