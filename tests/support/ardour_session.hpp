// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>

#include "generator/protocol/insertion.hpp"
#include "tests/support/catch.hpp"

namespace dgx::test {

/// A session as the hook shows it, and what the hook does, done by a test: its "Ardour" is this
/// process. tests/ardour has the real one.
class ArdourSession {
 public:
  ArdourSession(const std::filesystem::path& ardour_folder, const std::string& name)
      : folder_(ardour_folder / name) {
    std::filesystem::create_directories(folder_);
    facts.path = "/music/" + name;
    facts.name = name;
    facts.rate = 48'000;
    facts.bpm = 120;
    is_open_in(::getpid());
  }

  protocol::ArdourFacts facts{};

  /// Takes another process that runs for the Ardour.
  void is_open_in(pid_t process) {
    facts.pid = process;
    facts.started = start_of(process);
    write_facts();
  }
  void write_facts() const { write("facts.json", encode(facts)); }
  [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }
  [[nodiscard]] bool has(const std::string& name) const {
    return std::filesystem::exists(std::filesystem::symlink_status(folder_ / name));
  }
  [[nodiscard]] protocol::InsertionOrder posted() const {
    return *protocol::decode<protocol::InsertionOrder>(read("next.json"));
  }

  /// The hook's steps, each of which a kill may follow.
  std::string claim() {
    const std::string id = posted().insertion_id;
    facts.placing = id;
    write_facts();
    std::filesystem::rename(folder_ / "next.json", folder_ / ("claimed-" + id + ".json"));
    return id;
  }
  void finish(const std::string& id, const protocol::InsertionOutcome& outcome) {
    write((outcome.message ? "failed-" : "done-") + id + ".json", encode(outcome));
    std::filesystem::remove(folder_ / ("claimed-" + id + ".json"));
    facts.placing.clear();
    write_facts();
  }
  void place(std::int64_t sample) {
    const std::string id = claim();
    finish(id, {id, {}, "region", "Audio 1", sample, 4800});
  }

  void write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ / (name + ".tmp")) << text;
    std::filesystem::rename(folder_ / (name + ".tmp"), folder_ / name);
  }

 private:
  [[nodiscard]] std::string read(const std::string& name) const {
    std::ifstream file(folder_ / name);
    REQUIRE(file.good());
    return {std::istreambuf_iterator<char>(file), {}};
  }
  static std::int64_t start_of(pid_t process) {
    std::ifstream file("/proc/" + std::to_string(process) + "/stat");
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    std::istringstream fields(text.substr(text.rfind(')') + 1));
    std::string field;
    for (int i = 3; i <= 22; ++i) fields >> field;
    return std::stoll(field);
  }

  std::filesystem::path folder_;
};

}  // namespace dgx::test
