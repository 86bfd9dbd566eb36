// SPDX-License-Identifier: Apache-2.0
#include "generator/app/batch_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <map>
#include <utility>

#include "generator/base/unique_fd.hpp"
#include "generator/digest/sha256.hpp"
#include "generator/protocol/codec.hpp"
#include "generator/protocol/parameter_table.hpp"
#include "generator/protocol/validation.hpp"

namespace dgx::app {
namespace {

using protocol::GenerationRequest;

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::size_t kKeyDigits = 32;

struct RawLine {
  std::int64_t number = 0;
  std::string_view text{};
};

std::string_view trimmed(std::string_view text) {
  const auto is_blank = [](char c) { return c == ' ' || c == '\t' || c == '\r'; };
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

std::vector<RawLine> lines_that_count(std::string_view text) {
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  std::vector<RawLine> lines;
  std::int64_t number = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = trimmed(text.substr(0, end));
    ++number;
    if (!line.empty() && !line.starts_with('#')) lines.push_back({number, line});
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

bool holds_json(const std::vector<RawLine>& lines, const std::string& source) {
  if (source.ends_with(".jsonl") || source.ends_with(".ndjson")) return true;
  return !source.ends_with(".txt") && !lines.empty() && lines.front().text.starts_with('{');
}

// What names a folder or a file is meant from where the person stands, as on a command line.
void make_paths_absolute(GenerationRequest& request) {
  if (!request.output_dir || request.output_dir->empty()) return;
  std::error_code error;
  const auto path = std::filesystem::absolute(*request.output_dir, error);
  if (!error) request.output_dir = path.string();
}

Result<GenerationRequest> request_in(std::string_view line, bool is_json,
                                     const BatchLimits& limits) {
  if (line.size() > limits.line_bytes) {
    return Error{ErrorCode::kTooLarge, "a line must be at most " +
                                           std::to_string(limits.line_bytes) + " bytes, got " +
                                           std::to_string(line.size())};
  }
  GenerationRequest request;
  if (is_json) {
    auto decoded = protocol::decode_request(line);
    if (!decoded) return decoded;
    request = *std::move(decoded);
    make_paths_absolute(request);
  } else {
    request.prompt = std::string(line);
  }
  if (Status valid = protocol::validate(request); !valid) return std::move(valid).error();
  return request;
}

}  // namespace

Result<std::string> read_batch_file(const std::string& file, const BatchLimits& limits) {
  const bool is_input = file == "-";
  // What is no file and no pipe with a writer is not waited for.
  const UniqueFd fd(is_input ? ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0)
                             : ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  const auto failed = [&](const std::string& reason) {
    return Error{ErrorCode::kInvalidArgument,
                 (is_input ? "standard input" : file) + " cannot be read: " + reason};
  };
  if (!fd.valid()) return failed(std::strerror(errno));
  struct stat facts {};
  if (::fstat(fd.get(), &facts) != 0) return failed(std::strerror(errno));
  if (!is_input && !S_ISREG(facts.st_mode)) return failed("it is not a regular file");
  std::string text;
  std::array<char, 65536> buffer{};
  for (;;) {
    const ssize_t count = ::read(fd.get(), buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return failed(std::strerror(errno));
    if (count == 0) return text;
    text.append(buffer.data(), static_cast<std::size_t>(count));
    if (text.size() > limits.file_bytes) {
      return failed("it must be at most " + std::to_string(limits.file_bytes) + " bytes");
    }
  }
}

Result<std::vector<BatchLine>> read_batch_lines(std::string_view text, const std::string& source,
                                                const BatchLimits& limits) {
  const std::vector<RawLine> raw = lines_that_count(text);
  const std::string name = source == "-" ? "standard input" : source;
  if (raw.empty()) return Error{ErrorCode::kInvalidArgument, name + " holds no request"};
  if (raw.size() > limits.requests) {
    return Error{ErrorCode::kTooLarge, name + " must hold at most " +
                                           std::to_string(limits.requests) + " requests, got " +
                                           std::to_string(raw.size())};
  }
  const bool is_json = holds_json(raw, source);
  std::map<std::string, int> seen;
  std::vector<BatchLine> lines;
  for (const RawLine& line : raw) {
    auto request = request_in(line.text, is_json, limits);
    const bool has_own_key = request && request->idempotency_key.has_value();
    if (request && !has_own_key) {
      const std::string asked = protocol::encode(*request);
      const std::string above = std::to_string(seen[asked]++);
      request->idempotency_key =
          "batch-" + sha256_of(source + '\n' + above + '\n' + asked).substr(0, kKeyDigits);
    }
    lines.push_back({line.number, std::move(request), has_own_key});
  }
  return lines;
}

}  // namespace dgx::app
