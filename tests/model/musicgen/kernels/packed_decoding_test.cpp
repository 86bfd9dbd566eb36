// SPDX-License-Identifier: Apache-2.0
#include "generator/model/musicgen/kernels/packed_decoding.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include "tests/support/catch.hpp"
#include "tests/support/random_decoder.hpp"

using namespace dgx::musicgen;
using dgx::RandomStream;
using dgx::test::random_decoder;
using dgx::test::random_floats;

namespace {

DecoderConfig small_shape() {
  DecoderConfig config;
  config.vocab_size = 40;
  config.hidden_size = 64;
  config.num_hidden_layers = 3;
  config.num_attention_heads = 4;
  config.ffn_dim = 160;
  config.num_codebooks = 4;
  return config;
}

std::vector<std::int64_t> random_codes(RandomStream& random, const DecoderConfig& config,
                                       std::int64_t count) {
  std::vector<std::int64_t> codes(static_cast<std::size_t>(count));
  for (std::int64_t& code : codes) {
    code = random.below(static_cast<std::uint32_t>(config.vocab_size + 1));
  }
  return codes;
}

// The columns first to last of [rows][codebooks][columns].
std::vector<std::int64_t> columns_of(const std::vector<std::int64_t>& codes, std::int64_t columns,
                                     std::int64_t first, std::int64_t last) {
  std::vector<std::int64_t> part;
  for (std::size_t begin = 0; begin < codes.size(); begin += static_cast<std::size_t>(columns)) {
    part.insert(part.end(), codes.begin() + static_cast<std::ptrdiff_t>(begin) + first,
                codes.begin() + static_cast<std::ptrdiff_t>(begin) + last);
  }
  return part;
}

/// The same transformer in double precision, in the simplest way, for one row.
class Exact {
 public:
  using Vector = std::vector<double>;

  explicit Exact(const PackedDecoder& decoder) : decoder_(decoder), config_(decoder.config) {}

  Vector logits(const PackedCondition& row, const std::vector<std::int64_t>& codes) {
    std::vector<Vector> states = begin_states(row, codes);
    for (const PackedLayer& layer : decoder_.layers) {
      attend_to_self(layer, states);
      if (!row.attended.empty()) attend_to_text(layer, row, states);
      feed_forward(layer, states);
    }
    return times(decoder_.heads, norm(decoder_.final_norm, states.back()));
  }

 private:
  static std::size_t index(std::int64_t value) { return static_cast<std::size_t>(value); }

