// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace dgx::test {

/// Reads every #include of the source tree at `root` and names those that point the wrong way:
/// one sentence each, with file and line. The rules are the two tables of include_rules.cpp; the
/// picture of them is in docs/architecture.md.
std::vector<std::string> check_includes(const std::filesystem::path& root);

}  // namespace dgx::test
