// SPDX-License-Identifier: Apache-2.0
// The border of libdgx-musicgen.so: what is called from outside, and where exceptions end.
#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>
#include <torch/version.h>

#include <chrono>
#include <utility>

#include "generator/base/version.hpp"
#include "generator/model/musicgen/library.hpp"
#include "generator/model/musicgen/native/border.hpp"
#include "generator/model/musicgen/native/cpu_kernels.hpp"
#include "generator/model/musicgen/native/device.hpp"
#include "generator/model/musicgen/native/native_generator.hpp"
#include "generator/model/musicgen/native/packed_language_model.hpp"

namespace dgx::musicgen {
namespace {

std::string dtype_text(at::ScalarType type) {
  switch (type) {
    case at::kBFloat16:
      return "bfloat16";
    case at::kHalf:
      return "float16";
    case kPackedType:
      return "int8";
    default:
      return "float32";
  }
}

/// Seconds that the codec takes for a frame, measured on half a second of silence.
double measure_decoding(const AudioCodec& codec, std::int64_t codebooks) {
  constexpr std::size_t kFrames = 25;
  const Codes codes(static_cast<std::size_t>(codebooks), std::vector<std::int32_t>(kFrames, 0));
  const auto decode = [&] {
    const auto start = std::chrono::steady_clock::now();
    static_cast<void>(codec.decode(codes, [](std::int64_t) {}, {}));
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  };
  decode();  // The first call sets up what later ones use.
  return decode() / kFrames;
}

ComputeFacts facts_of(ChosenPlacement chosen) {
  ComputeFacts facts;
  facts.kernel = std::string("libtorch ") + TORCH_VERSION;
  if (chosen.placement.type == kPackedType) {
    facts.kernel += std::string(" with own decode step for ") + packed_kernels().name;
  } else if (chosen.placement.device.is_cpu() && chosen.placement.type == at::kFloat) {
    facts.kernel += std::string(" with own products for ") + cpu_kernels().name;
  }
  facts.device = chosen.placement.device.str();
  facts.dtype = dtype_text(chosen.placement.type);
  facts.warnings = std::move(chosen.warnings);
  return facts;
}

std::unique_ptr<Generator> load_or_throw(const std::filesystem::path& folder,
                                         const ComputeOptions& options,
                                         const ProgressSink& progress,
                                         const std::stop_token& stop) {
  const at::NoGradGuard no_gradients;
  at::set_num_threads(threads_of(options));
  auto config = read_model_config(folder);
  if (!config) throw Failure(std::move(config).error());
  auto checkpoint = Checkpoint::open(folder);
  if (!checkpoint) throw Failure(std::move(checkpoint).error());
  ChosenPlacement chosen = choose_placement(*config, options, this_machine());
  LoadedModel model =
      LoadedModel::load(*checkpoint, *std::move(config), chosen.placement, progress, stop);
  const double decode_seconds =
      measure_decoding(*model.codec, model.config.decoder.codebooks_per_channel());
  return std::make_unique<NativeGenerator>(std::move(model), facts_of(std::move(chosen)),
                                           decode_seconds);
}

}  // namespace

std::string first_line(std::string_view text) {
  return std::string(text.substr(0, text.find('\n')));
}

Error out_of_memory(std::string_view detail) {
  return {ErrorCode::kOutOfMemory,
          "memory ran out: try a shorter take or fewer variations" +
              (detail.empty() ? std::string() : " (" + std::string(detail) + ")")};
}

Result<std::unique_ptr<Generator>> load_generator(const std::filesystem::path& folder,
                                                  const ComputeOptions& options,
                                                  const ProgressSink& progress,
                                                  const std::stop_token& stop) {
  return without_exceptions([&]() -> Result<std::unique_ptr<Generator>> {
    return load_or_throw(folder, options, progress, stop);
  });
}

}  // namespace dgx::musicgen

extern "C" {
const char* dgx_musicgen_version() {
  return dgx::kVersion;
}
void dgx_musicgen_load(const dgx::musicgen::LoadCall* call,
                       dgx::Result<std::unique_ptr<dgx::musicgen::Generator>>* loaded) {
  *loaded = dgx::musicgen::load_generator(call->folder, call->options, call->progress, call->stop);
}
}
