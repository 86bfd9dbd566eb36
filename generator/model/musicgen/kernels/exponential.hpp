// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "generator/model/musicgen/kernels/lanes.hpp"

// For what is built once for each instruction set: to be included after its multiply_add.
namespace dgx::musicgen {
namespace {

// e^x for x <= 0: the polynomial of Cephes' expf on [-ln 2 / 2, ln 2 / 2], times a power of two.
// Below -87 all give what -87 gives, 1.6e-38.
inline Floats exponential(Floats x) {
  x = larger(x, all_of(-87.0F));
  const Ints power = rounded(x * 1.44269504F);
  const Floats whole = __builtin_convertvector(power, Floats);
  Floats rest = multiply_add(whole, all_of(-0.693359375F), x);
  rest = multiply_add(whole, all_of(2.12194440e-4F), rest);
  constexpr float kCoefficients[] = {1.3981999507e-3F,
                                     8.3334519073e-3F,
                                     4.1665795894e-2F,
                                     1.6666665459e-1F,
                                     5.0000001201e-1F,
                                     1.0F,
                                     1.0F};
  Floats sum = all_of(1.9875691500e-4F);
  for (const float coefficient : kCoefficients) {
    sum = multiply_add(sum, rest, all_of(coefficient));
  }
  return sum * floats_of((power + 127) << 23);
}

}  // namespace
}  // namespace dgx::musicgen
