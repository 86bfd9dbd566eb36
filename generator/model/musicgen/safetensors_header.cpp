// SPDX-License-Identifier: Apache-2.0
// The format: https://github.com/huggingface/safetensors#format. This reader refuses all that the
// reference refuses, and takes a smaller header.
#include "generator/model/musicgen/safetensors_header.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <map>
#include <optional>
#include <tuple>
#include <utility>

#include "generator/base/utf8.hpp"
#include "generator/model/musicgen/bounded_file.hpp"
#include "generator/protocol/json_events.hpp"

namespace dgx::musicgen {
namespace {

using protocol::JsonScalar;

constexpr std::size_t kMostDimensions = 8;
constexpr std::size_t kMostNameBytes = 512;
constexpr std::size_t kMostTypeBytes = 16;
constexpr std::string_view kMetadata = "__metadata__";

Error bad_header(const std::string& reason) {
  return {ErrorCode::kCorrupt, reason};
}

std::string in_quotes(std::string_view name) {
  return "\"" + escaped_for_terminal(name) + "\"";
}

Status check_name(std::string_view name) {
  if (name.empty() || name.size() > kMostNameBytes) {
    return bad_header("a tensor's name must have 1 to " + std::to_string(kMostNameBytes) +
                      " bytes, got " + std::to_string(name.size()));
  }
  for (std::size_t position = 0; position < name.size();) {
    const auto code_point = next_code_point(name, position);
    if (!code_point || is_control(*code_point)) {
      return bad_header("a tensor's name must be text without control characters, got " +
                        in_quotes(name));
    }
  }
  return ok();
}

/// A whole number that is not negative; nothing for any other value.
std::optional<std::uint64_t> whole_number(const JsonScalar& value) {
  if (const auto* number = std::get_if<std::uint64_t>(&value)) return *number;
  const auto* number = std::get_if<std::int64_t>(&value);
  if (number == nullptr || *number < 0) return std::nullopt;
  return static_cast<std::uint64_t>(*number);
}

// {"name": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}, "__metadata__": {"a": "b"}}
class HeaderEvents final : public protocol::JsonEvents {
 public:
  std::vector<HeaderEntry> take() { return std::move(entries_); }

  Status on_object_begin() override {
    if (level_ == 2 || in_array_) return misplaced("an object");
    ++level_;
    if (level_ == 2 && !in_metadata_) return begin_entry();
    return ok();
  }
  Status on_object_end() override {
    --level_;
    if (level_ == 1 && !std::exchange(in_metadata_, false)) return end_entry();
    return ok();
  }
  Status on_array_begin() override {
    if (level_ != 2 || in_metadata_ || in_array_ || field_ == Field::kType ||
        field_ == Field::kOther) {
      return misplaced("a list");
    }
    in_array_ = true;
    seen_[static_cast<std::size_t>(field_)] = true;
    return ok();
  }
  Status on_array_end() override {
    in_array_ = false;
    return ok();
  }
  Status on_name(std::string_view name) override {
    if (level_ == 1) {
      name_ = name;
      in_metadata_ = name == kMetadata;
      return check_name(name);
    }
    if (!in_metadata_) field_ = field_of(name);
    return ok();
  }
  Status on_scalar(const JsonScalar& value) override {
    if (level_ != 2) return misplaced("a plain value");
    if (in_metadata_) {
      if (std::holds_alternative<std::string_view>(value)) return ok();
      return bad_header("__metadata__ may hold texts only");
    }
    if (field_ == Field::kType && !in_array_) return set_type(value);
    if (field_ == Field::kShape && in_array_) return add_dimension(value);
    if (field_ == Field::kOffsets && in_array_) return add_offset(value);
    return misplaced("a plain value");
  }

 private:
  enum class Field { kType, kShape, kOffsets, kOther };

