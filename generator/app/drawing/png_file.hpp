// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "generator/app/drawing/canvas.hpp"
#include "generator/base/result.hpp"

namespace dgx::app {

/// Writes the picture as PNG from the place where `fd` is, which stays the caller's; a pipe will
/// do. The same picture gives the same bytes. A full disk is ErrorCode::kDiskFull.
Status write_png(int fd, const Canvas& canvas);

}  // namespace dgx::app
