// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

// The commands that need libcurl or libarchive, which bring forty other libraries. They are run by
// a program of their own, dgx-music-transfer, so that a service that stays for days does not have
// them in its memory, and no other command waits for them to be loaded
// (docs/adr/0016-transfer-program.md).
//
// Each run_ function has two definitions: backup_runs.cpp and pull_run.cpp do the work and are
// linked into dgx-music-transfer; hand_over.cpp is linked into dgx-music, and replaces the process
// by dgx-music-transfer with the same arguments. Each gives the exit code.
namespace dgx::app {

struct PullArguments {
  std::string id{};
  std::string revision = "main";
  bool accept_licence = false;
};

/// Where the build and the installation put dgx-music-transfer: beside this program.
std::filesystem::path transfer_program();

int run_backup(const std::string& file);
int run_restore(const std::string& file);
int run_pull(const PullArguments& arguments);

}  // namespace dgx::app
