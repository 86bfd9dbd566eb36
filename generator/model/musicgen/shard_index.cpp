// SPDX-License-Identifier: Apache-2.0
#include "generator/model/musicgen/shard_index.hpp"

#include <utility>

#include "generator/base/directory.hpp"
#include "generator/base/utf8.hpp"
#include "generator/model/musicgen/safetensors_header.hpp"
#include "generator/protocol/json_events.hpp"

namespace dgx::musicgen {
namespace {

// {"metadata": {...}, "weight_map": {"name": "model-00001-of-00002.safetensors", ...}}
class IndexEvents final : public protocol::JsonEvents {
 public:
  [[nodiscard]] bool has_map() const { return has_map_; }
  ShardIndex take() { return std::move(index_); }

  Status on_object_begin() override {
    ++level_;
    if (in_map_ && level_ > 2) return bad_value();
    if (level_ == 2 && top_name_ == "weight_map") in_map_ = has_map_ = true;
    return ok();
  }
  Status on_object_end() override {
    if (--level_ == 1) in_map_ = false;
    return ok();
  }
  Status on_array_begin() override {
    ++level_;
    return in_map_ ? bad_value() : ok();
  }
  Status on_array_end() override {
    --level_;
    return ok();
  }
  Status on_name(std::string_view name) override {
    if (level_ == 1) top_name_ = name;
    if (in_map_) tensor_ = name;
    return ok();
  }
  Status on_scalar(const protocol::JsonScalar& value) override {
    if (!in_map_) return ok();
    const auto* file = std::get_if<std::string_view>(&value);
    if (file == nullptr) return bad_value();
    if (!is_file_name(*file) || !file->ends_with(".safetensors")) {
      return Error{ErrorCode::kCorrupt,
                   "weight_map must name .safetensors files of this folder, got \"" +
                       escaped_for_terminal(*file) + "\""};
    }
    index_.emplace(tensor_, *file);
    return ok();
  }

 private:
  static Error bad_value() {
    return {ErrorCode::kCorrupt, "weight_map must give a file name for each tensor"};
  }

  ShardIndex index_{};
  std::string top_name_{};
  std::string tensor_{};
  int level_ = 0;
  bool in_map_ = false;
  bool has_map_ = false;
};

}  // namespace

Result<ShardIndex> parse_shard_index(std::string_view text) {
  protocol::JsonLimits limits;
  limits.levels = 8;
  limits.open_members = kMostTensors + 4096;
  limits.string_bytes = 4096;
  IndexEvents events;
  if (Status read = protocol::read_json_events(text, limits, events); !read) {
    return Error{ErrorCode::kCorrupt, read.error().message};
  }
  if (!events.has_map()) return Error{ErrorCode::kCorrupt, "it has no weight_map"};
  return events.take();
}

}  // namespace dgx::musicgen
