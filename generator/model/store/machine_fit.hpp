// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "generator/base/result.hpp"

// How a model fits this machine, as far as that can be told without running it.
namespace dgx::model {

/// What the kernel says it can give without swapping (MemAvailable). Failure: kIo.
Result<std::uint64_t> memory_available();

/// What the whole machine has (MemTotal), whoever uses it now. Failure: kIo.
Result<std::uint64_t> memory_of_machine();

/// kOutOfMemory, naming both, where a model needs more than the machine has: it could never run on
/// the processor here.
Status require_memory(const std::string& id, std::uint64_t needed, std::uint64_t machine);

/// Whether a driver for NVIDIA's cards is loaded, so that a model may live in a card's memory.
[[nodiscard]] bool has_graphics_card();

/// Whether the setting `device` lets MusicGen compute on such a card. What libtorch makes of it is
/// known when a model is loaded.
[[nodiscard]] bool computes_on_card(const std::string& device);

/// Bytes a second that all cores together read from memory: the best of a few passes over a buffer
/// far larger than the caches, about a third of a second. 0 where the buffer does not fit.
[[nodiscard]] std::uint64_t measure_read_bandwidth();

/// Seconds of computing for one second of music, at the very best, on a processor: each of the 50
/// steps of a second reads `bytes_per_step` of the language model's weights once, and nothing can
/// be faster than that reading. What else is computed comes on top, so that a value above 1 means
/// "not in real time" for certain, and one below 1 only "perhaps".
[[nodiscard]] double least_seconds_per_second(std::uint64_t bytes_per_step,
                                              std::uint64_t read_bytes_per_second);

}  // namespace dgx::model
