// SPDX-License-Identifier: Apache-2.0
#include "generator/model/musicgen/kernels/packed_decoding.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <ctime>

namespace dgx::musicgen {
namespace {

// A long beginning is read in pieces of so many states: enough to use each weight well, few enough
// to keep a piece's states near.
constexpr std::int64_t kStatesAtOnce = 64;

// Weight rows of one task: few, so that nobody waits long for the last, but a page's worth.
constexpr std::int64_t kRowsOfTask = 64;

constexpr std::int64_t up_to_lanes(std::int64_t count) {
  return (count + kLanes - 1) / kLanes * kLanes;
}

std::size_t size(std::int64_t count) {
  return static_cast<std::size_t>(count);
}

double thread_seconds() {
  timespec time{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

double seconds_now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

}  // namespace

PackedDecoding::PackedDecoding(const PackedDecoder& decoder, const Kernels& kernels,
                               ThreadTeam& team, std::span<const PackedCondition> rows,
                               std::int64_t columns, const std::stop_token& stop)
    : decoder_(decoder),
      kernels_(kernels),
      team_(team),
      pace_(team.size()),
      rows_(static_cast<std::int64_t>(rows.size())) {
  const DecoderConfig& config = decoder.config;
  const std::int64_t width = config.hidden_size;
  for (const PackedCondition& row : rows) {
    prefix_.insert(prefix_.end(), row.prefix.begin(), row.prefix.end());
  }
  prefix_length_ = static_cast<std::int64_t>(prefix_.size()) / width / rows_;
  most_places_ = up_to_lanes(columns + prefix_length_);
  const std::int64_t layers = config.num_hidden_layers;
  cache_ = PageBuffer(size(2 * layers * rows_ * most_places_ * width) * sizeof(std::uint16_t));

  const std::int64_t states = std::max(kStatesAtOnce, rows_);
  states_.resize(size(states * width));
  mixed_.resize(size(states * width));
  wide_.resize(size(states * config.ffn_dim));
  for (int member = 0; member < team.size(); ++member) {
    Desk& desk = desks_.emplace_back();
    desk.activations = ActivationBuffer(states, std::max(width, config.ffn_dim));
    desk.normal.resize(size(width));
    desk.projected.resize(size(states * 3 * config.head_size()));
    desk.scores.resize(size(most_places_));
  }
  for (const PackedCondition& row : rows) {
    if (row.attended.empty()) break;
    remember_attended(row.attended, stop);
  }
}

HeadCache PackedDecoding::cache(std::size_t layer, std::int64_t row, std::int64_t head) const {
  const DecoderConfig& config = decoder_.config;
  const std::int64_t one = most_places_ * config.head_size();
  const std::int64_t index =
      (static_cast<std::int64_t>(layer) * rows_ + row) * config.num_attention_heads + head;
  std::uint16_t* keys = cache_.as<std::uint16_t>().data() + 2 * index * one;
  return {keys, keys + one, config.head_size()};
}

HeadCache PackedDecoding::attended_cache(const Attended& attended, std::size_t layer,
                                         std::int64_t head) const {
  const DecoderConfig& config = decoder_.config;
  const std::int64_t one = up_to_lanes(attended.length) * config.head_size();
  const std::int64_t index = static_cast<std::int64_t>(layer) * config.num_attention_heads + head;
  std::uint16_t* keys = attended.halves.as<std::uint16_t>().data() + 2 * index * one;
  return {keys, keys + one, config.head_size()};
}

void PackedDecoding::remember_attended(std::span<const float> states, const std::stop_token& stop) {
  const DecoderConfig& config = decoder_.config;
  const std::int64_t width = config.hidden_size;
  const std::int64_t head_size = config.head_size();
  Attended attended;
  attended.length = static_cast<std::int64_t>(states.size()) / width;
  attended.halves =
      PageBuffer(size(2 * config.num_hidden_layers * up_to_lanes(attended.length) * width) *
                 sizeof(std::uint16_t));
  ActivationBuffer activations(attended.length, width);
  const QuantisedRows quantised = activations.view(attended.length, width);
  for (std::int64_t i = 0; i < attended.length; ++i) {
    kernels_.quantise(&states[size(i * width)], width, quantised, i);
  }
  // The desks' room is for few states: each head has room of its own.
  std::vector<float> projected(size(config.num_attention_heads * attended.length * 2 * head_size));
  for (std::size_t layer = 0; layer < decoder_.layers.size(); ++layer) {
    if (stop.stop_requested()) break;
    team_.run(config.num_attention_heads, [&](int, std::int64_t head) {
      float* rows = &projected[size(head * attended.length * 2 * head_size)];
      const std::int64_t first = head * 2 * head_size;
      kernels_.multiply({decoder_.layers[layer].cross_key_value.view(), quantised, first,
                         first + 2 * head_size, rows, 2 * head_size, false});
      const HeadCache cache = attended_cache(attended, layer, head);
      for (std::int64_t i = 0; i < attended.length; ++i) {
        const float* key = rows + i * 2 * head_size;
        kernels_.remember(cache, i, key, key + head_size);
      }
    });
  }
  const std::size_t longest = size(up_to_lanes(attended.length));
  for (Desk& desk : desks_) desk.scores.resize(std::max(desk.scores.size(), longest));
  attended_.push_back(std::move(attended));
}

// The codebooks' embeddings summed. codes: [rows][codebooks][columns].
void PackedDecoding::embed(std::span<const std::int64_t> codes, std::int64_t columns,
                           std::int64_t row, std::int64_t column, float* state) const {
  const DecoderConfig& config = decoder_.config;
  const std::int64_t width = config.hidden_size;
  std::fill_n(state, width, 0.0F);
  for (std::int64_t k = 0; k < config.num_codebooks; ++k) {
    const std::int64_t code = codes[size((row * config.num_codebooks + k) * columns + column)];
    const float* embedding =
        &decoder_.embedding[size((k * (config.vocab_size + 1) + code) * width)];
    for (std::int64_t i = 0; i < width; ++i) state[i] += embedding[i];
  }
}

// Cosines, then sines; the frequencies fall from 1 to 1/10000 in half - 1 steps.
void PackedDecoding::add_position(std::int64_t position, float* state) const {
  const std::int64_t half = decoder_.config.hidden_size / 2;
  const auto step = static_cast<float>(-std::log(10'000.0) / static_cast<double>(half - 1));
  for (std::int64_t i = 0; i < half; ++i) {
    const float phase = static_cast<float>(position) * std::exp(static_cast<float>(i) * step);
    state[i] += std::cos(phase);
    state[half + i] += std::sin(phase);
  }
}

// The states of the places `first` to first + count of each row, of what advance() was given: the
// prefix comes before the first column.
void PackedDecoding::fill_states(std::span<const std::int64_t> codes, std::int64_t columns,
                                 std::int64_t first, std::int64_t count) {
  const std::int64_t width = decoder_.config.hidden_size;
  places_ = count;
  for (std::int64_t row = 0; row < rows_; ++row) {
    for (std::int64_t i = 0; i < count; ++i) {
      float* state = &states_[size((row * count + i) * width)];
      const std::int64_t place = position_ + i;
      if (place < prefix_length_) {
        std::copy_n(&prefix_[size((row * prefix_length_ + place) * width)], width, state);
      } else {
        embed(codes, columns, row, first + i, state);
      }
      add_position(place, state);
    }
  }
}

void PackedDecoding::quantise(const float* inputs, std::int64_t width, std::int64_t count,
                              Desk& desk) const {
  const QuantisedRows rows = desk.activations.view(count, width);
  for (std::int64_t i = 0; i < count; ++i) {
    kernels_.quantise(inputs + i * width, width, rows, i);
  }
}

void PackedDecoding::normalise(const NormWeights& norm, const float* states, std::int64_t count,
                               Desk& desk) const {
  const std::int64_t width = decoder_.config.hidden_size;
  const QuantisedRows rows = desk.activations.view(count, width);
  for (std::int64_t i = 0; i < count; ++i) {
    kernels_.layer_norm(states + i * width, norm.weight.data(), norm.bias.data(), width,
                        desk.normal.data());
    kernels_.quantise(desk.normal.data(), width, rows, i);
  }
}

void PackedDecoding::attend(const float* query, const HeadCache& cache, std::int64_t length,
                            float* output, Desk& desk) const {
  kernels_.attend({query, cache, length, desk.scores.data(), output});
}

// A head's query, key, value and attention are one task: nobody else needs what lies between.
void PackedDecoding::self_attention(std::size_t index) {
  const DecoderConfig& config = decoder_.config;
  const PackedLayer& layer = decoder_.layers[index];
  const std::int64_t width = config.hidden_size;
  const std::int64_t head_size = config.head_size();
  const std::int64_t states = rows_ * places_;
  const auto prepare = [&](int member) {
    normalise(layer.attention_norm, states_.data(), states, desk(member));
  };
  team_.run(config.num_attention_heads, prepare, [&](int member, std::int64_t head) {
    Desk& own = desk(member);
    const std::int64_t first = head * 3 * head_size;
    kernels_.multiply({layer.query_key_value.view(), own.activations.view(states, width), first,
                       first + 3 * head_size, own.projected.data(), 3 * head_size, false});
    for (std::int64_t row = 0; row < rows_; ++row) {
      const HeadCache past = cache(index, row, head);
      for (std::int64_t i = 0; i < places_; ++i) {
        const std::int64_t state = row * places_ + i;
        const float* query = &own.projected[size(state * 3 * head_size)];
        kernels_.remember(past, position_ + i, query + head_size, query + 2 * head_size);
        attend(query, past, position_ + i + 1, &mixed_[size(state * width + head * head_size)],
               own);
      }
    }
  });
  add_product(layer.attention_out, mixed_, width, states);
}

void PackedDecoding::cross_attention(std::size_t index) {
  const DecoderConfig& config = decoder_.config;
  const PackedLayer& layer = decoder_.layers[index];
  const std::int64_t width = config.hidden_size;
  const std::int64_t head_size = config.head_size();
  const std::int64_t states = static_cast<std::int64_t>(attended_.size()) * places_;
  if (states == 0) return;
  const auto prepare = [&](int member) {
    normalise(layer.cross_norm, states_.data(), states, desk(member));
  };
  team_.run(config.num_attention_heads, prepare, [&](int member, std::int64_t head) {
    Desk& own = desk(member);
    const std::int64_t first = head * head_size;
    kernels_.multiply({layer.cross_query.view(), own.activations.view(states, width), first,
                       first + head_size, own.projected.data(), head_size, false});
    for (std::int64_t state = 0; state < states; ++state) {
      const Attended& attended = attended_[size(state / places_)];
      attend(&own.projected[size(state * head_size)], attended_cache(attended, index, head),
             attended.length, &mixed_[size(state * width + first)], own);
    }
  });
  add_product(layer.cross_out, mixed_, width, states);
}

void PackedDecoding::feed_forward(const PackedLayer& layer) {
  const DecoderConfig& config = decoder_.config;
  const std::int64_t width = config.hidden_size;
  const std::int64_t states = rows_ * places_;
  const std::int64_t tasks = (config.ffn_dim + kRowsOfTask - 1) / kRowsOfTask;
  const auto prepare = [&](int member) {
    normalise(layer.feed_forward_norm, states_.data(), states, desk(member));
  };
  team_.run(tasks, prepare, [&](int member, std::int64_t task) {
    const std::int64_t first = task * kRowsOfTask;
    const std::int64_t last = std::min(first + kRowsOfTask, config.ffn_dim);
    float* output = &wide_[size(first)];
    kernels_.multiply({layer.widen.view(), desk(member).activations.view(states, width), first,
                       last, output, config.ffn_dim, false});
    for (std::int64_t i = 0; i < states; ++i) {
      kernels_.gelu(output + i * config.ffn_dim, last - first);
    }
  });
  add_product(layer.narrow, wide_, config.ffn_dim, states);
}

// states += inputs . matrix, for the first `states` of [states][width] inputs.
void PackedDecoding::add_product(const PackedMatrix& matrix, const std::vector<float>& inputs,
                                 std::int64_t width, std::int64_t states) {
  const std::int64_t tasks = (matrix.rows() + kRowsOfTask - 1) / kRowsOfTask;
  const auto prepare = [&](int member) { quantise(inputs.data(), width, states, desk(member)); };
  team_.run(tasks, prepare, [&](int member, std::int64_t task) {
    const std::int64_t first = task * kRowsOfTask;
    kernels_.multiply({matrix.view(), desk(member).activations.view(states, width), first,
                       std::min(first + kRowsOfTask, matrix.rows()), &states_[size(first)],
                       decoder_.config.hidden_size, true});
  });
}

void PackedDecoding::through_layer(std::size_t index) {
  self_attention(index);
  cross_attention(index);
  feed_forward(decoder_.layers[index]);
}

void PackedDecoding::to_logits(std::span<float> logits) {
  const std::int64_t width = decoder_.config.hidden_size;
  const PackedMatrix& heads = decoder_.heads;
  // The last place of each row, moved to the front.
  for (std::int64_t row = 0; row < rows_; ++row) {
    std::copy_n(&states_[size((row * places_ + places_ - 1) * width)], width,
                &states_[size(row * width)]);
  }
  const std::int64_t tasks = (heads.rows() + kRowsOfTask - 1) / kRowsOfTask;
  const auto prepare = [&](int member) {
    normalise(decoder_.final_norm, states_.data(), rows_, desk(member));
  };
  team_.run(tasks, prepare, [&](int member, std::int64_t task) {
    const std::int64_t first = task * kRowsOfTask;
    kernels_.multiply({heads.view(), desk(member).activations.view(rows_, width), first,
                       std::min(first + kRowsOfTask, heads.rows()), &logits[size(first)],
                       heads.rows(), false});
  });
}

bool PackedDecoding::advance(std::span<const std::int64_t> codes, std::span<float> logits,
                             const std::stop_token& stop) {
  const double began = seconds_now();
  const double computed = thread_seconds();
  team_.set_members(pace_.members());
  const std::int64_t columns =
      static_cast<std::int64_t>(codes.size()) / rows_ / decoder_.config.num_codebooks;
  const std::int64_t end = std::max(position_, prefix_length_) + columns;
  const std::int64_t first_column = end - columns;
  const std::int64_t at_once = std::max<std::int64_t>(kStatesAtOnce / rows_, 1);
  while (position_ < end) {
    const std::int64_t count = std::min(at_once, end - position_);
    fill_states(codes, columns, position_ - first_column, count);
    for (std::size_t layer = 0; layer < decoder_.layers.size(); ++layer) {
      if (stop.stop_requested()) return false;
      through_layer(layer);
    }
    position_ += count;
  }
  to_logits(logits);
  const double computing = thread_seconds() - computed - team_.take_seconds_waited();
  if (columns == 1) pace_.took(seconds_now() - began, computing);
  return true;
}

}  // namespace dgx::musicgen
