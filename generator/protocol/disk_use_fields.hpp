// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "generator/protocol/disk_use.hpp"
#include "generator/protocol/message_fields.hpp"

// Private to the codecs: the JSON fields of the structs in disk_use.hpp, each written once.
namespace dgx::protocol {

template <typename F, Is<DiskUse> T>
void describe(F& f, T& m) {
  f("takes", m.takes);
  f("bytes", m.bytes);
  f("rejects", m.rejects);
  f("reject_bytes", m.reject_bytes);
}
template <typename F, Is<DiscardRequest> T>
void describe(F& f, T& m) {
  f("keep", m.keep);
}
template <typename F, Is<Discarded> T>
void describe(F& f, T& m) {
  f("take_ids", m.take_ids);
  f("bytes", m.bytes);
  f("left", m.left);
  f("problem", m.problem);
}

}  // namespace dgx::protocol
