// SPDX-License-Identifier: Apache-2.0
#include "generator/model/musicgen/kernels/kernels.hpp"

#include <vector>

#if defined(__aarch64__)
#include <asm/hwcap.h>
#include <sys/auxv.h>
#endif

namespace dgx::musicgen {

// Each is kernels_body.cpp, built for one instruction set.
extern const Kernels kKernels_scalar;
#if defined(__x86_64__)
extern const Kernels kKernels_avx2;
extern const Kernels kKernels_avx512vnni;
#elif defined(__aarch64__)
extern const Kernels kKernels_neon;
#endif

namespace {

std::vector<const Kernels*> find_kernels() {
  std::vector<const Kernels*> found;
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512vnni")) {
    found.push_back(&kKernels_avx512vnni);
  }
  // Every processor with AVX2 has binary16 conversions, except one of VIA's.
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
    found.push_back(&kKernels_avx2);
  }
#elif defined(__aarch64__)
  if ((::getauxval(AT_HWCAP) & HWCAP_ASIMDDP) != 0) found.push_back(&kKernels_neon);
#endif
  found.push_back(&kKernels_scalar);
  return found;
}

}  // namespace

std::span<const Kernels* const> kernels_here() {
  static const std::vector<const Kernels*> found = find_kernels();
  return found;
}

}  // namespace dgx::musicgen
