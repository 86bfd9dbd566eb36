// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>
#include <stop_token>

#include "generator/base/result.hpp"
#include "generator/model/musicgen/generator.hpp"

namespace dgx::musicgen {

/// What the library's only door is given.
struct LoadCall {
  std::filesystem::path folder{};
  ComputeOptions options{};
  ProgressSink progress{};
  std::stop_token stop{};
};

/// Loads libdgx-musicgen.so, which alone links libtorch, on the first call, and a model with it.
/// The library stays for the life of the process: torch cannot be taken out again.
///
/// It is sought as ../lib/dgx-music/libdgx-musicgen.so from the program's own folder. Failure:
/// kMissingDependency where it is not there or cannot be loaded, kUnsupportedVersion where it is of
/// another version; otherwise as load_generator().
Result<std::unique_ptr<Generator>> load_from_library(const LoadCall& call);

/// Whether the library is installed; loads nothing. Failure: kMissingDependency.
Status check_library();

}  // namespace dgx::musicgen
