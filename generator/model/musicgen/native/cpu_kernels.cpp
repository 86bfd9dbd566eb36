// SPDX-License-Identifier: Apache-2.0
#include "generator/model/musicgen/native/cpu_kernels.hpp"

namespace dgx::musicgen {

// Each is cpu_kernels_body.cpp, built for one instruction set.
extern const CpuKernels kKernels_generic;
#if defined(__x86_64__)
extern const CpuKernels kKernels_avx2;
extern const CpuKernels kKernels_avx512f;
#endif

const CpuKernels& cpu_kernels() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f")) return kKernels_avx512f;
  if (__builtin_cpu_supports("avx2")) return kKernels_avx2;
#endif
  return kKernels_generic;
}

}  // namespace dgx::musicgen