  std::vector<Vector> begin_states(const PackedCondition& row,
                                   const std::vector<std::int64_t>& codes) {
    const std::int64_t width = config_.hidden_size;
    std::vector<Vector> states;
    for (std::size_t i = 0; i < row.prefix.size(); i += index(width)) {
      states.emplace_back(row.prefix.begin() + static_cast<std::ptrdiff_t>(i),
                          row.prefix.begin() + static_cast<std::ptrdiff_t>(i) + width);
    }
    const std::int64_t columns = static_cast<std::int64_t>(codes.size()) / config_.num_codebooks;
    for (std::int64_t column = 0; column < columns; ++column) {
      Vector& state = states.emplace_back(index(width));
      for (std::int64_t k = 0; k < config_.num_codebooks; ++k) {
        const std::int64_t code = codes[index(k * columns + column)];
        for (std::int64_t i = 0; i < width; ++i) {
          state[index(i)] +=
              decoder_.embedding[index((k * (config_.vocab_size + 1) + code) * width + i)];
        }
      }
    }
    const std::int64_t half = width / 2;
    for (std::size_t place = 0; place < states.size(); ++place) {
      for (std::int64_t i = 0; i < half; ++i) {
        const double frequency =
            std::pow(10'000.0, -static_cast<double>(i) / static_cast<double>(half - 1));
        states[place][index(i)] += std::cos(static_cast<double>(place) * frequency);
        states[place][index(half + i)] += std::sin(static_cast<double>(place) * frequency);
      }
    }
    return states;
  }

  static Vector norm(const NormWeights& weights, const Vector& state) {
    const auto count = static_cast<double>(state.size());
    double mean = 0;
    for (const double value : state) mean += value / count;
    double variance = 0;
    for (const double value : state) variance += (value - mean) * (value - mean) / count;
    Vector result;
    for (std::size_t i = 0; i < state.size(); ++i) {
      result.push_back((state[i] - mean) / std::sqrt(variance + 1e-5) * weights.weight[i] +
                       weights.bias[i]);
    }
    return result;
  }

  static Vector times(const PackedMatrix& matrix, const Vector& state) {
    Vector result(index(matrix.rows()));
    for (std::int64_t row = 0; row < matrix.rows(); ++row) {
      for (std::size_t i = 0; i < state.size(); ++i) {
        result[index(row)] += state[i] * matrix.weight(row, static_cast<std::int64_t>(i));
      }
    }
    return result;
  }

  static void add(Vector& state, const Vector& more) {
    for (std::size_t i = 0; i < state.size(); ++i) state[i] += more[i];
  }

  // One head: `keys` and `values` begin at `place` of each of the first `count` rows.
  void mix(const double* query, const std::vector<Vector>& rows, std::size_t count,
           std::size_t keys, std::size_t values, double* output) const {
    const std::size_t size = index(config_.head_size());
    Vector weights(count);
    double sum = 0;
    for (std::size_t t = 0; t < count; ++t) {
      double score = 0;
      for (std::size_t i = 0; i < size; ++i) score += query[i] * rows[t][keys + i];
      weights[t] = std::exp(score / std::sqrt(static_cast<double>(size)));
      sum += weights[t];
    }
    for (std::size_t t = 0; t < count; ++t) {
      for (std::size_t i = 0; i < size; ++i) output[i] += weights[t] / sum * rows[t][values + i];
    }
  }

  void attend_to_self(const PackedLayer& layer, std::vector<Vector>& states) const {
    const std::size_t size = index(config_.head_size());
    std::vector<Vector> projected;
    for (const Vector& state : states) {
      projected.push_back(times(layer.query_key_value, norm(layer.attention_norm, state)));
    }
    for (std::size_t place = 0; place < states.size(); ++place) {
      Vector mixed(states[place].size());
      for (std::size_t head = 0; head < index(config_.num_attention_heads); ++head) {
        const std::size_t begin = head * 3 * size;
        mix(&projected[place][begin], projected, place + 1, begin + size, begin + 2 * size,
            &mixed[head * size]);
      }
      add(states[place], times(layer.attention_out, mixed));
    }
  }

  void attend_to_text(const PackedLayer& layer, const PackedCondition& row,
                      std::vector<Vector>& states) const {
    const std::size_t size = index(config_.head_size());
    const std::size_t width = index(config_.hidden_size);
    std::vector<Vector> text;
    for (std::size_t i = 0; i < row.attended.size(); i += width) {
      text.push_back(times(layer.cross_key_value,
                           Vector(row.attended.begin() + static_cast<std::ptrdiff_t>(i),
                                  row.attended.begin() + static_cast<std::ptrdiff_t>(i + width))));
    }
    for (Vector& state : states) {
      const Vector queries = times(layer.cross_query, norm(layer.cross_norm, state));
      Vector mixed(width);
      for (std::size_t head = 0; head < index(config_.num_attention_heads); ++head) {
        mix(&queries[head * size], text, text.size(), head * 2 * size, head * 2 * size + size,
            &mixed[head * size]);
      }
      add(state, times(layer.cross_out, mixed));
    }
  }

  void feed_forward(const PackedLayer& layer, std::vector<Vector>& states) const {
    for (Vector& state : states) {
      Vector wide = times(layer.widen, norm(layer.feed_forward_norm, state));
      for (double& x : wide) x = 0.5 * x * (1.0 + std::erf(x / std::numbers::sqrt2));
      add(state, times(layer.narrow, wide));
    }
  }

  const PackedDecoder& decoder_;
  const DecoderConfig& config_;
};

/// Two rows, one of them with something to attend to, and codes for both.
struct Batch {
  explicit Batch(const DecoderConfig& config, std::int64_t prefix_length = 0) {
    RandomStream random(7, 1);
    text = random_floats(random, 5 * config.hidden_size, 1.0F);
    prefix = random_floats(random, 2 * prefix_length * config.hidden_size, 1.0F);
    codes = random_codes(random, config, 2 * config.num_codebooks * kColumns);
    const std::span<const float> both(prefix);
    rows = {{text, both.first(both.size() / 2)}, {{}, both.last(both.size() / 2)}};
  }
  static constexpr std::int64_t kColumns = 83;
  std::vector<float> text{};
  std::vector<float> prefix{};
  std::vector<std::int64_t> codes{};
  std::vector<PackedCondition> rows{};
};

/// The logits after all columns, of which the first `at_once` are given in one call.
std::vector<float> decode(const PackedDecoder& decoder, const Kernels& kernels, int threads,
                          const Batch& batch, std::int64_t at_once) {
  ThreadTeam team(threads);
  PackedDecoding decoding(decoder, kernels, team, batch.rows, Batch::kColumns, {});
  std::vector<float> logits(2 * static_cast<std::size_t>(decoder.heads.rows()));
  REQUIRE(decoding.advance(columns_of(batch.codes, Batch::kColumns, 0, at_once), logits, {}));
  for (std::int64_t column = at_once; column < Batch::kColumns; ++column) {
    const auto next = columns_of(batch.codes, Batch::kColumns, column, column + 1);
    REQUIRE(decoding.advance(next, logits, {}));
  }
  return logits;
}

const Kernels& fastest() {
  return *kernels_here().front();
}

}  // namespace

TEST_CASE("The logits are those of the exact transformer but for the rounding of activations",
          "[packed decoding]") {
  const PackedDecoder decoder = random_decoder(small_shape(), 1);
  const Batch batch(decoder.config, GENERATE(0, 3));
  const std::vector<float> logits = decode(decoder, fastest(), 2, batch, 1);
  const std::size_t half = batch.codes.size() / 2;
  for (std::size_t row = 0; row < 2; ++row) {
    const std::vector<std::int64_t> codes(
        batch.codes.begin() + static_cast<std::ptrdiff_t>(row * half),
        batch.codes.begin() + static_cast<std::ptrdiff_t>((row + 1) * half));
    const std::vector<double> exact = Exact(decoder).logits(batch.rows[row], codes);
    double error = 0;
    double size = 0;
    for (std::size_t i = 0; i < exact.size(); ++i) {
      const double difference = logits[row * exact.size() + i] - exact[i];
      error += difference * difference;
      size += exact[i] * exact[i];
    }
    // What is left is mostly that of keys and values in 11 bits.
    CHECK(std::sqrt(error / size) < 1e-3);
  }
}

TEST_CASE("Instruction set and threads change no bit", "[packed decoding]") {
  const PackedDecoder decoder = random_decoder(small_shape(), 2);
  const Batch batch(decoder.config);
  const std::vector<float> expected = decode(decoder, *kernels_here().back(), 1, batch, 1);
  for (const Kernels* kernels : kernels_here()) {
    for (const int threads : {1, 2, 5}) {
      INFO("kernels " << kernels->name << ", threads " << threads);
      CHECK(decode(decoder, *kernels, threads, batch, 1) == expected);
    }
  }
}

TEST_CASE("Reading a beginning at once gives what reading it column by column gives",
          "[packed decoding]") {
  const PackedDecoder decoder = random_decoder(small_shape(), 3);
  const Batch batch(decoder.config, GENERATE(0, 40));
  const std::vector<float> expected = decode(decoder, fastest(), 2, batch, 1);
  CHECK(decode(decoder, fastest(), 2, batch, 2) == expected);
  CHECK(decode(decoder, fastest(), 2, batch, Batch::kColumns) == expected);
}

TEST_CASE("A row does not depend on the others", "[packed decoding]") {
  const PackedDecoder decoder = random_decoder(small_shape(), 4);
  Batch batch(decoder.config);
  const std::vector<float> both = decode(decoder, fastest(), 1, batch, 9);
  ThreadTeam team(1);
  PackedDecoding alone(decoder, fastest(), team, std::span(batch.rows).first(1), Batch::kColumns,
                       {});
  std::vector<float> logits(static_cast<std::size_t>(decoder.heads.rows()));
  const std::vector<std::int64_t> codes(
      batch.codes.begin(),
      batch.codes.begin() + static_cast<std::ptrdiff_t>(batch.codes.size() / 2));
  REQUIRE(alone.advance(codes, logits, {}));
  CHECK(std::equal(logits.begin(), logits.end(), both.begin()));
}

TEST_CASE("A stop ends a step before it is done", "[packed decoding]") {
  const PackedDecoder decoder = random_decoder(small_shape(), 5);
  const Batch batch(decoder.config);
  ThreadTeam team(2);
  std::stop_source stop;
  PackedDecoding decoding(decoder, fastest(), team, batch.rows, Batch::kColumns, stop.get_token());
  std::vector<float> logits(2 * static_cast<std::size_t>(decoder.heads.rows()));
  stop.request_stop();
  CHECK_FALSE(decoding.advance(batch.codes, logits, stop.get_token()));
}

TEST_CASE("Shapes that no MusicGen has are not packed", "[packed decoding]") {
  DecoderConfig config;
  CHECK(can_pack(config));
  config.hidden_size = 72;
  config.num_attention_heads = 4;
  CHECK_FALSE(can_pack(config));
  config = DecoderConfig();
  config.ffn_dim = 4100;
  CHECK_FALSE(can_pack(config));
  config = DecoderConfig();
  config.num_attention_heads = 128;
  CHECK_FALSE(can_pack(config));
}
