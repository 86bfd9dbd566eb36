// SPDX-License-Identifier: Apache-2.0
#pragma once

// Names of what is compiled once for each instruction set: DGX_NAMED(kKernels_, avx2) is
// kKernels_avx2, and DGX_TEXT_OF(avx2) is "avx2", also where a macro stands for avx2.
#define DGX_JOINED(a, b) a##b
#define DGX_NAMED(a, b) DGX_JOINED(a, b)
#define DGX_TEXT(a) #a
#define DGX_TEXT_OF(a) DGX_TEXT(a)
