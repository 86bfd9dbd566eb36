// SPDX-License-Identifier: Apache-2.0
#include "tests/integration/program.hpp"

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <thread>
#include <utility>

#include "generator/protocol/codec.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/left_behind.hpp"

namespace dgx::test {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

// Far beyond what any run takes: only what hangs is ended.
std::chrono::seconds longest_run() {
  return std::chrono::duration_cast<std::chrono::seconds>(2min * patience());
}

/// Arguments and environment as C wants them.
class CStrings {
 public:
  explicit CStrings(std::vector<std::string> texts) : texts_(std::move(texts)) {
    for (std::string& text : texts_) pointers_.push_back(text.data());
    pointers_.push_back(nullptr);
  }
  [[nodiscard]] char* const* get() const { return pointers_.data(); }

 private:
  std::vector<std::string> texts_;
  std::vector<char*> pointers_{};
};

std::vector<std::string> assignments(const std::map<std::string, std::string>& environment) {
  std::vector<std::string> texts;
  for (const auto& [name, value] : environment) texts.push_back(name + "=" + value);
  return texts;
}

struct Pipe {
  Pipe() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("pipe2");
    read_end.reset(ends[0]);
    write_end.reset(ends[1]);
  }
  UniqueFd read_end{};
  UniqueFd write_end{};
};

// Takes what is there to be taken. False at the end of the stream.
bool drain(const UniqueFd& fd, std::string& text) {
  std::array<char, 65536> buffer{};
  const ssize_t count = ::read(fd.get(), buffer.data(), buffer.size());
  if (count > 0) text.append(buffer.data(), static_cast<std::size_t>(count));
  // A terminal whose other end is closed says EIO.
  return count > 0 || (count < 0 && (errno == EAGAIN || errno == EINTR));
}

}  // namespace

Running::Running(pid_t pid, UniqueFd out, UniqueFd err)
    : pid_(pid),
      process_(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))),
      out_(std::move(out)),
      err_(std::move(err)) {
  for (const UniqueFd* fd : {&out_, &err_}) {
    if (fd->valid()) ::fcntl(fd->get(), F_SETFL, O_NONBLOCK);
  }
}

Running::Running(Running&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      process_(std::move(other.process_)),
      out_(std::move(other.out_)),
      err_(std::move(other.err_)),
      started_(other.started_),
      outcome_(std::move(other.outcome_)) {}

Running::~Running() {
  if (pid_ < 0) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

bool Running::pump(Clock::time_point deadline) {
  std::array<pollfd, 3> sources = {{{process_.get(), POLLIN, 0},
                                    {out_.valid() ? out_.get() : -1, POLLIN, 0},
                                    {err_.valid() ? err_.get() : -1, POLLIN, 0}}};
  const auto left = std::chrono::duration_cast<std::chrono::microseconds>(deadline - Clock::now());
  const auto microseconds = std::max<std::int64_t>(0, left.count());
  const timespec time{microseconds / 1'000'000, microseconds % 1'000'000 * 1000};
  if (::ppoll(sources.data(), sources.size(), &time, nullptr) <= 0) return false;
  if (sources[1].revents != 0 && !drain(out_, outcome_.out)) out_.reset();
  if (sources[2].revents != 0 && !drain(err_, outcome_.err)) err_.reset();
  // Whatever holds the streams open after the program's end is not the program.
  return sources[0].revents == 0 || sources[1].revents != 0 || sources[2].revents != 0;
}

bool Running::wait_for(const std::string& stream, const std::string& text) {
  const auto deadline = Clock::now() + longest_run();
  while (stream.find(text) == std::string::npos) {
    if (!pump(deadline)) return stream.find(text) != std::string::npos;
  }
  return true;
}

void Running::type(const std::string& keys) const {
  const ssize_t count = ::write(out_.get(), keys.data(), keys.size());
  if (count != static_cast<ssize_t>(keys.size())) throw std::runtime_error("cannot type");
}

bool Running::wait_for_error(const std::string& text) {
  return wait_for(outcome_.err, text);
}

bool Running::wait_for_output(const std::string& text) {
  return wait_for(outcome_.out, text);
}

bool Running::runs_for(std::chrono::microseconds time) {
  const auto deadline = Clock::now() + time;
  while (pump(deadline)) {
  }
  return Clock::now() >= deadline;
}

Outcome Running::wait() {
  const auto deadline = Clock::now() + longest_run();
  while (pump(deadline)) {
  }
  if (Clock::now() >= deadline) ::kill(pid_, SIGKILL);
  int status = 0;
  ::waitpid(std::exchange(pid_, -1), &status, 0);
  outcome_.seconds = std::chrono::duration<double>(Clock::now() - started_).count();
  if (WIFEXITED(status)) outcome_.exit_code = WEXITSTATUS(status);
  if (WIFSIGNALED(status)) outcome_.signal = WTERMSIG(status);
  outcome_.left_core = WIFSIGNALED(status) && WCOREDUMP(status);
  return outcome_;
}

Program::Program() {
  adopt_orphans();
  environment = {{"HOME", home_.path().string()},
                 {"PATH", "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"},
                 {"LC_ALL", "C.UTF-8"},
                 {"TERM", "xterm-256color"},
                 {"XDG_RUNTIME_DIR", (home_ / "run").string()}};
  fs::create_directory(home_ / "run");
  for (const char* name : {"ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS", "LSAN_OPTIONS"}) {
    if (const char* value = std::getenv(name)) environment[name] = value;
  }
}

void Program::end_services() const {
  const auto runtime = environment.find("XDG_RUNTIME_DIR");
  end_children_with(runtime != environment.end() ? "XDG_RUNTIME_DIR=" + runtime->second
                                                 : "HOME=" + environment.at("HOME"));
}

void Program::use_fake_engine() {
  environment["DGX_MUSIC_ENGINE"] = DGX_BINARY_DIR "/bin/dgx-fake-engine";
}

void Program::allow_root(const fs::path& root) {
  environment["DGX_MUSIC_ALLOWED_ROOTS"] = root.string();
}

std::vector<std::string> Program::command(const std::vector<std::string>& arguments) const {
  std::vector<std::string> words = launcher;
  words.push_back(executable.string());
  words.insert(words.end(), arguments.begin(), arguments.end());
  return words;
}

Running Program::start(const std::vector<std::string>& arguments) const {
  const CStrings argv(command(arguments));
  const CStrings envp(assignments(environment));
  Pipe out;
  Pipe err;
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, out.write_end.get(), STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, err.write_end.get(), STDERR_FILENO);
  pid_t pid = -1;
  const int error = ::posix_spawnp(&pid, argv.get()[0], &actions, nullptr, argv.get(), envp.get());
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) throw std::runtime_error(std::string("posix_spawn: ") + std::strerror(error));
  return {pid, std::move(out.read_end), std::move(err.read_end)};
}

