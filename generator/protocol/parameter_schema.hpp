// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json.hpp>

#include "generator/protocol/parameter_table.hpp"

// Private to the codecs.
namespace dgx::protocol {

/// What a text without control characters looks like, as an expression of ECMA 262.
inline constexpr const char* kNoControlCharacters = "^[^\\u0000-\\u001f\\u007f-\\u009f]*$";

/// A row of the parameter table in JSON Schema (2020-12), for the OpenAPI document and for MCP.
boost::json::object schema_of(const Parameter& parameter);

}  // namespace dgx::protocol
