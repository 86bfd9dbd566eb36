// SPDX-License-Identifier: Apache-2.0
#include "plugin/engine/envelope.hpp"

#include "tests/support/catch.hpp"

using dgx::plugin::Envelope;

namespace {

float next(Envelope& envelope) {
  const float level = envelope.level();
  envelope.advance();
  return level;
}

}  // namespace

TEST_CASE("An attack rises from silence to full and stays there", "[plugin]") {
  Envelope envelope;
  envelope.attack(100);
  float last = 0;
  for (int i = 0; i <= 100; ++i) {
    const float level = next(envelope);
    CHECK(level >= last);
    last = level;
    if (i == 0) CHECK(level == 0.0F);
    if (i == 50) CHECK(level == Approx(0.5F));
  }
  CHECK(last == 1.0F);
  CHECK(next(envelope) == 1.0F);
}

TEST_CASE("Without an attack the first frame has its full level", "[plugin]") {
  Envelope envelope;
  CHECK(envelope.silent());
  envelope.attack(0);
  CHECK(next(envelope) == 1.0F);
}

TEST_CASE("A release falls from wherever the level is", "[plugin]") {
  for (const int risen : {0, 30, 60, 200}) {
    CAPTURE(risen);
    Envelope envelope;
    envelope.attack(100);
    for (int i = 0; i < risen; ++i) envelope.advance();
    const float before = envelope.level();
    envelope.release(50);
    float last = next(envelope);
    CHECK(last == Approx(before));
    for (int i = 0; i < 50; ++i) {
      const float level = next(envelope);
      CHECK(level <= last);
      last = level;
    }
    CHECK(last == 0.0F);
    CHECK(envelope.silent());
  }
}

TEST_CASE("A second release only ever shortens the first", "[plugin]") {
  const auto frames_to_silence = [](int first, int second) {
    Envelope envelope;
    envelope.attack(0);
    envelope.release(first);
    for (int i = 0; i < 10; ++i) envelope.advance();
    envelope.release(second);
    int frames = 10;
    for (; !envelope.silent(); ++frames) envelope.advance();
    return frames;
  };
  CHECK(frames_to_silence(1000, 20) == 30);
  CHECK(frames_to_silence(20, 1000) == 20);
}
