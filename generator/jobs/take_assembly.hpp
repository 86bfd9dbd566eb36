// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "generator/base/result.hpp"
#include "generator/model/rendered_take.hpp"
#include "generator/protocol/engine_frames.hpp"
#include "generator/protocol/engine_messages.hpp"

namespace dgx::jobs {

/// Puts a take together from its TakeMessage and the audio and bytes frames that follow it. An
/// engine that announces one thing and sends another is refused with kCorrupt.
class TakeAssembly {
 public:
  /// Refuses an announcement without a mix, with too many streams, or longer than any take may be.
  static Result<TakeAssembly> begin(const protocol::TakeMessage& message);

  Status add(const protocol::AudioFrame& frame);
  Status add(protocol::BytesFrame&& frame);

  [[nodiscard]] bool complete() const;
  [[nodiscard]] model::RenderedTake take() { return std::move(take_); }

 private:
  TakeAssembly() = default;

  AudioClip& clip_of(std::size_t stream);

  std::vector<std::size_t> frames_announced_{};
  std::optional<std::int64_t> midi_stream_{};
  bool midi_arrived_ = false;
  model::RenderedTake take_{};
};

}  // namespace dgx::jobs
