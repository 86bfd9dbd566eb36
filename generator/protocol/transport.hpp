// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "generator/base/result.hpp"
#include "generator/protocol/api_messages.hpp"

namespace dgx::protocol {

/// A host says whether its transport rolls. What it says of rolling counts for kTransportLease
/// seconds, so that one that died blocks nothing.
struct TransportReport {
  std::string client{};           ///< Who says so, 1 to 64 characters: the same each time
  std::string host = "the host";  ///< For people, 1 to 64 characters: "Ardour"
  bool rolling = false;
};

/// What follows from it.
struct TransportView {
  bool free_while_rolling = false;  ///< The setting; where it is off, a report changes nothing
  bool rolling = false;             ///< Some host's transport, as the service knows it now
  std::int64_t lease_seconds = 0;   ///< A report of rolling has to be renewed within
};

inline constexpr std::int64_t kTransportLeaseSeconds = 5;
inline constexpr std::int64_t kLongestTransportText = 64;

std::string encode(const TransportReport& message);
std::string encode(const TransportView& message);
/// A report without client or rolling, and a field that it has not, are refused.
template <>
Result<TransportReport> decode(std::string_view text);
template <>
Result<TransportView> decode(std::string_view text);

}  // namespace dgx::protocol
