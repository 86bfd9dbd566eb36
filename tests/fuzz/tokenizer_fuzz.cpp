// SPDX-License-Identifier: Apache-2.0
// A spiece.model, and with what is accepted a text that has letters of every normalisation rule.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "generator/model/musicgen/tokenizer.hpp"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto tokenizer =
      dgx::musicgen::Tokenizer::from_bytes({reinterpret_cast<const char*>(data), size});
  if (!tokenizer) {
    require(!tokenizer.error().message.empty());
    return 0;
  }
  for (const char* text :
       {"", "warm lofi rhodes", "  a\t b ", "\xef\xac\x81ne \xc2\xbd \xe2\x91\xa0",
        "\xe6\x9d\xb1\xe4\xba\xac \xf0\x9f\x8e\xb9"}) {
    const auto ids = tokenizer->encode(text);
    if (!ids) continue;
    require(!ids->empty() && ids->back() == tokenizer->end_id());
    for (const std::int32_t id : *ids) require(id >= 0 && id < tokenizer->piece_count());
  }
  return 0;
}
