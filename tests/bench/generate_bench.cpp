// SPDX-License-Identifier: Apache-2.0
// How long a person waits for a command, from its start to its end, with everything that a start
// costs. Usage: dgx_bench_generate [rounds [takes]]; dgx-music has to lie beside it.
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "generator/base/ulid.hpp"
#include "tests/bench/history_rows.hpp"
#include "tests/support/left_behind.hpp"

namespace {

namespace fs = std::filesystem;
using dgx::bench::expect;
using Clock = std::chrono::steady_clock;

/// A home folder for the program, gone at the end.
class Home {
 public:
  Home() : path_(fs::temp_directory_path() / ("dgx-bench-" + dgx::new_ulid())) {
    fs::create_directories(data());
  }
  ~Home() {
    dgx::test::end_children_with(runtime_variable());
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  Home(const Home&) = delete;
  Home& operator=(const Home&) = delete;

  [[nodiscard]] fs::path data() const { return path_ / ".local/share/dgx-music"; }
  [[nodiscard]] std::string variable() const { return "HOME=" + path_.string(); }
  [[nodiscard]] std::string runtime_variable() const { return "XDG_RUNTIME_DIR=" + path_.string(); }

 private:
  fs::path path_;
};

fs::path program() {
  return fs::read_symlink("/proc/self/exe").parent_path() / "dgx-music";
}

// Gives the seconds it took.
double run(const Home& home, const std::vector<std::string>& arguments) {
  std::vector<std::string> words = {program().string()};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  std::string variable = home.variable();
  std::string runtime_variable = home.runtime_variable();
  char* environment[] = {variable.data(), runtime_variable.data(), nullptr};
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  const auto start = Clock::now();
  pid_t pid = -1;
  const int error = ::posix_spawn(&pid, argv[0], &actions, nullptr, argv.data(), environment);
  posix_spawn_file_actions_destroy(&actions);
  expect(error == 0, "cannot start " + words[0]);
  int status = 0;
  ::waitpid(pid, &status, 0);
  const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
  expect(WIFEXITED(status) && WEXITSTATUS(status) == 0, words[0] + " " + words[1] + " failed");
  return seconds;
}

struct Command {
  std::string name;
  double budget_ms;
  std::vector<std::string> arguments;
  bool without_service = false;  ///< None runs when the command begins
};

void measure(const Home& home, const Command& command, int rounds) {
  std::vector<double> times;
  run(home, command.arguments);  // Warm: the soundfont and the programs are in the page cache.
  for (int round = 0; round < rounds; ++round) {
    if (command.without_service) dgx::test::end_children_with(home.runtime_variable());
    times.push_back(1000 * run(home, command.arguments));
  }
  std::sort(times.begin(), times.end());
  const auto at = [&times](double share) {
    return times[static_cast<std::size_t>(share * static_cast<double>(times.size() - 1) + 0.5)];
  };
  const std::string budget =
      command.budget_ms > 0 ? std::to_string(static_cast<int>(command.budget_ms)) : "-";
  std::printf("| %-44s | %7.1f | %7.1f | %7.1f | %7.1f | %6s |\n", command.name.c_str(), at(0),
              at(0.5), at(0.9), at(1), budget.c_str());
  std::fflush(stdout);
}

// The whole id, for among so many takes the end of one names several.
std::string any_take(const Home& home) {
  for (const auto& entry : fs::directory_iterator(home.data() / "takes")) {
    if (entry.path().extension() != ".json") continue;
    std::ifstream file(entry.path());
    const std::string receipt{std::istreambuf_iterator<char>(file), {}};
    const std::string label = "\"take_id\": \"";
    const std::size_t at = receipt.find(label);
    if (at != std::string::npos) return receipt.substr(at + label.size(), 26);
  }
  expect(false, "generate left no take");
  return "";
}

// The rows are written in memory and copied to where the program looks for them.
void give_history(const Home& home, int takes) {
  const fs::path made = fs::path("/dev/shm") / ("dgx-bench-" + dgx::new_ulid() + ".db");
  dgx::bench::write_history(made, takes);
  fs::copy_file(made, home.data() / "history.db");
  fs::remove(made);
}

}  // namespace

int main(int argc, char** argv) {
  const int rounds = argc > 1 ? std::atoi(argv[1]) : 20;
  const int takes = argc > 2 ? std::atoi(argv[2]) : 100'000;
  expect(rounds >= 1 && takes >= dgx::bench::kTakesOfAJob,
         "usage: dgx_bench_generate [rounds [takes]]");
  expect(fs::exists(program()), "there is no " + program().string() + ": build dgx-music first");
  const std::string many = " (" + std::to_string(takes) + " takes)";
  const std::vector<std::string> clip = {"generate", "lo-fi hip hop, dusty drums, warm Rhodes",
                                         "--duration", "16"};
  std::printf("| %-44s | %7s | %7s | %7s | %7s | %6s |\n", "command, in ms", "min", "median", "p90",
              "max", "budget");
  std::printf("|---|---|---|---|---|---|\n");

  dgx::test::adopt_orphans();
  const Home fresh;
  measure(fresh, {"--version", 50, {"--version"}}, rounds);
  measure(fresh, {"generate, a sketch of 16 s", 1000, clip}, rounds);
  measure(fresh, {"the same, and first a service to start", 0, clip, true}, rounds);
  auto with_stems = clip;
  with_stems.emplace_back("--stems");
  measure(fresh, {"generate, the same with stems", 0, with_stems}, rounds);
  measure(fresh, {"show", 0, {"show", any_take(fresh)}}, rounds);
  measure(fresh, {"history", 50, {"history"}}, rounds);

  const Home old;
  give_history(old, takes);
  measure(old, {"history" + many, 50, {"history"}}, rounds);
  measure(old, {"history piano" + many, 50, {"history", "piano"}}, rounds);
  measure(old, {"generate, a sketch of 16 s" + many, 1000, clip}, rounds);
  measure(old, {"show" + many, 0, {"show", any_take(old)}}, rounds);
  return 0;
}
