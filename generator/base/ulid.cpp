// SPDX-License-Identifier: Apache-2.0
#include "generator/base/ulid.hpp"

#include <sys/random.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdlib>

#include "generator/base/mutex.hpp"

namespace dgx {
namespace {

constexpr std::string_view kAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr std::size_t kLength = 26;

__extension__ using Uint128 = unsigned __int128;
using Bytes = std::array<std::uint8_t, 16>;  // Big endian: 6 bytes of time, 10 of randomness.

Bytes draw() {
  Bytes bytes{};
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  auto milliseconds = static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(now).count());
  for (std::size_t i = 6; i-- > 0; milliseconds >>= 8) {
    bytes[i] = static_cast<std::uint8_t>(milliseconds);
  }
  // getrandom cannot fail for so few bytes once the kernel's pool is ready, and waits until then.
  if (::getrandom(bytes.data() + 6, 10, 0) != 10) std::abort();
  return bytes;
}

void increment(Bytes& bytes) {
  for (std::size_t i = bytes.size(); i-- > 0;) {
    if (++bytes[i] != 0) return;
  }
}

std::string to_text(const Bytes& bytes) {
  std::string text(kLength, '0');
  Uint128 value = 0;
  for (const std::uint8_t byte : bytes) value = (value << 8) | byte;
  for (std::size_t i = kLength; i-- > 0; value >>= 5) {
    text[i] = kAlphabet[static_cast<std::size_t>(value & 31)];
  }
  return text;
}

}  // namespace

std::string new_ulid() {
  static Mutex mutex;
  static Bytes last{};
  const MutexLock lock(mutex);
  Bytes candidate = draw();
  const bool same_or_earlier_time = !std::lexicographical_compare(
      last.begin(), last.begin() + 6, candidate.begin(), candidate.begin() + 6);
  if (same_or_earlier_time) {
    candidate = last;
    increment(candidate);
  }
  last = candidate;
  return to_text(candidate);
}

bool is_ulid(std::string_view text) {
  return text.size() == kLength && text[0] <= '7' &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return kAlphabet.find(c) != std::string_view::npos; });
}

}  // namespace dgx
