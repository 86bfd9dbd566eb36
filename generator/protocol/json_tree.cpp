// SPDX-License-Identifier: Apache-2.0
#include "generator/protocol/json_tree.hpp"

#include <algorithm>

namespace dgx::protocol {
namespace {

class TreeBuilder final : public JsonEvents {
 public:
  TreeBuilder(JsonTree& root, std::size_t most_values) : root_(root), most_values_(most_values) {}

  Status on_object_begin() override { return open(JsonTree{JsonTree::Object{}}); }
  Status on_object_end() override { return close(); }
  Status on_array_begin() override { return open(JsonTree{JsonTree::Array{}}); }
  Status on_array_end() override { return close(); }
  Status on_name(std::string_view name) override {
    std::get<JsonTree::Object>(open_.back()->value).emplace_back(name, JsonTree{});
    return ok();
  }
  Status on_scalar(const JsonScalar& scalar) override {
    Result<JsonTree*> place = next_place();
    if (!place) return place.error();
    JsonTree& target = **place;
    std::visit([&target](const auto& plain) { assign(target, plain); }, scalar);
    return ok();
  }

 private:
  template <typename Plain>
  static void assign(JsonTree& target, const Plain& plain) {
    target.value = plain;
  }
  static void assign(JsonTree& target, std::string_view text) { target.value = std::string(text); }

  // The containers that are open do not grow while one inside them is open, so that the pointers
  // to them stay good.
  Result<JsonTree*> next_place() {
    if (++count_ > most_values_) {
      return Error{ErrorCode::kMalformed,
                   "not readable as JSON: more than " + std::to_string(most_values_) + " values"};
    }
    if (open_.empty()) return &root_;
    auto& holder = open_.back()->value;
    if (auto* object = std::get_if<JsonTree::Object>(&holder)) return &object->back().second;
    return &std::get<JsonTree::Array>(holder).emplace_back();
  }
  Status open(JsonTree container) {
    Result<JsonTree*> place = next_place();
    if (!place) return place.error();
    **place = std::move(container);
    open_.push_back(*place);
    return ok();
  }
  Status close() {
    open_.pop_back();
    return ok();
  }

  JsonTree& root_;
  std::size_t most_values_;
  std::size_t count_ = 0;
  std::vector<JsonTree*> open_{};
};

}  // namespace

const JsonTree* JsonTree::find(std::string_view name) const {
  const auto* object = std::get_if<Object>(&value);
  if (object == nullptr) return nullptr;
  const auto found = std::find_if(object->begin(), object->end(),
                                  [&](const auto& member) { return member.first == name; });
  return found == object->end() ? nullptr : &found->second;
}

Result<JsonTree> read_json_tree(std::string_view text, const JsonLimits& limits,
                                std::size_t most_values) {
  JsonTree root;
  TreeBuilder builder(root, most_values);
  if (Status read = read_json_events(text, limits, builder); !read) return read.error();
  return root;
}

}  // namespace dgx::protocol
