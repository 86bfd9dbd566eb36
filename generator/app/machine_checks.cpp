// SPDX-License-Identifier: Apache-2.0
#include "generator/app/machine_checks.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace dgx::app {
namespace {

namespace fs = std::filesystem;
using protocol::PartReport;
using protocol::PartState;

constexpr std::uintmax_t kMegabyte = 1'000'000;
constexpr std::uintmax_t kGigabyte = 1'000 * kMegabyte;
// A minute of stereo at 48 kHz and 24 bit is 17 MB, and a take needs its room twice while it is
// written and verified.
constexpr std::uintmax_t kTooLittleRoom = 50 * kMegabyte;
constexpr std::uintmax_t kLittleRoom = kGigabyte;
// The engine with its soundfont needs some 300 MB.
constexpr std::uintmax_t kLittleMemory = 500 * kMegabyte;

constexpr std::string_view kNvidia = "0x10de";
constexpr std::string_view kDisplayClass = "0x03";  // PCI class 3: display controllers

std::string size_text(std::uintmax_t bytes) {
  std::array<char, 32> text{};
  const bool large = bytes >= kGigabyte;
  std::snprintf(text.data(), text.size(), large ? "%.1f GB" : "%.0f MB",
                static_cast<double>(bytes) / static_cast<double>(large ? kGigabyte : kMegabyte));
  return text.data();
}

// "" where it cannot be read.
std::string first_line(const fs::path& file) {
  std::ifstream stream(file);
  std::string line;
  std::getline(stream, line);
  return line;
}

std::vector<fs::path> entries_of(const fs::path& folder) {
  std::vector<fs::path> entries;
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    entries.push_back(at->path());
  }
  std::sort(entries.begin(), entries.end());
  return entries;
}

// The value of a line such as "MemAvailable:    1234 kB" or "Model: \t NVIDIA H100".
std::string value_of(const fs::path& file, const std::string& name) {
  std::ifstream stream(file);
  for (std::string line; std::getline(stream, line);) {
    if (!line.starts_with(name + ":")) continue;
    const std::size_t begin = line.find_first_not_of(" \t", name.size() + 1);
    return begin == std::string::npos ? "" : line.substr(begin);
  }
  return "";
}

std::uintmax_t bytes_of(const fs::path& meminfo, const std::string& name) {
  std::uintmax_t kibibytes = 0;
  std::istringstream(value_of(meminfo, name)) >> kibibytes;
  return kibibytes * 1024;
}

bool has_nvidia_card(const fs::path& root) {
  const auto devices = entries_of(root / "sys/bus/pci/devices");
  return std::any_of(devices.begin(), devices.end(), [](const fs::path& device) {
    return first_line(device / "vendor") == kNvidia &&
           first_line(device / "class").starts_with(kDisplayClass);
  });
}

std::string card_names(const fs::path& root) {
  std::string names;
  for (const fs::path& card : entries_of(root / "proc/driver/nvidia/gpus")) {
    const std::string name = value_of(card / "information", "Model");
    if (!name.empty()) names += (names.empty() ? "" : ", ") + name;
  }
  return names.empty() ? "an NVIDIA card" : names;
}

// "7.3.0" of "ardour-7.3.0~ds0", "8.12.0" of "Ardour-8.12.0"; "" of what is no Ardour.
std::string version_in(const std::string& name) {
  constexpr std::string_view kEnd = "rdour-";
  if (!name.starts_with("ardour-") && !name.starts_with("Ardour-")) return "";
  const std::string version = name.substr(1 + kEnd.size());
  const std::size_t length = version.find_first_not_of("0123456789.");
  return version.substr(0, length);
}

std::set<std::string> ardour_versions(const fs::path& root) {
  std::vector<fs::path> places = entries_of(root / "opt");
  for (const fs::path& folder : entries_of(root / "usr/lib")) {
    if (!folder.filename().string().starts_with("ardour")) continue;
    for (const fs::path& program : entries_of(folder)) places.push_back(program);
  }
  std::set<std::string> versions;
  for (const fs::path& place : places) versions.insert(version_in(place.filename().string()));
  versions.erase("");
  return versions;
}

}  // namespace

PartReport describe_room(const fs::path& folder, std::uintmax_t free_bytes, bool is_new) {
  PartReport report{"data folder",
                    PartState::kFine,
                    folder.string() + (is_new ? " is made by the first take, " : ", ") +
                        size_text(free_bytes) + " free",
                    {}};
  if (free_bytes >= kLittleRoom) return report;
  report.state = free_bytes < kTooLittleRoom ? PartState::kMissing : PartState::kLacking;
  report.found += ", and takes want " + size_text(kLittleRoom);
  report.remedy = "df -h";
  return report;
}

PartReport check_memory(const fs::path& root) {
  const fs::path meminfo = root / "proc/meminfo";
  const std::uintmax_t total = bytes_of(meminfo, "MemTotal");
  const std::uintmax_t available = bytes_of(meminfo, "MemAvailable");
  if (total == 0) return {"memory", PartState::kLacking, meminfo.string() + " cannot be read", {}};
  PartReport report{
      "memory", PartState::kFine, size_text(available) + " of " + size_text(total) + " free", {}};
  if (available >= kLittleMemory) return report;
  report.state = PartState::kLacking;
  report.found += ", and the engine wants " + size_text(kLittleMemory);
  report.remedy = "ps -eo rss,comm --sort=-rss | head";
  return report;
}

PartReport check_gpu(const fs::path& root) {
  std::error_code ignored;
  const std::string version = value_of(root / "proc/driver/nvidia/version", "NVRM version");
  if (fs::exists(root / "dev/nvidia0", ignored) && !version.empty()) {
    return {"graphics card", PartState::kFine, card_names(root), {}};
  }
  if (has_nvidia_card(root)) {
    return {"graphics card", PartState::kLacking,
            "an NVIDIA card is there, and its driver is not loaded",
            "sudo apt install nvidia-driver"};
  }
  return {"graphics card", PartState::kFine, "none from NVIDIA: the processor does it all", {}};
}

PartReport check_ardour(const fs::path& root) {
  const std::set<std::string> versions = ardour_versions(root);
  if (versions.empty()) {
    return {"Ardour", PartState::kLacking, "not installed", "sudo apt install ardour"};
  }
  std::string found;
  for (const std::string& version : versions) found += (found.empty() ? "" : ", ") + version;
  return {"Ardour", PartState::kFine, found, {}};
}

}  // namespace dgx::app
