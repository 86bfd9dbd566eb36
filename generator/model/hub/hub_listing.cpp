// SPDX-License-Identifier: Apache-2.0
#include "generator/model/hub/hub_listing.hpp"

#include <algorithm>
#include <optional>

#include "generator/protocol/json_tree.hpp"

namespace dgx::model {
namespace {

using protocol::JsonTree;

constexpr std::size_t kMostValues = 100'000;
constexpr std::int64_t kMostFileBytes = 1'000'000'000'000;

Error corrupt(const std::string& what) {
  return {ErrorCode::kCorrupt, "the hub's list of files " + what};
}

bool is_hexadecimal(std::string_view text, std::size_t digits) {
  return text.size() == digits && std::all_of(text.begin(), text.end(), [](char digit) {
           return (digit >= '0' && digit <= '9') || (digit >= 'a' && digit <= 'f');
         });
}

template <typename T>
const T* member(const JsonTree& object, std::string_view name) {
  const JsonTree* found = object.find(name);
  return found == nullptr ? nullptr : std::get_if<T>(&found->value);
}

Result<std::optional<HubFile>> read_file(const JsonTree& entry) {
  const auto* name = member<std::string>(entry, "rfilename");
  if (name == nullptr) return corrupt("has an entry without a name");
  const auto* size = member<std::int64_t>(entry, "size");
  if (size == nullptr) return std::optional<HubFile>();
  if (*size < 0 || *size > kMostFileBytes) {
    return corrupt("must give sizes of 0 to " + std::to_string(kMostFileBytes) + " bytes, got " +
                   std::to_string(*size));
  }
  HubFile file{*name, static_cast<std::uint64_t>(*size), {}};
  const JsonTree* large = entry.find("lfs");
  if (large == nullptr || large->is_null()) return std::optional(file);
  const auto* digest = member<std::string>(*large, "sha256");
  if (digest == nullptr || !is_hexadecimal(*digest, 64)) {
    return corrupt("must give a SHA-256 of 64 hexadecimal digits for each large file");
  }
  file.sha256 = *digest;
  return std::optional(file);
}

}  // namespace

Result<HubListing> parse_hub_listing(std::string_view text) {
  protocol::JsonLimits limits;
  limits.open_members = 10'000;
  const Result<JsonTree> tree = protocol::read_json_tree(text, limits, kMostValues);
  if (!tree) return corrupt("is " + tree.error().message);
  HubListing listing;
  const auto* commit = member<std::string>(*tree, "sha");
  if (commit == nullptr || !is_hexadecimal(*commit, 40)) {
    return corrupt("must name a commit of 40 hexadecimal digits");
  }
  listing.commit = *commit;
  const auto* entries = member<JsonTree::Array>(*tree, "siblings");
  if (entries == nullptr) return corrupt("must have siblings");
  for (const JsonTree& entry : *entries) {
    Result<std::optional<HubFile>> file = read_file(entry);
    if (!file) return file.error();
    if (*file) listing.files.push_back(**std::move(file));
  }
  return listing;
}

}  // namespace dgx::model
