// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

#include "generator/base/result.hpp"
#include "plugin/engine/sample.hpp"

namespace dgx::plugin {

/// A take as it was read from its file.
struct TakeFile {
  Sample sample;
  std::string sha256;  ///< Of the file's bytes, as sha256sum prints it
};

/// Reads a WAV file whole. Fails with a sentence that names the file where it cannot be played, or
/// memory does not suffice. The gain is part of the sample then.
Result<TakeFile> read_take(const std::filesystem::path& file, double gain_db = 0.0);

/// The name under which an instrument keeps a file: what it is called, and the beginning of its
/// hash, so that no other content ever has that name.
std::string kept_name(const std::filesystem::path& file, const std::string& sha256);

/// Makes `target` the same file as `file`: as a link where the file system can, else as a copy. A
/// target that exists stays as it is. Never leaves half a file under the name.
Status keep_file(const std::filesystem::path& file, const std::filesystem::path& target);

}  // namespace dgx::plugin
