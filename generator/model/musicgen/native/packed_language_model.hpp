// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "generator/model/musicgen/kernels/packed_decoder.hpp"
#include "generator/model/musicgen/kernels/thread_team.hpp"
#include "generator/model/musicgen/native/language_model.hpp"
#include "generator/model/musicgen/native/weights.hpp"

namespace dgx::musicgen {

/// The language model by the project's own decode step on a processor: weights in 8 bits,
/// activations in 16 (kernels/packed_decoding.hpp). Nothing of libtorch runs in a step.
///
/// Threads: one batch at a time, with the threads of its team.
class PackedLanguageModel final : public LanguageModel {
 public:
  /// `weights` in float32 on the CPU. Throws Failure, as Weights does.
  PackedLanguageModel(const Weights& weights, const DecoderConfig& config, bool cross_attention,
                      int threads);

  [[nodiscard]] const DecoderConfig& config() const override { return decoder_.config; }
  // Of 16 bits each, where a weight has 8.
  [[nodiscard]] double column_growth(std::int64_t rows) const override {
    return static_cast<double>(rows) / (4 * static_cast<double>(config().hidden_size));
  }
  [[nodiscard]] std::unique_ptr<Decoding> begin(const std::vector<Condition>& rows,
                                                std::int64_t columns,
                                                const std::stop_token& stop) const override;

 private:
  std::unique_ptr<ThreadTeam> team_;
  PackedDecoder decoder_;
};

/// The kernels that a PackedLanguageModel uses on this processor.
const Kernels& packed_kernels();

}  // namespace dgx::musicgen
