// SPDX-License-Identifier: Apache-2.0
#include "generator/protocol/token_list.hpp"

#include "generator/protocol/json.hpp"

namespace dgx::protocol {
namespace {

boost::json::value to_json(std::int32_t code) {
  return code;
}

template <typename T>
boost::json::value to_json(const std::vector<T>& list) {
  boost::json::array array;
  array.reserve(list.size());
  for (const T& item : list) array.push_back(to_json(item));
  return array;
}

}  // namespace

std::string encode_tokens(const std::vector<std::vector<std::vector<std::int32_t>>>& takes) {
  return write_json(boost::json::object{{"tokens", to_json(takes)}}) + "\n";
}

}  // namespace dgx::protocol
