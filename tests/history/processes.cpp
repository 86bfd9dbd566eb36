// SPDX-License-Identifier: Apache-2.0
#include "tests/history/processes.hpp"

#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <utility>

#include "tests/support/catch.hpp"

namespace dgx::test {
namespace {

struct Pipe {
  UniqueFd read_end;
  UniqueFd write_end;
};

Pipe make_pipe() {
  std::array<int, 2> ends{};
  REQUIRE(::pipe(ends.data()) == 0);
  return {UniqueFd(ends[0]), UniqueFd(ends[1])};
}

void hold_lock(const std::filesystem::path& file, int tell, int wait) {
  sqlite3* handle = nullptr;
  const bool locked =
      sqlite3_open(file.c_str(), &handle) == SQLITE_OK &&
      sqlite3_exec(handle, "BEGIN EXCLUSIVE", nullptr, nullptr, nullptr) == SQLITE_OK;
  char byte = locked ? 'y' : 'n';
  if (::write(tell, &byte, 1) != 1) ::_exit(1);
  const ssize_t ended = ::read(wait, &byte, 1);  // Waits until the other end is closed.
  sqlite3_close(handle);
  ::_exit(ended == 0 ? 0 : 1);
}

}  // namespace

ChildEnd in_child(const std::function<int(int)>& work) {
  Pipe pipe = make_pipe();
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) ::_exit(work(pipe.write_end.get()));
  pipe.write_end.reset();
  ChildEnd end;
  std::array<char, 4096> buffer{};
  for (ssize_t count = 0;
       (count = ::read(pipe.read_end.get(), buffer.data(), buffer.size())) > 0;) {
    end.said.append(buffer.data(), static_cast<std::size_t>(count));
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  if (WIFSIGNALED(status)) end.signal = WTERMSIG(status);
  if (WIFEXITED(status)) end.exit_status = WEXITSTATUS(status);
  return end;
}

LockHolder::LockHolder(const std::filesystem::path& file) {
  Pipe told = make_pipe();
  Pipe held = make_pipe();
  child_ = ::fork();
  REQUIRE(child_ >= 0);
  if (child_ == 0) {
    held.write_end.reset();
    hold_lock(file, told.write_end.get(), held.read_end.get());
  }
  char answer = 'n';
  REQUIRE(::read(told.read_end.get(), &answer, 1) == 1);
  REQUIRE(answer == 'y');
  until_closed_ = std::move(held.write_end);
}

LockHolder::~LockHolder() {
  until_closed_.reset();
  int status = 0;
  ::waitpid(child_, &status, 0);
}

}  // namespace dgx::test
