// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <stop_token>
#include <vector>

#include "generator/model/musicgen/kernels/packed_decoder.hpp"
#include "generator/model/musicgen/kernels/step_pace.hpp"
#include "generator/model/musicgen/kernels/thread_team.hpp"

namespace dgx::musicgen {

/// What one row of a batch is made from. Refers to floats that must live while it is begun.
struct PackedCondition {
  std::span<const float> attended{};  ///< States to attend to, [length][hidden_size]; may be none
  std::span<const float> prefix{};    ///< States before the codes, [length][hidden_size]
};

/// One batch on its way through a PackedDecoder: weights in 8 bits, activations in 16, keys and
/// values in binary16, sums and all else in float32. Refers to the decoder, the team and the
/// kernels. What it gives does not depend on the instruction set, the number of threads or the
/// other rows.
///
/// Threads: one at a time; it works with those of the team.
class PackedDecoding {
 public:
  /// Rows with something to attend to come first, and all prefixes have one length. `columns` is
  /// the most that advance() will be given in all. Throws std::bad_alloc. Where `stop` was
  /// triggered meanwhile, so it is at the first advance().
  PackedDecoding(const PackedDecoder& decoder, const Kernels& kernels, ThreadTeam& team,
                 std::span<const PackedCondition> rows, std::int64_t columns,
                 const std::stop_token& stop);

  /// Reads the next columns, `codes` of [rows][codebooks][n], and writes the logits of the column
  /// after the last: [rows][codebooks][vocab_size]. False when `stop` was triggered, which is
  /// looked at before each layer: then the logits are none, and this is of no more use.
  [[nodiscard]] bool advance(std::span<const std::int64_t> codes, std::span<float> logits,
                             const std::stop_token& stop);

 private:
  /// What one member of the team works with.
  struct Desk {
    ActivationBuffer activations{};
    std::vector<float> normal{};     ///< One state
    std::vector<float> projected{};  ///< What one head makes of all states
    std::vector<float> scores{};
  };
  /// Keys and values of what one row attends to, of all layers and heads.
  struct Attended {
    std::int64_t length = 0;
    PageBuffer halves{};
  };

  void remember_attended(std::span<const float> states, const std::stop_token& stop);
  void embed(std::span<const std::int64_t> codes, std::int64_t columns, std::int64_t row,
             std::int64_t column, float* state) const;
  void add_position(std::int64_t position, float* state) const;
  void fill_states(std::span<const std::int64_t> codes, std::int64_t columns, std::int64_t first,
                   std::int64_t count);

  void through_layer(std::size_t index);
  void self_attention(std::size_t index);
  void cross_attention(std::size_t index);
  void feed_forward(const PackedLayer& layer);
  void add_product(const PackedMatrix& matrix, const std::vector<float>& inputs, std::int64_t width,
                   std::int64_t states);
  void to_logits(std::span<float> logits);

  void normalise(const NormWeights& norm, const float* states, std::int64_t count,
                 Desk& desk) const;
  void quantise(const float* inputs, std::int64_t width, std::int64_t count, Desk& desk) const;
  void attend(const float* query, const HeadCache& cache, std::int64_t length, float* output,
              Desk& desk) const;
  [[nodiscard]] HeadCache cache(std::size_t layer, std::int64_t row, std::int64_t head) const;
  [[nodiscard]] HeadCache attended_cache(const Attended& attended, std::size_t layer,
                                         std::int64_t head) const;
  [[nodiscard]] Desk& desk(int member) { return desks_[static_cast<std::size_t>(member)]; }

  const PackedDecoder& decoder_;
  const Kernels& kernels_;
  ThreadTeam& team_;
  StepPace pace_;
  std::int64_t rows_;
  std::int64_t most_places_;     ///< Of all columns and prefixes, a multiple of kLanes
  std::vector<float> prefix_{};  ///< [rows][length][hidden_size]
  std::int64_t prefix_length_ = 0;
  std::vector<Attended> attended_{};  ///< Of the first rows
  PageBuffer cache_{};

  std::int64_t position_ = 0;    ///< Places that are done
  std::int64_t places_ = 0;      ///< Of each row in what follows
  std::vector<float> states_{};  ///< [rows][places][hidden_size]
  std::vector<float> mixed_{};   ///< Of attention, in the same shape
  std::vector<float> wide_{};    ///< [rows][places][ffn_dim]
  std::vector<Desk> desks_{};    ///< One a member
};

}  // namespace dgx::musicgen
