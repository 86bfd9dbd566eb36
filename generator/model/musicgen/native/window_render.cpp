// SPDX-License-Identifier: Apache-2.0
#include "generator/model/musicgen/native/window_render.hpp"

#include <ATen/ops/empty.h>

namespace dgx::musicgen {
namespace {

DelayPattern pattern_of(const DecoderConfig& config, const Window& window) {
  return {static_cast<int>(config.num_codebooks), static_cast<int>(config.audio_channels),
          window.end - window.begin};
}

class WindowRender {
 public:
  WindowRender(const LanguageModel& model, std::span<TakeInProgress* const> takes,
               const Window& window, const Sampling& sampling)
      : config_(model.config()),
        takes_(takes),
        window_(window),
        sampling_(sampling),
        pattern_(pattern_of(model.config(), window)) {}

  void run(const LanguageModel& model, std::span<const ConditionPair> conditions,
           const std::function<void()>& step_done, const std::stop_token& stop) {
    const auto decoding = model.begin(rows(conditions), pattern_.columns(), stop);
    // The first step reads the start and all columns whose codebook 0 is known.
    at::Tensor columns = columns_between(0, window_.known + 1);
    for (std::int64_t column = window_.known + 1; column < pattern_.columns(); ++column) {
      const at::Tensor logits = decoding->advance(columns, stop);
      draw(logits.contiguous(), column);
      columns = columns_between(column, column + 1);
      step_done();
    }
  }

 private:
  [[nodiscard]] bool guided() const { return sampling_.cfg_coef > 1.0; }

  // The takes with their prompts, then, for guidance, the same takes without.
  [[nodiscard]] std::vector<Condition> rows(std::span<const ConditionPair> conditions) const {
    std::vector<Condition> rows;
    for (const ConditionPair& pair : conditions) rows.push_back(pair.with_prompt);
    if (!guided()) return rows;
    for (const ConditionPair& pair : conditions) rows.push_back(pair.without);
    return rows;
  }

  [[nodiscard]] std::int64_t code_at(const TakeInProgress& take, int codebook,
                                     std::int64_t column) const {
    const auto frame = pattern_.frame_at(codebook, column);
    if (!frame) return column == 0 ? config_.bos_token_id : config_.pad_token_id;
    return take.codes[static_cast<std::size_t>(codebook)]
                     [static_cast<std::size_t>(window_.begin + *frame)];
  }

  // [rows, codebooks, n]; the rows without prompts read the same codes.
  [[nodiscard]] at::Tensor columns_between(std::int64_t first, std::int64_t last) const {
    const std::int64_t rows = static_cast<std::int64_t>(takes_.size()) * (guided() ? 2 : 1);
    at::Tensor codes = at::empty({rows, config_.num_codebooks, last - first}, at::kLong);
    auto* place = codes.data_ptr<std::int64_t>();
    for (std::int64_t row = 0; row < rows; ++row) {
      const TakeInProgress& take = *takes_[static_cast<std::size_t>(row) % takes_.size()];
      for (int k = 0; k < pattern_.codebooks(); ++k) {
        for (std::int64_t column = first; column < last; ++column) {
          *place++ = code_at(take, k, column);
        }
      }
    }
    return codes;
  }

  // logits: [rows, codebooks, vocab_size].
  void draw(const at::Tensor& logits, std::int64_t column) const {
    for (std::size_t take = 0; take < takes_.size(); ++take) {
      for (int k = 0; k < pattern_.codebooks(); ++k) {
        const auto frame = pattern_.frame_at(k, column);
        if (!frame || *frame < window_.known) continue;
        const std::span<float> with = logits_of(logits, take, k);
        if (guided()) guide(with, logits_of(logits, takes_.size() + take, k), sampling_.cfg_coef);
        const std::int64_t absolute = window_.begin + *frame;
        takes_[take]->codes[static_cast<std::size_t>(k)][static_cast<std::size_t>(absolute)] =
            sample(with, sampling_, {takes_[take]->seed, absolute, k});
      }
    }
  }

  [[nodiscard]] std::span<float> logits_of(const at::Tensor& logits, std::size_t row,
                                           int codebook) const {
    const auto size = static_cast<std::size_t>(config_.vocab_size);
    const std::size_t place = (row * static_cast<std::size_t>(config_.num_codebooks) +
                               static_cast<std::size_t>(codebook)) *
                              size;
    return {logits.data_ptr<float>() + place, size};
  }

  const DecoderConfig& config_;
  std::span<TakeInProgress* const> takes_;
  Window window_;
  Sampling sampling_;
  DelayPattern pattern_;
};

}  // namespace

void render_window(const LanguageModel& model, std::span<TakeInProgress* const> takes,
                   std::span<const ConditionPair> conditions, const Window& window,
                   const Sampling& sampling, const std::function<void()>& step_done,
                   const std::stop_token& stop) {
  WindowRender(model, takes, window, sampling).run(model, conditions, step_done, stop);
}

std::int64_t count_steps(const DecoderConfig& config, const Window& window) {
  return pattern_of(config, window).columns() - 1 - window.known;
}

}  // namespace dgx::musicgen
