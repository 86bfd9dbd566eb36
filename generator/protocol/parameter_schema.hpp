// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json.hpp>

#include "generator/protocol/parameter_table.hpp"

// Private to the codecs.
namespace dgx::protocol {

/// A row of the parameter table in JSON Schema (2020-12), for the OpenAPI document and for MCP.
boost::json::object schema_of(const Parameter& parameter);

}  // namespace dgx::protocol