Running Program::start_on_terminal(const std::vector<std::string>& arguments,
                                   unsigned short columns) const {
  const CStrings argv(command(arguments));
  const CStrings envp(assignments(environment));
  const winsize size{24, columns, 0, 0};
  int terminal = -1;
  const pid_t pid = ::forkpty(&terminal, nullptr, nullptr, &size);
  if (pid == 0) {
    ::execvpe(argv.get()[0], argv.get(), envp.get());
    ::_exit(127);
  }
  if (pid < 0) throw std::runtime_error("forkpty");
  return {pid, UniqueFd(terminal), UniqueFd()};
}

Outcome Program::run(const std::vector<std::string>& arguments) const {
  return start(arguments).wait();
}

std::vector<protocol::Receipt> Program::generate(std::vector<std::string> arguments) const {
  arguments.insert(arguments.begin(), "generate");
  const Outcome outcome = run(arguments);
  INFO(outcome.err);
  REQUIRE(outcome.exit_code == 0);
  // The lines "  file     PATH" of what it says about each take.
  constexpr std::string_view kFile = "  file     ";
  std::vector<protocol::Receipt> receipts;
  for (std::size_t at = outcome.out.find(kFile); at != std::string::npos;
       at = outcome.out.find(kFile, at + 1)) {
    const std::size_t begin = at + kFile.size();
    receipts.push_back(
        receipt_beside(outcome.out.substr(begin, outcome.out.find('\n', begin) - begin)));
  }
  REQUIRE_FALSE(receipts.empty());
  return receipts;
}

std::vector<std::string> files_beneath(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code missing;
  for (const auto& entry : fs::recursive_directory_iterator(folder, missing)) {
    names.push_back(entry.path().lexically_relative(folder).string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::string read_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("cannot read " + path.string());
  return {std::istreambuf_iterator<char>(file), {}};
}

void write_file(const fs::path& path, const std::string& content) {
  fs::create_directories(path.parent_path());
  std::ofstream file(path, std::ios::binary);
  file << content;
  if (!file.flush()) throw std::runtime_error("cannot write " + path.string());
}

protocol::Receipt receipt_beside(const fs::path& wav) {
  const auto receipt =
      protocol::decode_receipt(read_file(fs::path(wav).replace_extension(".json")));
  INFO(wav.string());
  REQUIRE_OK(receipt);
  return *receipt;
}

bool long_tests() {
  const char* asked = std::getenv("DGX_TEST_LONG");
  return asked != nullptr && *asked != '\0';
}

double patience() {
  double load = 0;
  const double processors = std::max(1U, std::thread::hardware_concurrency());
  if (::getloadavg(&load, 1) != 1) load = 0;
  const double crowd = std::max(1.0, load / processors);
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  return 8.0 * crowd;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
  return 8.0 * crowd;
#endif
#endif
  return crowd;
}

}  // namespace dgx::test
