// SPDX-License-Identifier: Apache-2.0
#include "generator/model/sketch/midi_file.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <string_view>

// Standard MIDI Files 1.0, MIDI Manufacturers Association, RP-001.
namespace dgx::model::sketch {
namespace {

using Bytes = std::vector<std::uint8_t>;

std::uint8_t byte_of(std::int64_t value) {
  return static_cast<std::uint8_t>(value & 0xff);
}

std::uint8_t midi_value(double share) {
  return byte_of(std::lround(share * 127.0));
}

void put_big_endian(Bytes& bytes, std::int64_t value, int count) {
  for (int i = count - 1; i >= 0; --i) bytes.push_back(byte_of(value >> (8 * i)));
}

void put_text(Bytes& bytes, std::string_view text) {
  bytes.insert(bytes.end(), text.begin(), text.end());
}

/// Seven bits a byte, the highest first; all but the last have bit 7 set.
void put_variable_length(Bytes& bytes, std::int64_t value) {
  for (int shift = 21; shift > 0; shift -= 7) {
    if (value >> shift != 0) bytes.push_back(byte_of(0x80 | (value >> shift)));
  }
  bytes.push_back(byte_of(value & 0x7f));
}

std::int64_t ticks(double quarters) {
  return std::llround(quarters * kTicksPerQuarter);
}

struct Event {
  std::int64_t tick = 0;
  int order = 0;  ///< Among the events of a tick: note-offs come before note-ons
  Bytes bytes{};
};

Event meta(std::int64_t tick, int type, Bytes payload) {
  Event event{tick, 0, {0xff, byte_of(type)}};
  put_variable_length(event.bytes, static_cast<std::int64_t>(payload.size()));
  event.bytes.insert(event.bytes.end(), payload.begin(), payload.end());
  return event;
}

Event meta_text(std::int64_t tick, int type, std::string_view text) {
  return meta(tick, type, Bytes(text.begin(), text.end()));
}

/// Sharps (positive) or flats of the key signature: steps along the circle of fifths.
int accidentals_of(const Key& key) {
  const int major_tonic = (key.tonic + (key.minor ? 3 : 0)) % 12;
  const int fifths = major_tonic * 7 % 12;
  if (fifths < 6) return fifths;
  return fifths == 6 && !key.flat ? 6 : fifths - 12;
}

void put_track(Bytes& file, std::vector<Event> events, std::int64_t end_tick) {
  std::stable_sort(events.begin(), events.end(), [](const Event& a, const Event& b) {
    return a.tick != b.tick ? a.tick < b.tick : a.order < b.order;
  });
  events.push_back(meta(end_tick, 0x2f, {}));
  Bytes track;
  std::int64_t now = 0;
  for (const Event& event : events) {
    put_variable_length(track, event.tick - now);
    now = event.tick;
    track.insert(track.end(), event.bytes.begin(), event.bytes.end());
  }
  put_text(file, "MTrk");
  put_big_endian(file, static_cast<std::int64_t>(track.size()), 4);
  file.insert(file.end(), track.begin(), track.end());
}

std::vector<Event> conductor_track(const Score& score) {
  std::vector<Event> events;
  events.push_back(meta_text(0, 0x03, "DGX Music sketch"));
  Bytes tempo;
  put_big_endian(tempo, std::llround(60e6 / score.bpm), 3);
  events.push_back(meta(0, 0x51, tempo));
  const int power = std::countr_zero(static_cast<unsigned>(score.meter.denominator));
  // 24 MIDI clocks to the metronome's quarter, eight 32nds to the quarter.
  events.push_back(meta(0, 0x58, {byte_of(score.meter.numerator), byte_of(power), 24, 8}));
  const int minor = score.key.minor ? 1 : 0;
  events.push_back(meta(0, 0x59, {byte_of(accidentals_of(score.key)), byte_of(minor)}));
  for (const SectionSpan& section : score.sections) {
    const double start = section.first_bar * score.meter.quarters_per_bar();
    if (start < score.quarters) events.push_back(meta_text(ticks(start), 0x06, section.name));
  }
  return events;
}

std::vector<Event> part_track(const ScorePart& part) {
  const int channel = part.channel;
  const Instrument& instrument = *part.instrument;
  std::vector<Event> events;
  events.push_back(meta_text(0, 0x03, to_string(part.role)));
  events.push_back(meta_text(0, 0x04, instrument.name));
  events.push_back({0, 1, {byte_of(0xb0 | channel), 0, byte_of(instrument.bank)}});
  events.push_back({0, 1, {byte_of(0xb0 | channel), 32, 0}});
  events.push_back({0, 1, {byte_of(0xc0 | channel), byte_of(instrument.program)}});
  // Place and sends as the renderer has them: controller 10 is pan, effects 1 is reverb, effects 3
  // chorus.
  events.push_back({0, 1, {byte_of(0xb0 | channel), 10, byte_of(pan_of(part.role))}});
  events.push_back({0, 1, {byte_of(0xb0 | channel), 91, midi_value(instrument.reverb)}});
  events.push_back({0, 1, {byte_of(0xb0 | channel), 93, midi_value(instrument.chorus)}});
  for (const Note& note : part.notes) {
    const std::int64_t start = ticks(note.start);
    const std::int64_t end = std::max(start + 1, ticks(note.start + note.length));
    const std::uint8_t pitch = byte_of(note.pitch);
    events.push_back({start, 3, {byte_of(0x90 | channel), pitch, byte_of(note.velocity)}});
    events.push_back({end, 2, {byte_of(0x80 | channel), pitch, 64}});
  }
  return events;
}

}  // namespace

std::vector<std::uint8_t> midi_file_of(const Score& score) {
  std::vector<const ScorePart*> parts;
  for (const ScorePart& part : score.parts) {
    if (!part.instrument->vinyl) parts.push_back(&part);
  }
  Bytes file;
  put_text(file, "MThd");
  put_big_endian(file, 6, 4);
  put_big_endian(file, 1, 2);
  put_big_endian(file, static_cast<std::int64_t>(parts.size()) + 1, 2);
  put_big_endian(file, kTicksPerQuarter, 2);
  const std::int64_t end = ticks(score.quarters);
  put_track(file, conductor_track(score), end);
  for (const ScorePart* part : parts) put_track(file, part_track(*part), end);
  return file;
}

}  // namespace dgx::model::sketch
