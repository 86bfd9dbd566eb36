// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "generator/base/result.hpp"
#include "generator/model/musicgen/delay_pattern.hpp"
#include "generator/model/musicgen/sampler.hpp"
#include "generator/protocol/messages.hpp"

// What libdgx-musicgen.so gives to the rest of the engine. No torch here: the library is loaded
// when a MusicGen model is first needed (library.hpp).
namespace dgx::musicgen {

/// kInt8 is weights in 8 bits and activations in 16, by the project's own kernels, on the CPU.
enum class NumberType { kAutomatic, kFloat32, kBFloat16, kFloat16, kInt8 };

/// Where and how to compute.
struct ComputeOptions {
  std::string device = "auto";  ///< "auto", "cpu", "cuda" or "cuda:N"
  /// Of the language model. Automatic: on the CPU kInt8 where the shape allows it, as every
  /// MusicGen's does, else float32; on a card bfloat16 or float16.
  NumberType type = NumberType::kAutomatic;
  int threads = 0;               ///< On the CPU; 0: as many as the machine has
  bool refuse_fallback = false;  ///< Too little GPU memory is an error, not a reason for the CPU
};

/// One take of a batch.
struct TakeOrder {
  std::vector<std::int32_t> tokens{};  ///< Of the prompt, as Tokenizer::encode() gives them
  std::uint64_t seed = 0;
};

struct RenderOrder {
  std::vector<TakeOrder> takes{};
  std::int64_t frames = 0;  ///< Of the codec, those of the prompt included
  Sampling sampling{};
  /// Audio that each take begins with: [channel][sample] at the model's rate; empty without.
  std::vector<std::vector<float>> continue_from{};
  /// One channel at the model's rate; empty without. For models that take a melody.
  std::vector<float> melody{};
};

struct RenderedTokens {
  Codes codes{};                            ///< [codebook][frame]
  std::vector<std::vector<float>> audio{};  ///< [channel][sample], frames * hop samples
};

/// What a loaded model is computed with.
struct ComputeFacts {
  std::string kernel{};  ///< "libtorch 1.13.1"
  std::string device{};  ///< "cpu", "cuda:0"
  std::string dtype{};   ///< "float32"
  std::vector<std::string> warnings{};
};

using ProgressSink = std::function<void(const protocol::Progress&)>;
using RenderedSink = std::function<Status(RenderedTokens&&)>;

/// A MusicGen model that is loaded.
///
/// Threads: one at a time. Failure: what torch throws comes out as an Error; memory that ran out
/// is kOutOfMemory. A stop token ends a call with kCancelled within one layer's time.
class Generator {
 public:
  virtual ~Generator() = default;

  [[nodiscard]] virtual ComputeFacts facts() const = 0;

  /// Makes all takes of an order side by side and hands them on in order.
  virtual Status render(const RenderOrder& order, const RenderedSink& take,
                        const ProgressSink& progress, const std::stop_token& stop) = 0;
};

/// Loads the model of a folder (config.json and *.safetensors).
Result<std::unique_ptr<Generator>> load_generator(const std::filesystem::path& folder,
                                                  const ComputeOptions& options,
                                                  const ProgressSink& progress,
                                                  const std::stop_token& stop);

}  // namespace dgx::musicgen
