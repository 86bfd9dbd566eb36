// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <c10/core/Device.h>

#include <cstdint>
#include <string>
#include <vector>

#include "generator/model/musicgen/checkpoint.hpp"
#include "generator/model/musicgen/generator.hpp"
#include "generator/model/musicgen/native/loaded_model.hpp"

namespace dgx::musicgen {

/// Where a model is going to live, and what was put aside on the way there.
struct ChosenPlacement {
  Placement placement{};
  std::vector<std::string> warnings{};
};

/// The device and number type for these weights. Throws Failure: kInvalidArgument (a device that
/// is not there, or a type it cannot compute in), kOutOfMemory (needed and available are named).
ChosenPlacement choose_placement(const Checkpoint& checkpoint, const ComputeOptions& options);

/// Bytes that the weights take once loaded: the language model in its type, the rest in float32.
std::uint64_t bytes_when_loaded(const Checkpoint& checkpoint, at::ScalarType type);

}  // namespace dgx::musicgen
