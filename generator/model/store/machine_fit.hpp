// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "generator/base/result.hpp"

// How a model fits this machine, as far as that can be told without running it.
namespace dgx::model {

/// Memory that rendering 30 s (the window of longer clips too) takes on a CPU in fp32:
///   4 bytes a parameter
///   + keys and values of attention: 2 x layers x width x 1504 columns x 4 bytes, for two rows
///     (with the prompt and without it)
///   + 0.5 GB for the program, torch and the codec's work.
[[nodiscard]] std::uint64_t memory_needed(std::uint64_t parameters, std::int64_t decoder_layers,
                                          std::int64_t decoder_width);

/// What the kernel says it can give without swapping (MemAvailable). Failure: kIo.
Result<std::uint64_t> memory_available();

/// What the whole machine has (MemTotal), whoever uses it now. Failure: kIo.
Result<std::uint64_t> memory_of_machine();

/// kOutOfMemory, naming both, where a model needs more than the machine has: it could never run on
/// the processor here.
Status require_memory(const std::string& id, std::uint64_t needed, std::uint64_t machine);

/// Whether a driver for NVIDIA's cards is loaded, so that a model may live in a card's memory.
[[nodiscard]] bool has_graphics_card();

/// Bytes a second that all cores together read from memory: the best of a few passes over a buffer
/// far larger than the caches, about a third of a second. 0 where the buffer does not fit.
[[nodiscard]] std::uint64_t measure_read_bandwidth();

/// Seconds of computing for one second of music, at the very best, on a CPU in fp32: each of the
/// 50 steps of a second reads every weight of the language model once, and nothing can be faster
/// than that reading. What else is computed comes on top, so that a value above 1 means "not in
/// real time" for certain, and one below 1 only "perhaps".
[[nodiscard]] double least_seconds_per_second(std::uint64_t decoder_parameters,
                                              std::uint64_t read_bytes_per_second);

constexpr std::uint64_t kBytesPerParameter = 4;

}  // namespace dgx::model
