// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <vector>

#include "generator/app/settings.hpp"
#include "generator/base/result.hpp"
#include "generator/protocol/doctor_report.hpp"

// What belongs to DGX Music itself. Each check looks and changes nothing.
namespace dgx::app {

/// `settings` is what reading config.toml came to.
protocol::PartReport check_configuration(const Result<Settings>& settings);
/// That takes can be written there, and how much room they have.
protocol::PartReport check_data_folder(const Settings& settings);
/// That the history opens, and that all its pages are whole.
protocol::PartReport check_history(const Settings& settings);
/// That the service can have its socket where nobody else reads it.
protocol::PartReport check_runtime_folder(const Settings& settings);
/// The program that backup, restore and models pull are handed to (transfer.hpp).
protocol::PartReport check_transfer(const std::filesystem::path& program);
/// The engine, started once and asked, and each model that it knows.
std::vector<protocol::PartReport> check_engine(const Settings& settings);
/// The MusicGen weights in the store by their manifests, or how to get some.
std::vector<protocol::PartReport> check_installed_models(const Settings& settings);

/// `text` as one word of a command.
std::string shell_word(const std::string& text);

}  // namespace dgx::app
