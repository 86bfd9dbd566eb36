// SPDX-License-Identifier: Apache-2.0
// What a step of MusicGen's decoder takes on this processor, against the time that reading its
// weights and cache from memory takes: the floor, measured in the same run.
// Usage: dgx_bench_decode_step [small|medium|large [THREADS [KERNELS]]]

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "generator/model/musicgen/kernels/packed_decoding.hpp"
#include "tests/support/random_decoder.hpp"

namespace {

using namespace dgx::musicgen;
using Clock = std::chrono::steady_clock;

constexpr int kSteps = 40;
constexpr std::int64_t kTextLength = 20;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// Bytes a second that `threads` threads read together, the best of several passes over 1 GB.
double read_bandwidth(ThreadTeam& team) {
  constexpr std::size_t kBytes = std::size_t{1} << 30;
  constexpr std::int64_t kTasks = 1024;
  const PageBuffer buffer(kBytes);
  const std::span<std::uint64_t> words = buffer.as<std::uint64_t>();
  std::fill(words.begin(), words.end(), 1);
  using Words = std::uint64_t __attribute__((vector_size(64)));
  std::vector<std::uint64_t> sums(kTasks);
  double best = 0;
  for (int pass = 0; pass < 7; ++pass) {
    const auto start = Clock::now();
    team.run(kTasks, [&](int, std::int64_t task) {
      const auto* lanes = reinterpret_cast<const Words*>(words.data()) +
                          static_cast<std::size_t>(task) * (kBytes / kTasks / sizeof(Words));
      Words total[4] = {};
      for (std::size_t i = 0; i < kBytes / kTasks / sizeof(Words); i += 4) {
        for (std::size_t k = 0; k < 4; ++k) total[k] += lanes[i + k];
      }
      for (const Words& part : total) sums[static_cast<std::size_t>(task)] += part[0];
    });
    best = std::max(best, kBytes / seconds_since(start));
  }
  if (sums[0] == 0) std::abort();  // Keeps the sums from being left out.
  return best;
}

DecoderConfig shape(const std::string& name) {
  DecoderConfig config;
  if (name == "medium") {
    config.hidden_size = 1536;
    config.num_hidden_layers = 48;
    config.num_attention_heads = 24;
  } else if (name == "large") {
    config.hidden_size = 2048;
    config.num_hidden_layers = 48;
    config.num_attention_heads = 32;
  }
  config.ffn_dim = 4 * config.hidden_size;
  return config;
}

/// Of all matrices that a step reads: all but the keys and values of the text.
double weight_bytes(const PackedDecoder& decoder) {
  std::int64_t bytes = decoder.heads.bytes();
  for (const PackedLayer& layer : decoder.layers) {
    bytes += layer.query_key_value.bytes() + layer.attention_out.bytes() +
             layer.cross_query.bytes() + layer.cross_out.bytes() + layer.widen.bytes() +
             layer.narrow.bytes();
  }
  return static_cast<double>(bytes);
}

const Kernels& find_kernels(const std::string& name) {
  for (const Kernels* kernels : kernels_here()) {
    if (name.empty() || name == kernels->name) return *kernels;
  }
  std::fprintf(stderr, "this processor has no kernels called %s\n", name.c_str());
  std::exit(2);
}

}  // namespace

int main(int argc, char** argv) {
  const std::string size = argc > 1 ? argv[1] : "small";
  const int threads =
      argc > 2 ? std::atoi(argv[2]) : static_cast<int>(std::thread::hardware_concurrency());
  const Kernels& kernels = find_kernels(argc > 3 ? argv[3] : "");
  const DecoderConfig config = shape(size);
  std::printf("musicgen-%s, random weights, W8A16 by %s, a row with and a row without the prompt\n",
              size.c_str(), kernels.name);
  const PackedDecoder decoder = dgx::test::random_decoder(config, 1);
  dgx::RandomStream random(2, 0);
  const std::vector<float> text =
      dgx::test::random_floats(random, kTextLength * config.hidden_size, 1.0F);
  ThreadTeam team(threads);
  const double bandwidth = read_bandwidth(team);
  std::printf("read bandwidth with %d threads: %.1f GB/s\n\n", threads, bandwidth / 1e9);
  std::printf(
      "| position | least ms | median ms | floor ms | median / floor |\n|---|---|---|---|---|\n");
  const std::vector<PackedCondition> rows = {{text, {}}, {}};
  std::vector<std::int64_t> codes(static_cast<std::size_t>(2 * config.num_codebooks), 7);
  std::vector<float> logits(static_cast<std::size_t>(2 * config.num_codebooks * config.vocab_size));
  for (const std::int64_t position : {0, 400, 800, 1500}) {
    PackedDecoding decoding(decoder, kernels, team, rows, position + kSteps + 4, {});
    std::vector<std::int64_t> beginning(codes.size() * static_cast<std::size_t>(position + 1), 7);
    if (!decoding.advance(beginning, logits, {})) return 1;
    std::vector<double> times;
    for (int step = 0; step < kSteps; ++step) {
      const auto start = Clock::now();
      if (!decoding.advance(codes, logits, {})) return 1;
      times.push_back(seconds_since(start));
    }
    std::sort(times.begin(), times.end());
    const double cache =
        2.0 * 2 * 2 * static_cast<double>(config.num_hidden_layers * config.hidden_size * position);
    const double floor = (weight_bytes(decoder) + cache) / bandwidth;
    const double median = times[times.size() / 2];
    std::printf("| %ld | %.2f | %.2f | %.2f | %.2f |\n", static_cast<long>(position),
                1e3 * times.front(), 1e3 * median, 1e3 * floor, median / floor);
    std::fflush(stdout);
  }
}
