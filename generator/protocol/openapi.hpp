// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace dgx::protocol {

/// The API as an OpenAPI 3.1 document: calls from api_calls.hpp, the request from the parameter
/// table, answers from the fields that the codec writes. `version` is the program's.
std::string openapi_document(const std::string& version);

}  // namespace dgx::protocol
