// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "generator/protocol/messages.hpp"

namespace dgx::jobs {

/// The take as an iXML document (iXML 2.10): name, note, tempo and, in an element of our own, the
/// whole receipt as JSON text. Everything is escaped; characters that XML cannot hold are replaced.
std::string ixml_of(const protocol::Receipt& receipt, std::string_view take_name,
                    std::string_view receipt_json);

}  // namespace dgx::jobs
