// SPDX-License-Identifier: Apache-2.0
#include "generator/model/musicgen/native/device.hpp"

#include <ATen/Context.h>
#include <dlfcn.h>

#include <array>
#include <cstdio>
#include <fstream>
#include <optional>
#include <utility>

#include "generator/model/musicgen/native/failure.hpp"

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

/// Free memory of a card, asked of the driver itself: torch's headers offer it only where the CUDA
/// toolkit is installed. The context is the one that torch uses too.
class CudaDriver {
 public:
  CudaDriver() : library_(::dlopen("libcuda.so.1", RTLD_NOW | RTLD_LOCAL)) {}

  [[nodiscard]] std::optional<std::uint64_t> free_memory(int card) const {
    int device = 0;
    void* context = nullptr;
    std::size_t free = 0;
    std::size_t total = 0;
    const bool told = call<int(unsigned)>("cuInit", 0U) &&
                      call<int(int*, int)>("cuDeviceGet", &device, card) &&
                      call<int(void**, int)>("cuDevicePrimaryCtxRetain", &context, device) &&
                      call<int(void*)>("cuCtxSetCurrent", context) &&
                      call<int(std::size_t*, std::size_t*)>("cuMemGetInfo_v2", &free, &total);
    return told ? std::optional<std::uint64_t>(free) : std::nullopt;
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

at::ScalarType scalar_type(const ComputeOptions& options, const at::Device& device) {
  switch (options.type) {
    case NumberType::kFloat32:
      return at::kFloat;
    case NumberType::kBFloat16:
      return at::kBFloat16;
    case NumberType::kFloat16:
      if (device.is_cpu()) {
        throw Failure(ErrorCode::kInvalidArgument,
                      "dtype must be fp32 or bf16 on the CPU, got fp16");
      }
      return at::kHalf;
    case NumberType::kAutomatic:
      break;
  }
  return device.is_cpu() ? at::kFloat : at::kBFloat16;
}

// Beyond the weights: what torch itself takes, and the activations of a take of 30 s.
constexpr std::uint64_t kWorkingBytes = 1'000'000'000;

struct Demand {
  std::uint64_t needed = 0;
  std::optional<std::uint64_t> available{};

  [[nodiscard]] bool fits() const { return !available || needed <= *available; }
  [[nodiscard]] std::string text() const {
    return gigabytes(needed) + ", available are " + gigabytes(available.value_or(0));
  }
};

Placement place(const at::Device& device, const ComputeOptions& options) {
  return {device, scalar_type(options, device)};
}

Demand demand(const Checkpoint& checkpoint, const Placement& placement) {
  const bool cpu = placement.device.is_cpu();
  return {bytes_when_loaded(checkpoint, placement.type) + kWorkingBytes,
          cpu ? available_memory() : CudaDriver().free_memory(placement.device.index())};
}

at::Device parse_device(const std::string& name) {
  if (name == "cpu") return at::kCPU;
  const bool cuda = name == "cuda" || (name.size() == 6 && name.starts_with("cuda:") &&
                                       name.back() >= '0' && name.back() <= '9');
  if (!cuda) {
    throw Failure(ErrorCode::kInvalidArgument,
                  "device must be auto, cpu, cuda or cuda:0 to cuda:9, got \"" + name + "\"");
  }
  if (!at::hasCUDA()) {
    throw Failure(ErrorCode::kInvalidArgument,
                  "device must be cpu here, because this libtorch finds no CUDA card, got " + name);
  }
  const int card = name.size() == 6 ? name.back() - '0' : 0;
  const auto cards = static_cast<int>(at::detail::getCUDAHooks().getNumGPUs());
  if (card >= cards) {
    throw Failure(
        ErrorCode::kInvalidArgument,
        "device must be one of the " + std::to_string(cards) + " CUDA cards, got " + name);
  }
  return at::Device(at::kCUDA, static_cast<c10::DeviceIndex>(card));
}

ChosenPlacement place_on_cpu(const Checkpoint& checkpoint, const ComputeOptions& options) {
  ChosenPlacement chosen{place(at::kCPU, options), {}};
  const Demand memory = demand(checkpoint, chosen.placement);
  if (memory.fits()) return chosen;
  throw Failure(ErrorCode::kOutOfMemory,
                "the weights do not fit into memory: needed are " + memory.text());
}

}  // namespace

std::uint64_t bytes_when_loaded(const Checkpoint& checkpoint, at::ScalarType type) {
  std::uint64_t bytes = 0;
  for (const TensorEntry& entry : checkpoint.tensors()) {
    const std::uint64_t count = entry.byte_count / byte_size(entry.type);
    const bool typed = entry.name.starts_with("decoder.");
    bytes += count * (typed ? c10::elementSize(type) : sizeof(float));
  }
  return bytes;
}

ChosenPlacement choose_placement(const Checkpoint& checkpoint, const ComputeOptions& options) {
  const bool automatic = options.device == "auto";
  const at::Device device =
      automatic ? parse_device(at::hasCUDA() ? "cuda:0" : "cpu") : parse_device(options.device);
  if (device.is_cpu()) return place_on_cpu(checkpoint, options);
  const ChosenPlacement on_card{place(device, options), {}};
  const Demand memory = demand(checkpoint, on_card.placement);
  if (memory.fits()) return on_card;
  const std::string reason =
      "the weights do not fit into the memory of " + device.str() + ": needed are " + memory.text();
  if (options.refuse_fallback) throw Failure(ErrorCode::kOutOfMemory, reason);
  ChosenPlacement chosen = place_on_cpu(checkpoint, options);
  chosen.warnings.push_back(reason + "; computed on the CPU instead");
  return chosen;
}

}  // namespace dgx::musicgen
