// SPDX-License-Identifier: Apache-2.0
#include "generator/model/musicgen/native/device.hpp"

#include <ATen/Context.h>
#include <dlfcn.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <fstream>
#include <optional>
#include <thread>
#include <utility>

#include "generator/model/musicgen/memory_need.hpp"
#include "generator/model/musicgen/native/failure.hpp"
#include "generator/model/musicgen/packed_shape.hpp"

namespace dgx::musicgen {
namespace {

std::string gigabytes(std::uint64_t bytes) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.1f GB", static_cast<double>(bytes) / 1e9);
  return text.data();
}

/// What Linux could give to this process without taking it from another.
std::optional<std::uint64_t> available_memory() {
  std::ifstream facts("/proc/meminfo");
  std::string name;
  std::uint64_t kilobytes = 0;
  std::string unit;
  while (facts >> name >> kilobytes) {
    if (name == "MemAvailable:") return kilobytes * 1024;
    std::getline(facts, unit);
  }
  return std::nullopt;
}

/// Facts of a card, asked of the driver itself: torch's headers offer them only where the CUDA
/// toolkit is installed. The context is the one that torch uses too.
class CudaDriver {
 public:
  CudaDriver() : library_(::dlopen("libcuda.so.1", RTLD_NOW | RTLD_LOCAL)) {}

  [[nodiscard]] Card card(int number) const {
    constexpr int kMajorCapability = 75;  // CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR
    constexpr int kFirstWithBFloat16 = 8;
    Card card;
    int device = 0;
    int major = kFirstWithBFloat16;
    void* context = nullptr;
    std::size_t free = 0;
    std::size_t total = 0;
    const bool told =
        call<int(unsigned)>("cuInit", 0U) && call<int(int*, int)>("cuDeviceGet", &device, number) &&
        call<int(int*, int, int)>("cuDeviceGetAttribute", &major, kMajorCapability, device) &&
        call<int(void**, int)>("cuDevicePrimaryCtxRetain", &context, device) &&
        call<int(void*)>("cuCtxSetCurrent", context) &&
        call<int(std::size_t*, std::size_t*)>("cuMemGetInfo_v2", &free, &total);
    if (told) card.free_bytes = free;
    card.computes_bfloat16 = major >= kFirstWithBFloat16;
    return card;
  }

 private:
  template <typename Function, typename... Arguments>
  bool call(const char* name, Arguments... arguments) const {
    if (library_ == nullptr) return false;
    auto* function = reinterpret_cast<Function*>(::dlsym(library_, name));
    return function != nullptr && function(arguments...) == 0;
  }

  void* library_;  // Kept for the life of the process, as torch keeps it.
};

at::ScalarType type_on_cpu(const ComputeOptions& options, const DecoderConfig& config) {
  switch (options.type) {
    case NumberType::kFloat32:
      return at::kFloat;
    case NumberType::kBFloat16:
      return at::kBFloat16;
    case NumberType::kFloat16:
      throw Failure(ErrorCode::kInvalidArgument,
                    "dtype must be int8, fp32 or bf16 on the CPU, got fp16");
    case NumberType::kInt8:
      if (can_pack(config)) return kPackedType;
      throw Failure(ErrorCode::kInvalidArgument,
                    "dtype must be fp32 or bf16 for this model, whose sizes are no multiples of " +
                        std::to_string(kLanes) + ", got int8");
    case NumberType::kAutomatic:
      break;
  }
  return can_pack(config) ? kPackedType : at::kFloat;
}

at::ScalarType type_on_card(const ComputeOptions& options, const Card& card) {
  switch (options.type) {
    case NumberType::kFloat32:
      return at::kFloat;
    case NumberType::kBFloat16:
      return at::kBFloat16;
    case NumberType::kFloat16:
      return at::kHalf;
    case NumberType::kInt8:
      throw Failure(ErrorCode::kInvalidArgument,
                    "dtype must be bf16, fp16 or fp32 on a card, got int8");
    case NumberType::kAutomatic:
      break;
  }
  return card.computes_bfloat16 ? at::kBFloat16 : at::kHalf;
}

/// What a placement needs and what there is of it.
struct Demand {
  std::uint64_t needed = 0;
  std::optional<std::uint64_t> available{};

  [[nodiscard]] bool fits() const { return !available || needed <= *available; }
  [[nodiscard]] std::string text() const {
    return gigabytes(needed) + ", available are " + gigabytes(available.value_or(0));
  }
};

Demand demand(const ModelConfig& config, const ComputeOptions& options, bool on_card,
              std::optional<std::uint64_t> available) {
  return {memory_need(config, options.type, on_card).total(), available};
}

/// The number of the card that is meant; nothing for the processor.
std::optional<std::size_t> card_of(const std::string& name, const Machine& machine) {
  if (name == "cpu" || (name == "auto" && machine.cards.empty())) return std::nullopt;
  const bool numbered =
      name.size() == 6 && name.starts_with("cuda:") && name.back() >= '0' && name.back() <= '9';
  if (name != "auto" && name != "cuda" && !numbered) {
    throw Failure(ErrorCode::kInvalidArgument,
                  "device must be auto, cpu, cuda or cuda:0 to cuda:9, got \"" + name + "\"");
  }
  if (machine.cards.empty()) {
    throw Failure(ErrorCode::kInvalidArgument,
                  "device must be cpu here, because this libtorch finds no CUDA card, got " + name);
  }
  const auto card = static_cast<std::size_t>(numbered ? name.back() - '0' : 0);
  if (card < machine.cards.size()) return card;
  throw Failure(ErrorCode::kInvalidArgument, "device must be one of the " +
                                                 std::to_string(machine.cards.size()) +
                                                 " CUDA cards, got " + name);
}

ChosenPlacement place_on_cpu(const ModelConfig& config, const ComputeOptions& options,
                             const Machine& machine) {
  ChosenPlacement chosen{{at::kCPU, type_on_cpu(options, config.decoder), threads_of(options)}, {}};
  const Demand memory = demand(config, options, false, machine.available_bytes);
  if (memory.fits()) return chosen;
  throw Failure(ErrorCode::kOutOfMemory,
                "the weights do not fit into memory: needed are " + memory.text());
}

}  // namespace

Machine this_machine() {
  Machine machine{available_memory(), {}};
  if (!at::hasCUDA()) return machine;
  const CudaDriver driver;
  const auto cards = static_cast<int>(at::detail::getCUDAHooks().getNumGPUs());
  for (int card = 0; card < cards; ++card) machine.cards.push_back(driver.card(card));
  return machine;
}

int threads_of(const ComputeOptions& options) {
  if (options.threads > 0) return options.threads;
  return static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
}

ChosenPlacement choose_placement(const ModelConfig& config, const ComputeOptions& options,
                                 const Machine& machine) {
  const auto number = card_of(options.device, machine);
  if (!number) return place_on_cpu(config, options, machine);
  const Card& card = machine.cards[*number];
  const at::Device device(at::kCUDA, static_cast<c10::DeviceIndex>(*number));
  const ChosenPlacement on_card{{device, type_on_card(options, card), threads_of(options)}, {}};
  const Demand memory = demand(config, options, true, card.free_bytes);
  if (memory.fits()) return on_card;
  const std::string reason =
      "the weights do not fit into the memory of " + device.str() + ": needed are " + memory.text();
  if (options.refuse_fallback) throw Failure(ErrorCode::kOutOfMemory, reason);
  ChosenPlacement chosen = place_on_cpu(config, options, machine);
  chosen.warnings.push_back(reason + "; computed on the CPU instead");
  return chosen;
}

}  // namespace dgx::musicgen
