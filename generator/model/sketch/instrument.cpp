// SPDX-License-Identifier: Apache-2.0
#include "generator/model/sketch/instrument.hpp"

namespace dgx::model::sketch {
namespace {
constexpr std::array<std::string_view, kRoleCount> kNames = {"drums", "bass",   "chords",
                                                             "pad",   "melody", "texture"};
}

std::string_view to_string(Role role) {
  return kNames[index_of(role)];
}

std::optional<Role> parse_role(std::string_view name) {
  for (const Role role : kRoles) {
    if (to_string(role) == name) return role;
  }
  return std::nullopt;
}

std::vector<std::string> role_names() {
  return {kNames.begin(), kNames.end()};
}

}  // namespace dgx::model::sketch
