// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>

#include "generator/model/musicgen/generator.hpp"
#include "generator/model/musicgen/native/loaded_model.hpp"
#include "generator/model/musicgen/native/window_render.hpp"

namespace dgx::musicgen {

/// The Generator over a LoadedModel: prompts to codes, window by window, and codes to audio.
class NativeGenerator final : public Generator {
 public:
  /// `decode_seconds`: what the codec takes for one frame of one channel, for the time left.
  NativeGenerator(LoadedModel model, ComputeFacts facts, double decode_seconds)
      : model_(std::move(model)), facts_(std::move(facts)), decode_seconds_(decode_seconds) {}

  [[nodiscard]] ComputeFacts facts() const override { return facts_; }
  Status render(const RenderOrder& order, const RenderedSink& take, const ProgressSink& progress,
                const std::stop_token& stop) override;

  [[nodiscard]] const LoadedModel& model() const { return model_; }

 private:
  /// Takes whose prompts have one length can go side by side; where the text is a prefix, others
  /// cannot.
  using Groups = std::map<std::size_t, std::vector<std::size_t>>;

  [[nodiscard]] Groups group(const RenderOrder& order) const;
  [[nodiscard]] Codes encode_prompt(const RenderOrder& order, const std::stop_token& stop) const;
  [[nodiscard]] std::vector<TakeInProgress> begin_takes(const RenderOrder& order,
                                                        const Codes& prompt) const;
  [[nodiscard]] std::vector<float> melody_of(const RenderOrder& order, const Window& window) const;
  void make_codes(const RenderOrder& order, std::vector<TakeInProgress>& takes,
                  const std::vector<Window>& windows, const ProgressSink& progress,
                  const std::stop_token& stop) const;
  [[nodiscard]] RenderedTokens decode(TakeInProgress take, const AudioCodec::Progress& progress,
                                      const std::stop_token& stop) const;
  void render_or_throw(const RenderOrder& order, const RenderedSink& take,
                       const ProgressSink& progress, const std::stop_token& stop) const;

  LoadedModel model_;
  ComputeFacts facts_;
  double decode_seconds_;
};

}  // namespace dgx::musicgen
