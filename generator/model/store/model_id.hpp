// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <string>
#include <string_view>

#include "generator/base/result.hpp"

namespace dgx::model {

/// The name of a model that can be installed, and of its folder: 1 to 64 characters out of a-z,
/// 0-9, '-', '_' and '.', of which the first is a letter or digit. So it is never a path, never
/// hidden, and never the name of the built-in "sketch". The only way from text to a folder.
class ModelId {
 public:
  /// Failure: kInvalidArgument.
  static Result<ModelId> parse(std::string_view text);

  [[nodiscard]] const std::string& text() const { return text_; }
  auto operator<=>(const ModelId&) const = default;

 private:
  explicit ModelId(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

}  // namespace dgx::model
