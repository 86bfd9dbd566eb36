// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "generator/protocol/message_fields.hpp"
#include "generator/protocol/transport.hpp"

// Private to the codecs: the JSON fields of the structs in transport.hpp, each written once.
namespace dgx::protocol {

template <typename F, Is<TransportReport> T>
void describe(F& f, T& m) {
  f("client", m.client);
  f("host", m.host);
  f("rolling", m.rolling);
}
template <typename F, Is<TransportView> T>
void describe(F& f, T& m) {
  f("free_while_rolling", m.free_while_rolling);
  f("rolling", m.rolling);
  f("lease_seconds", m.lease_seconds);
}

}  // namespace dgx::protocol
