// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>
#include <string>

namespace dgx::plugin {

/// What the instrument asks of its host, apart from audio. Threads: any but the audio thread.
struct HostServices {
  /// The path of a file of that name in the instrument's own folder of the session, whose folder
  /// exists then. Nothing, or a relative path, while there is no such folder.
  std::function<std::filesystem::path(const std::string& name)> make_path{};
  /// Shows a sentence to the person.
  std::function<void(const std::string& sentence)> warn{};
};

}  // namespace dgx::plugin
