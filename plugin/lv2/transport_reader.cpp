// SPDX-License-Identifier: Apache-2.0
#include "plugin/lv2/transport_reader.hpp"

#include <lv2/atom/util.h>

#include <cmath>
#include <cstdint>
#include <cstring>
#include <optional>

namespace dgx::plugin {
namespace {

template <typename T>
double body_of(const LV2_Atom& atom) noexcept {
  T value{};
  std::memcpy(&value, LV2_ATOM_BODY_CONST(&atom), sizeof value);
  return static_cast<double>(value);
}

// Hosts do not agree on the types of these numbers.
std::optional<double> number(const LV2_Atom& atom, const Urids& urids) noexcept {
  std::optional<double> value;
  if (atom.type == urids.atom_int && atom.size == 4) value = body_of<std::int32_t>(atom);
  if (atom.type == urids.atom_long && atom.size == 8) value = body_of<std::int64_t>(atom);
  if (atom.type == urids.atom_float && atom.size == 4) value = body_of<float>(atom);
  if (atom.type == urids.atom_double && atom.size == 8) value = body_of<double>(atom);
  if (value && !(std::abs(*value) < 9e15)) value.reset();
  return value;
}

// Hosts send tempos as floats, which miss 133.7 by enough to be a sample late after some minutes:
// where a number of up to four decimals gives the same float, it is the one that was meant.
double meant_tempo(double bpm) noexcept {
  const double decimal = std::round(bpm * 1e4) / 1e4;
  return static_cast<float>(decimal) == static_cast<float>(bpm) ? decimal : bpm;
}

}  // namespace

bool TransportReader::read(const LV2_Atom& atom) noexcept {
  if (atom.type != urids_.atom_object || atom.size < sizeof(LV2_Atom_Object_Body)) return false;
  LV2_Atom_Object_Body body;
  std::memcpy(&body, LV2_ATOM_BODY_CONST(&atom), sizeof body);
  if (body.otype != urids_.time_position) return false;
  const auto* object = reinterpret_cast<const LV2_Atom_Object*>(&atom);
  LV2_ATOM_OBJECT_FOREACH(object, property) take(property->key, property->value);
  return true;
}

void TransportReader::take(LV2_URID key, const LV2_Atom& value) noexcept {
  const auto read = number(value, urids_);
  if (!read) return;
  if (key == urids_.time_speed) {
    transport_.rolls = std::abs(*read - 1.0) < 1e-6;
  } else if (key == urids_.time_frame) {
    transport_.frame = static_cast<std::int64_t>(*read);
  } else if (key == urids_.time_bar) {
    transport_.bar = static_cast<std::int64_t>(*read);
  } else if (key == urids_.time_bar_beat) {
    transport_.beat = *read;
  } else if (key == urids_.time_beats_per_minute && *read > 0.0) {
    transport_.bpm = meant_tempo(*read);
  } else if (key == urids_.time_beats_per_bar && *read > 0.0) {
    transport_.beats_per_bar = *read;
  } else if (key == urids_.time_beat_unit && *read >= 1.0) {
    transport_.beat_unit = static_cast<int>(*read);
  }
}

}  // namespace dgx::plugin
