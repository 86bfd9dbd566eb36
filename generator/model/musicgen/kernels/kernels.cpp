// SPDX-License-Identifier: Apache-2.0
#include "generator/model/musicgen/kernels/kernels.hpp"

#include <vector>

#include "generator/model/musicgen/kernels/codec_kernels.hpp"

#if defined(__aarch64__)
#include <asm/hwcap.h>
#include <sys/auxv.h>
#endif

namespace dgx::musicgen {

// Each is kernels_body.cpp or codec_kernels_body.cpp, built for one instruction set.
extern const Kernels kKernels_scalar;
extern const CodecKernels kCodecKernels_scalar;
#if defined(__x86_64__)
extern const Kernels kKernels_avx2;
extern const Kernels kKernels_avx512vnni;
extern const CodecKernels kCodecKernels_avx2;
extern const CodecKernels kCodecKernels_avx512vnni;
#elif defined(__aarch64__)
extern const Kernels kKernels_neon;
extern const CodecKernels kCodecKernels_neon;
#endif

namespace {

struct Found {
  std::vector<const Kernels*> kernels{};
  std::vector<const CodecKernels*> codec_kernels{};
  void add(const Kernels& one, const CodecKernels& other) {
    kernels.push_back(&one);
    codec_kernels.push_back(&other);
  }
};

Found find_kernels() {
  Found found;
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512vnni")) {
    found.add(kKernels_avx512vnni, kCodecKernels_avx512vnni);
  }
  // Every processor with AVX2 has binary16 conversions, except one of VIA's.
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
    found.add(kKernels_avx2, kCodecKernels_avx2);
  }
#elif defined(__aarch64__)
  if ((::getauxval(AT_HWCAP) & HWCAP_ASIMDDP) != 0) found.add(kKernels_neon, kCodecKernels_neon);
#endif
  found.add(kKernels_scalar, kCodecKernels_scalar);
  return found;
}

const Found& found_here() {
  static const Found found = find_kernels();
  return found;
}

}  // namespace

std::span<const Kernels* const> kernels_here() {
  return found_here().kernels;
}

std::span<const CodecKernels* const> codec_kernels_here() {
  return found_here().codec_kernels;
}

}  // namespace dgx::musicgen
