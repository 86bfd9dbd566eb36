// SPDX-License-Identifier: Apache-2.0
// config.json, generation_config.json and preprocessor_config.json, with a zero byte between them.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "generator/model/musicgen/model_config.hpp"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

std::string_view cut(std::string_view& text) {
  const std::string_view part = text.substr(0, text.find('\0'));
  text.remove_prefix(part.size() == text.size() ? part.size() : part.size() + 1);
  return part;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::string_view config = cut(text);
  const std::string_view generation = cut(text);
  const auto parsed = dgx::musicgen::parse_model_config(config, generation, cut(text));
  if (!parsed) {
    require(!parsed.error().message.empty());
    return 0;
  }
  const auto& decoder = parsed->decoder;
  require(decoder.head_size() * decoder.num_attention_heads == decoder.hidden_size);
  require(decoder.codebooks_per_channel() * decoder.audio_channels == decoder.num_codebooks);
  require(parsed->audio_encoder.num_quantizers() >= decoder.codebooks_per_channel());
  require(parsed->audio_encoder.hop_length() > 0);
  require(parsed->melody.has_value() == (parsed->model_type == "musicgen_melody"));
  return 0;
}
