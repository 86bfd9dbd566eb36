// SPDX-License-Identifier: Apache-2.0
#include "plugin/instrument/request_desk.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <utility>

#include "generator/base/directory.hpp"
#include "generator/base/unique_fd.hpp"
#include "generator/base/utf8.hpp"
#include "generator/protocol/codec.hpp"
#include "generator/protocol/validation.hpp"

namespace dgx::plugin {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLongestFile = 4000;  // Of 1000 characters, in UTF-8
constexpr std::int64_t kUsualBars = 8;
constexpr double kLeastRate = 44100.0;  // Of a take; a voice plays it at any other
constexpr double kMostRate = 192000.0;

std::string as_one_line(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c == '\n' || c == '\r' || c == '\t'; }, ' ');
  const auto begin = text.find_first_not_of(' ');
  if (begin == std::string::npos) return {};
  return text.substr(begin, text.find_last_not_of(' ') - begin + 1);
}

// The settings that a person chose last. Length in bars, where none was asked for yet.
protocol::GenerationRequest settings_of(const std::string& json) {
  protocol::GenerationRequest usual;
  usual.bars = kUsualBars;
  if (json.empty()) return usual;
  auto last = protocol::decode_request(json);
  return last ? *std::move(last) : usual;
}

void fit_to_host(protocol::GenerationRequest& request, const HostTempo& host) {
  request.bpm = host.bpm;
  request.time_signature = std::to_string(host.numerator) + "/" + std::to_string(host.denominator);
}

}  // namespace

bool RequestDesk::set_prompt(std::string prompt) {
  const MutexLock lock(mutex_);
  if (prompt == prompt_) return false;
  prompt_ = std::move(prompt);
  return true;
}

std::string RequestDesk::prompt() const {
  const MutexLock lock(mutex_);
  return prompt_;
}

Result<std::string> RequestDesk::read_prompt(const fs::path& file) {
  const UniqueFd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  struct stat facts {};
  if (!fd.valid() || ::fstat(fd.get(), &facts) != 0) {
    return error_from_errno(errno, "cannot open '" + file.string() + "'");
  }
  if (!S_ISREG(facts.st_mode) || static_cast<std::size_t>(facts.st_size) > kLongestFile) {
    return Error{ErrorCode::kInvalidArgument, "'" + file.string() +
                                                  "' must be a text file of at most " +
                                                  std::to_string(kLongestFile) + " bytes"};
  }
  std::string text(kLongestFile, '\0');
  const ::ssize_t size = ::read(fd.get(), text.data(), text.size());
  if (size < 0) return error_from_errno(errno, "cannot read '" + file.string() + "'");
  text.resize(static_cast<std::size_t>(size));
  text = as_one_line(std::move(text));
  if (!text.empty() && is_utf8(text)) return text;
  return Error{ErrorCode::kInvalidArgument, "'" + file.string() + "' holds no text in UTF-8"};
}

std::string RequestDesk::request() const {
  const MutexLock lock(mutex_);
  return request_;
}

void RequestDesk::restore(std::string prompt, std::string request) {
  const MutexLock lock(mutex_);
  prompt_ = std::move(prompt);
  request_ = std::move(request);
}

void RequestDesk::ask(const protocol::GenerationRequest& request) {
  {
    const MutexLock lock(mutex_);
    prompt_ = request.prompt;
    request_ = protocol::encode(request);
  }
  maker_.ask(request);
}

Status RequestDesk::ask_again(const std::optional<std::string>& other_prompt,
                              const std::optional<HostTempo>& host, double sample_rate) {
  protocol::GenerationRequest request = settings_of(this->request());
  request.prompt = other_prompt.value_or(prompt());
  request.idempotency_key.reset();
  request.output_dir.reset();
  if (host) fit_to_host(request, *host);
  if (sample_rate >= kLeastRate && sample_rate <= kMostRate) {
    request.sample_rate = std::lround(sample_rate);
  }
  if (Status valid = protocol::validate(request); !valid) return valid;
  maker_.ask(std::move(request));
  return ok();
}

}  // namespace dgx::plugin
