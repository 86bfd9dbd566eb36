// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "generator/protocol/insertion.hpp"
#include "generator/protocol/message_fields.hpp"

// Private to the codecs: the JSON fields of the structs in insertion.hpp, each written once.
namespace dgx::protocol {

template <typename F, Is<InsertionRequest> T>
void describe(F& f, T& m) {
  f("take_id", m.take_id);
  f("session", m.session);
  f("track", m.track);
  f("at", m.at);
  f("idempotency_key", m.idempotency_key);
}
template <typename F, Is<InsertionView> T>
void describe(F& f, T& m) {
  f("insertion_id", m.insertion_id);
  f("take_id", m.take_id);
  f("session", m.session);
  f("track", m.track);
  f("at", m.at);
  f("status", m.status);
  f("created_at", m.created_at);
  f("ended_at", m.ended_at);
  f("message", m.message);
  f("region", m.region);
  f("placed_track", m.placed_track);
  f("sample", m.sample);
  f("length", m.length);
}
template <typename F, Is<InsertionOrder> T>
void describe(F& f, T& m) {
  f("version", m.version);
  f("insertion_id", m.insertion_id);
  f("path", m.path);
  f("name", m.name);
  f("tag", m.tag);
  f("channels", m.channels);
  f("track", m.track);
  f("at", m.at);
  f("parts", m.parts);
}
template <typename F, Is<InsertionOutcome> T>
void describe(F& f, T& m) {
  f("insertion_id", m.insertion_id);
  f("message", m.message);
  f("region", m.region);
  f("track", m.track);
  f("sample", m.sample);
  f("length", m.length);
}
template <typename F, Is<ArdourFacts> T>
void describe(F& f, T& m) {
  f("version", m.version);
  f("path", m.path);
  f("name", m.name);
  f("rate", m.rate);
  f("bpm", m.bpm);
  f("meter_beats", m.meter_beats);
  f("meter_unit", m.meter_unit);
  f("playhead", m.playhead);
  f("range_start", m.range_start);
  f("range_end", m.range_end);
  f("recording", m.recording);
  f("placing_is_on", m.placing_is_on);
  f("placing", m.placing);
  f("pid", m.pid);
  f("started", m.started);
}

}  // namespace dgx::protocol
