// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "generator/base/unique_fd.hpp"
#include "generator/protocol/messages.hpp"
#include "tests/support/temp_dir.hpp"

namespace dgx::test {

/// What a program came to.
struct Outcome {
  int exit_code = -1;  ///< -1 where a signal ended it
  int signal = 0;
  bool left_core = false;  ///< Its memory was written down as it ended
  double seconds = 0;      ///< From the start to the end
  std::string out{};
  std::string err{};
};

/// A program that runs. What it writes is collected whenever somebody waits for something. Ended
/// with SIGKILL where nobody waited for its end.
class Running {
 public:
  using Clock = std::chrono::steady_clock;

  Running(pid_t pid, UniqueFd out, UniqueFd err);
  ~Running();
  Running(Running&& other) noexcept;
  Running& operator=(Running&&) = delete;

  [[nodiscard]] pid_t pid() const { return pid_; }
  void send(int signal) const { ::kill(pid_, signal); }
  /// Types on the program's terminal.
  void type(const std::string& keys) const;

  /// Waits until standard error holds `text`; false where the program ended without saying it.
  bool wait_for_error(const std::string& text);
  /// Waits until standard output holds `text`; false where the program ended without saying it.
  bool wait_for_output(const std::string& text);
  /// True if it still runs after that time, or false as soon as it has ended.
  bool runs_for(std::chrono::microseconds time);
  /// Waits for the end, and kills what does not come to one within two minutes.
  Outcome wait();

 private:
  bool pump(Clock::time_point deadline);  // False once there is nothing more to wait for.
  bool wait_for(const std::string& stream, const std::string& text);

  pid_t pid_;
  UniqueFd process_;
  UniqueFd out_;
  UniqueFd err_;
  Clock::time_point started_ = Clock::now();
  Outcome outcome_{};
};

/// dgx-music as a person has it, with a home folder of its own and nothing from the environment of
/// whoever runs the tests. A service that a command starts ends with it, at the latest. Arguments
/// go to the program as they are: no shell reads them.
class Program {
 public:
  Program();
  ~Program() { end_services(); }
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  /// Put before the program and its arguments: {"taskset", "-c", "0"}.
  std::vector<std::string> launcher{};
  std::map<std::string, std::string> environment{};
  std::filesystem::path executable = DGX_BINARY_DIR "/bin/dgx-music";

  /// Replaces the engine by the one of tests/fake_engine; the model is called "fake" then.
  void use_fake_engine();
  /// Lets a folder be asked for as --output-dir.
  void allow_root(const std::filesystem::path& root);

  /// Ends the services that commands started, and waits until they are gone.
  void end_services() const;

  [[nodiscard]] Running start(const std::vector<std::string>& arguments) const;
  /// The same on a new terminal with so many columns: all it writes is Outcome::out.
  [[nodiscard]] Running start_on_terminal(const std::vector<std::string>& arguments,
                                          unsigned short columns) const;
  [[nodiscard]] Outcome run(const std::vector<std::string>& arguments) const;
  /// Runs `generate`, fails the test unless it works, and gives the receipts of its takes.
  [[nodiscard]] std::vector<protocol::Receipt> generate(std::vector<std::string> arguments) const;

  [[nodiscard]] const std::filesystem::path& home() const { return home_.path(); }
  [[nodiscard]] std::filesystem::path data() const { return home() / ".local/share/dgx-music"; }
  [[nodiscard]] std::filesystem::path takes() const { return data() / "takes"; }
  [[nodiscard]] std::filesystem::path database() const { return data() / "history.db"; }
  [[nodiscard]] std::filesystem::path socket() const { return home() / "run/dgx-music/api.sock"; }
  [[nodiscard]] std::filesystem::path config() const {
    return home() / ".config/dgx-music/config.toml";
  }

 private:
  [[nodiscard]] std::vector<std::string> command(const std::vector<std::string>& arguments) const;

  TempDir home_{};
};

/// The paths of all files beneath a folder, relative to it and sorted; none where it is not there.
std::vector<std::string> files_beneath(const std::filesystem::path& folder);
std::string read_file(const std::filesystem::path& path);
void write_file(const std::filesystem::path& path, const std::string& content);
/// The receipt that lies beside a WAV.
protocol::Receipt receipt_beside(const std::filesystem::path& wav);

/// True where the long variants of the tests are asked for (scripts/test --nightly).
bool long_tests();
/// Deadlines that a person would notice are stretched by this: sanitizers make everything slower,
/// and so do other programs that want the processors.
double patience();

}  // namespace dgx::test
