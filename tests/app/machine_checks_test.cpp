// SPDX-License-Identifier: Apache-2.0
#include "generator/app/machine_checks.hpp"

#include <fstream>
#include <string>

#include "generator/app/installation_checks.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temp_dir.hpp"

using namespace dgx::app;
using dgx::protocol::PartState;
using dgx::test::TempDir;

namespace {

void plant(const TempDir& root, const std::string& name, const std::string& content = "") {
  const std::filesystem::path path = root / name;
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path) << content;
}

void plant_card(const TempDir& root, const std::string& vendor, const std::string& pci_class) {
  plant(root, "sys/bus/pci/devices/0000:01:00.0/vendor", vendor + "\n");
  plant(root, "sys/bus/pci/devices/0000:01:00.0/class", pci_class + "\n");
}

}  // namespace

TEST_CASE("Free memory is told, and too little of it", "[app]") {
  const TempDir root;
  plant(root, "proc/meminfo", "MemTotal: 2000000 kB\nMemFree: 1 kB\nMemAvailable: 1000000 kB\n");
  CHECK(check_memory(root.path()).state == PartState::kFine);
  CHECK(check_memory(root.path()).found == "1.0 GB of 2.0 GB free");
  plant(root, "proc/meminfo", "MemTotal: 2000000 kB\nMemAvailable: 400000 kB\n");
  CHECK(check_memory(root.path()).state == PartState::kLacking);
  plant(root, "proc/meminfo", "");
  CHECK(check_memory(root.path()).state == PartState::kLacking);
}

TEST_CASE("A machine without a card from NVIDIA lacks nothing", "[app]") {
  const TempDir root;
  CHECK(check_gpu(root.path()).state == PartState::kFine);
  plant_card(root, "0x8086", "0x030000");  // Another maker's
  CHECK(check_gpu(root.path()).state == PartState::kFine);
  plant_card(root, "0x10de", "0x040300");  // The sound device of a card
  CHECK(check_gpu(root.path()).state == PartState::kFine);
}

TEST_CASE("A card without its driver is found, with the command that installs it", "[app]") {
  const TempDir root;
  plant_card(root, "0x10de", "0x030200");
  const auto report = check_gpu(root.path());
  CHECK(report.state == PartState::kLacking);
  CHECK(report.remedy == "sudo apt install nvidia-driver");
}

TEST_CASE("A card with its driver is named", "[app]") {
  const TempDir root;
  plant_card(root, "0x10de", "0x030200");
  plant(root, "dev/nvidia0");
  plant(root, "proc/driver/nvidia/version", "NVRM version: NVIDIA UNIX x86_64 Kernel Module\n");
  plant(root, "proc/driver/nvidia/gpus/0000:01:00.0/information", "Model: \t\t NVIDIA Test 1\n");
  const auto report = check_gpu(root.path());
  CHECK(report.state == PartState::kFine);
  CHECK(report.found == "NVIDIA Test 1");
}

TEST_CASE("Every Ardour is found by the name of its program", "[app]") {
  const TempDir root;
  CHECK(check_ardour(root.path()).state == PartState::kLacking);
  plant(root, "usr/lib/ardour7/hardour-7.3.0~ds0");  // Not a program of its own
  plant(root, "usr/lib/ardour7/libardourcp.so");
  CHECK(check_ardour(root.path()).state == PartState::kLacking);
  plant(root, "usr/lib/ardour7/ardour-7.3.0~ds0");
  plant(root, "opt/Ardour-8.12.0/bin/ardour8");
  CHECK(check_ardour(root.path()).found == "7.3.0, 8.12.0");
  CHECK(check_ardour(root.path()).state == PartState::kFine);
}

TEST_CASE("A disk is fine, narrow or full for takes", "[app]") {
  CHECK(describe_room("/takes", 5'000'000'000, false).found == "/takes, 5.0 GB free");
  CHECK(describe_room("/takes", 999'000'000, false).state == PartState::kLacking);
  CHECK(describe_room("/takes", 49'000'000, false).state == PartState::kMissing);
}

TEST_CASE("What a shell would read otherwise is quoted in a remedy", "[app]") {
  CHECK(shell_word("/home/me/.local") == "/home/me/.local");
  CHECK(shell_word("/home/my music") == "'/home/my music'");
  CHECK(shell_word("it's $HOME") == "'it'\\''s $HOME'");
  CHECK(shell_word("") == "''");
}
