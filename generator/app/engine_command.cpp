// SPDX-License-Identifier: Apache-2.0
#include "generator/app/engine_command.hpp"

#include <filesystem>
#include <string>

namespace dgx::app {

jobs::EngineCommand engine_command(const Settings& settings) {
  jobs::EngineCommand command{settings.engine,
                              {"--data", settings.places.data.string(), "--device", settings.device,
                               "--unload-after", std::to_string(settings.unload_after)}};
  if (!settings.soundfont.empty()) {
    command.arguments.insert(command.arguments.end(), {"--soundfont", settings.soundfont.string()});
  }
  const auto genres = settings.places.config / "genres";
  std::error_code error;
  if (std::filesystem::is_directory(genres, error)) {
    command.arguments.insert(command.arguments.end(), {"--genres", genres.string()});
  }
  return command;
}

}  // namespace dgx::app
