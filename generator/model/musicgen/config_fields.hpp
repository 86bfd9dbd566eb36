// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "generator/base/result.hpp"
#include "generator/protocol/json_tree.hpp"

// Private to the reader of configurations.
namespace dgx::musicgen {

/// The fields of one object, each read into a member that holds its default. A field that is
/// missing or null leaves the member. The first wrong one is kept as the error and ends the
/// reading of the others.
class ConfigFields {
 public:
  /// `path` names the object in messages ("decoder"), empty for the whole file. A null `object`
  /// is one without fields. Keeps a reference to the tree.
  ConfigFields(const protocol::JsonTree* object, std::string path);

  void integer(std::string_view name, std::int64_t least, std::int64_t most, std::int64_t& member);
  void integer(std::string_view name, std::int64_t least, std::int64_t most,
               std::optional<std::int64_t>& member);
  void number(std::string_view name, double least, double most, double& member);
  void number(std::string_view name, double least, double most, std::optional<double>& member);
  void boolean(std::string_view name, bool& member);
  void boolean(std::string_view name, std::optional<bool>& member);
  void text(std::string_view name, std::string& member);
  /// A list of 1 to `most_items` values.
  void integers(std::string_view name, std::int64_t least, std::int64_t most,
                std::size_t most_items, std::vector<std::int64_t>& member);
  void numbers(std::string_view name, double least, double most, std::size_t most_items,
               std::vector<double>& member);

  /// The field has to be `only` where it is given: what is implemented has no other.
  void must_be(std::string_view name, std::string_view only);
  void must_be_flag(std::string_view name, bool only);
  void must_be_null(std::string_view name);
  /// A condition between fields; `sentence` says what holds in a sound file, with both values.
  void require(bool holds, const std::string& sentence);

  /// The object of that name; nullptr where there is none.
  [[nodiscard]] const protocol::JsonTree* object(std::string_view name);

  [[nodiscard]] Status status() const { return error_ ? Status(*error_) : ok(); }

 private:
  [[nodiscard]] const protocol::JsonTree* present(std::string_view name) const;
  [[nodiscard]] std::string full(std::string_view name) const;
  void fail(ErrorCode code, const std::string& sentence);

  template <typename T>
  void ranged(std::string_view name, const protocol::JsonTree& value, T least, T most, T& member);
  template <typename T>
  void list(std::string_view name, T least, T most, std::size_t most_items, std::vector<T>& member);

  const protocol::JsonTree* object_;
  std::string path_;
  std::optional<Error> error_{};
};

}  // namespace dgx::musicgen
