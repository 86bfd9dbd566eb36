// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <c10/core/Device.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "generator/model/musicgen/generator.hpp"
#include "generator/model/musicgen/native/loaded_model.hpp"

namespace dgx::musicgen {

/// A CUDA card that libtorch can compute on.
struct Card {
  std::optional<std::uint64_t> free_bytes{};  ///< Nothing where the driver does not tell
  bool computes_bfloat16 = true;              ///< From compute capability 8.0 on
};

/// What there is to compute on.
struct Machine {
  std::optional<std::uint64_t> available_bytes{};  ///< Of memory; nothing where Linux does not tell
  std::vector<Card> cards{};
};

Machine this_machine();

/// Where a model is going to live, and what was put aside on the way there.
struct ChosenPlacement {
  Placement placement{};
  std::vector<std::string> warnings{};
};

/// Of the processor: as many as it has, where the options leave it open.
int threads_of(const ComputeOptions& options);

/// The device and number type for a model: the first card, else the processor; there
/// kPackedType where the shape allows it, on a card bfloat16, or float16 where it has no bfloat16.
/// A card with too little memory for what memory_need() says leaves it to the processor, with a
/// warning. Throws Failure:
/// kInvalidArgument (a device that is not there, or a type it cannot compute in), kOutOfMemory
/// (needed and available are named).
ChosenPlacement choose_placement(const ModelConfig& config, const ComputeOptions& options,
                                 const Machine& machine);

}  // namespace dgx::musicgen