  static Field field_of(std::string_view name) {
    if (name == "dtype") return Field::kType;
    if (name == "shape") return Field::kShape;
    if (name == "data_offsets") return Field::kOffsets;
    return Field::kOther;
  }
  [[nodiscard]] Error misplaced(const std::string& what) const {
    if (level_ == 0) return bad_header("the header must be a JSON object");
    return bad_header("the entry of " + in_quotes(name_) + " has " + what +
                      " where the format has none");
  }
  Status begin_entry() {
    if (entries_.size() == kMostTensors) {
      return bad_header("more than " + std::to_string(kMostTensors) + " tensors");
    }
    entries_.emplace_back().name = name_;
    seen_ = {};
    offset_count_ = 0;
    return ok();
  }
  Status end_entry() {
    if (seen_ == std::array{true, true, true} && offset_count_ == 2) return ok();
    return bad_header("the entry of " + in_quotes(name_) +
                      " must have dtype, shape and two data_offsets");
  }
  Status set_type(const JsonScalar& value) {
    const auto* text = std::get_if<std::string_view>(&value);
    if (text == nullptr || text->empty() || text->size() > kMostTypeBytes) {
      return bad_header("the dtype of " + in_quotes(name_) + " must be a short text");
    }
    entries_.back().type = *text;
    seen_[static_cast<std::size_t>(Field::kType)] = true;
    return ok();
  }
  Status add_dimension(const JsonScalar& value) {
    const auto size = whole_number(value);
    std::vector<std::int64_t>& shape = entries_.back().shape;
    if (!size || !std::in_range<std::int64_t>(*size)) {
      return bad_header("the shape of " + in_quotes(name_) + " must be of whole numbers from 0");
    }
    if (shape.size() == kMostDimensions) {
      return bad_header("the shape of " + in_quotes(name_) + " may have " +
                        std::to_string(kMostDimensions) + " dimensions, got more");
    }
    shape.push_back(static_cast<std::int64_t>(*size));
    return ok();
  }
  Status add_offset(const JsonScalar& value) {
    const auto offset = whole_number(value);
    if (!offset || offset_count_ == 2) {
      return bad_header("the data_offsets of " + in_quotes(name_) +
                        " must be two whole numbers from 0");
    }
    (offset_count_++ == 0 ? entries_.back().begin : entries_.back().end) = *offset;
    return ok();
  }

