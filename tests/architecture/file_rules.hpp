// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace dgx::test {

/// The files of the project at `root` as paths from there, sorted: its known top folders, without
/// build folders and whatever else lies about in a checkout.
std::vector<std::filesystem::path> source_files(const std::filesystem::path& root);

/// Names, one sentence each, the files that lack the SPDX line, are longer than 600 lines or name
/// a path of one person's machine, and the folders of the generator that have no tests.
std::vector<std::string> check_files(const std::filesystem::path& root);

}  // namespace dgx::test
