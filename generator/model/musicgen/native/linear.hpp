// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

namespace dgx::musicgen {

/// A matrix product with the weights: [..., in] to [..., out].
///
/// On the CPU in float32 every output is one sum in one fixed order, whatever the number of rows
/// and threads: a row's result does not depend on what it is computed with. Elsewhere at::linear.
struct Linear {
  at::Tensor weight{};  ///< [out, in]
  at::Tensor bias{};    ///< [out]; undefined where the layer has none

  [[nodiscard]] at::Tensor operator()(const at::Tensor& input) const;
};

}  // namespace dgx::musicgen
