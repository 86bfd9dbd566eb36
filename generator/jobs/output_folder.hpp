// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "generator/base/directory.hpp"
#include "generator/base/result.hpp"

namespace dgx::jobs {

/// Where takes may be written: the data folder's takes, beneath the roots that the configuration
/// names, and in Ardour sessions (folders of this user that hold an .ardour file).
struct OutputRules {
  std::filesystem::path data_folder{};
  std::vector<std::filesystem::path> allowed_roots{};
};

/// Opens the folder for a request's files and makes sure that a file can be created there.
///
/// Without `asked` it is <data>/takes, made if need be. A folder that was asked for has to exist,
/// but for <session>/dgx-music/takes, which is made inside an existing session. No link on the way
/// from the root is followed. Failure: kNotFound, kInvalidArgument (outside every root, through a
/// link, not writable); Error::field is "output_dir".
Result<Directory> open_output_folder(const std::optional<std::string>& asked,
                                     const OutputRules& rules);

/// Opens an existing folder that a request may name, for reading. Failure: as open_output_folder().
Result<Directory> open_allowed_folder(const std::filesystem::path& folder,
                                      const OutputRules& rules);

}  // namespace dgx::jobs
