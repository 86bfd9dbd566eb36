// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "generator/base/result.hpp"
#include "generator/protocol/json.hpp"
#include "generator/protocol/request.hpp"

// Private to the codecs: a request as a JSON object, by the parameter table.
namespace dgx::protocol {

boost::json::object to_json(const GenerationRequest& request);

/// Refuses unknown fields, wrong types and values out of range; does not ask for a prompt.
Result<GenerationRequest> request_from_json(const boost::json::value& value);

}  // namespace dgx::protocol
