// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "generator/base/result.hpp"
#include "generator/protocol/parameter_table.hpp"

namespace dgx::protocol {

/// Reads a command line's text as a value of the field. "nan", "inf" and numbers that no double
/// can hold are refused here, as JSON refuses them by its grammar.
Result<FieldValue> parse_field(const Parameter& parameter, std::string_view text);

/// Checks `value` against the row and puts it into the request. The message names the field, the
/// range and the value; Error::field is the row's name.
Status set_field(GenerationRequest& request, const Parameter& parameter, const FieldValue& value);

/// Checks every field and what fields say together: bars exclude duration, and may not last
/// longer than 300 s where the tempo is known. Every request passes this before it is stored.
Status validate(const GenerationRequest& request);

/// The syntax of a model id: 1 to 64 of a-z, 0-9, '.', '_', '-', beginning with a letter or digit
/// and without "..", so that an id can never be a path.
bool is_model_id(std::string_view text);

}  // namespace dgx::protocol
