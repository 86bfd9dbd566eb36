// SPDX-License-Identifier: Apache-2.0
#include "generator/model/store/model_id.hpp"

#include <algorithm>

#include "generator/base/utf8.hpp"

namespace dgx::model {
namespace {

constexpr std::size_t kMostCharacters = 64;

bool is_letter_or_digit(char character) {
  return (character >= 'a' && character <= 'z') || (character >= '0' && character <= '9');
}

bool is_allowed(char character) {
  return is_letter_or_digit(character) || character == '-' || character == '_' || character == '.';
}

}  // namespace

Result<ModelId> ModelId::parse(std::string_view text) {
  const bool good = !text.empty() && text.size() <= kMostCharacters &&
                    is_letter_or_digit(text.front()) &&
                    std::all_of(text.begin(), text.end(), is_allowed);
  if (!good) {
    return Error{ErrorCode::kInvalidArgument,
                 "a model's id must be 1 to 64 of a-z, 0-9, '-', '_' and '.', the first a letter "
                 "or digit, got \"" +
                     escaped_for_terminal(text.substr(0, 100)) + "\"",
                 "model"};
  }
  if (text == "sketch") {
    return Error{ErrorCode::kInvalidArgument,
                 "sketch is built in and cannot be installed or removed", "model"};
  }
  return ModelId(std::string(text));
}

}  // namespace dgx::model