  std::vector<HeaderEntry> entries_{};
  std::string name_{};
  int level_ = 0;
  bool in_metadata_ = false;
  bool in_array_ = false;
  Field field_ = Field::kOther;
  std::array<bool, 3> seen_{};
  int offset_count_ = 0;
};

Status check_extent(const HeaderEntry& entry) {
  if (entry.end < entry.begin) {
    return bad_header(in_quotes(entry.name) + " ends at byte " + std::to_string(entry.end) +
                      ", before it begins at byte " + std::to_string(entry.begin));
  }
  std::uint64_t bytes = element_bytes(entry.type);
  if (bytes == 0) return ok();  // Of an unknown type only the place can be checked.
  for (const std::int64_t size : entry.shape) {
    if (__builtin_mul_overflow(bytes, static_cast<std::uint64_t>(size), &bytes)) {
      return bad_header("the shape of " + in_quotes(entry.name) + " has more bytes than 2^64");
    }
  }
  if (bytes == entry.end - entry.begin) return ok();
  return bad_header(in_quotes(entry.name) + " has " + std::to_string(bytes) +
                    " bytes by its dtype and shape, and " +
                    std::to_string(entry.end - entry.begin) + " by its data_offsets");
}

/// `entries` are in the order of their data.
Status check_cover(const std::vector<HeaderEntry>& entries, std::uint64_t data_bytes) {
  std::uint64_t covered = 0;
  for (const HeaderEntry& entry : entries) {
    if (entry.begin != covered) {
      return bad_header(in_quotes(entry.name) + " must begin at byte " + std::to_string(covered) +
                        ", where the tensor before it ends, got " + std::to_string(entry.begin));
    }
    covered = entry.end;
  }
  if (covered == data_bytes) return ok();
  return bad_header("the tensors have " + std::to_string(covered) + " bytes, and the file holds " +
                    std::to_string(data_bytes) + " of them");
}

Result<std::string> read_header_text(int fd, const std::filesystem::path& path,
                                     std::uint64_t file_bytes) {
  constexpr std::uint64_t kLengthBytes = 8;
  std::array<std::uint8_t, kLengthBytes> length_bytes{};
  if (file_bytes < kLengthBytes) {
    return bad_header("a safetensors file has at least 8 bytes, got " + std::to_string(file_bytes));
  }
  const auto into = std::as_writable_bytes(std::span(length_bytes));
  if (Status read = read_exactly(fd, 0, into, path); !read) return read.error();
  std::uint64_t length = 0;
  for (std::size_t i = 0; i < kLengthBytes; ++i) {
    length |= std::uint64_t{length_bytes[i]} << (8 * i);
  }
  const std::uint64_t most = std::min(kMostHeaderBytes, file_bytes - kLengthBytes);
  if (length > most) {
    return bad_header("the header may have " + std::to_string(most) + " bytes here, got " +
                      std::to_string(length));
  }
  std::string text(static_cast<std::size_t>(length), '\0');
  const Status read = read_exactly(fd, kLengthBytes, std::as_writable_bytes(std::span(text)), path);
  if (!read) return read.error();
  if (!text.starts_with('{')) return bad_header("the header must start with '{'");
  return text;
}

Result<std::vector<HeaderEntry>> parse_header(std::string_view text) {
  protocol::JsonLimits limits;
  limits.levels = 8;
  // The names of one entry or of the metadata are open beside those of all tensors.
  limits.open_members = kMostTensors + 4096;
  limits.string_bytes = 65'536;
  HeaderEvents events;
  if (Status read = protocol::read_json_events(text, limits, events); !read) return read.error();
  return events.take();
}

Result<std::vector<HeaderEntry>> read_checked(int fd, const std::filesystem::path& path,
                                              std::uint64_t& data_offset) {
  const Result<std::uint64_t> bytes = file_size(fd, path);
  if (!bytes) return bytes.error();
  const Result<std::string> text = read_header_text(fd, path, *bytes);
  if (!text) return text.error();
  Result<std::vector<HeaderEntry>> entries = parse_header(*text);
  if (!entries) return entries;
  for (const HeaderEntry& entry : *entries) {
    if (Status checked = check_extent(entry); !checked) return checked.error();
  }
  std::sort(entries->begin(), entries->end(), [](const HeaderEntry& a, const HeaderEntry& b) {
    return std::tie(a.begin, a.end, a.name) < std::tie(b.begin, b.end, b.name);
  });
  data_offset = 8 + text->size();
  if (Status checked = check_cover(*entries, *bytes - data_offset); !checked) {
    return checked.error();
  }
  return entries;
}

}  // namespace

std::uint64_t element_bytes(std::string_view type) {
  static const std::map<std::string_view, std::uint64_t> kBytes = {
      {"BOOL", 1}, {"U8", 1},  {"I8", 1},  {"I16", 2}, {"U16", 2}, {"F16", 2}, {"BF16", 2},
      {"I32", 4},  {"U32", 4}, {"F32", 4}, {"I64", 8}, {"U64", 8}, {"F64", 8}};
  const auto found = kBytes.find(type);
  return found == kBytes.end() ? 0 : found->second;
}

Result<std::vector<HeaderEntry>> read_safetensors_header(int fd, const std::filesystem::path& path,
                                                         std::uint64_t& data_offset) {
  Result<std::vector<HeaderEntry>> entries = read_checked(fd, path, data_offset);
  if (entries || entries.error().code == ErrorCode::kIo) return entries;
  // Malformed JSON in a file on disk is a corrupt file.
  return bad_header(path.string() + " is not a safetensors file: " + entries.error().message);
}

}  // namespace dgx::musicgen
