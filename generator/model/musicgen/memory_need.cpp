// SPDX-License-Identifier: Apache-2.0
#include "generator/model/musicgen/memory_need.hpp"

#include <algorithm>

#include "generator/model/musicgen/packed_shape.hpp"
#include "generator/model/musicgen/windows.hpp"

namespace dgx::musicgen {
namespace {

using Count = std::int64_t;

constexpr Count kFloatBytes = sizeof(float);
constexpr Count kPromptTokens = 64;  // A long prompt; one token more is a thousandth of the rest.
constexpr Count kRows = 2;           // With the prompt and without it

// As measured, beyond what is counted here: the largest resident size of the engine that made 30 s
// with musicgen-small's shapes, less weights and attention, was 210 MB, and 187 MB where a model of
// no size made 1 s. On a card, its context and libraries; not measured.
constexpr Count kProgramOnProcessor = 230'000'000;
constexpr Count kProgramOnCard = 1'000'000'000;

Count up_to(Count count, Count multiple) {
  return (count + multiple - 1) / multiple * multiple;
}

Count bytes_of(NumberType type) {
  return type == NumberType::kFloat32 ? kFloatBytes : 2;
}

/// Bytes of a decoder's matrices in one number type.
class Matrices {
 public:
  explicit Matrices(NumberType type) : type_(type) {}

  [[nodiscard]] Count matrix(Count rows, Count columns) const {
    if (type_ != NumberType::kInt8) return rows * columns * bytes_of(type_);
    return rows * (up_to(columns, kColumnBlock) + kFloatBytes + kFloatBytes);  // Scale and sum
  }
  /// What is not packed stays in float32.
  [[nodiscard]] Count plain(Count numbers) const {
    return numbers * (type_ == NumberType::kInt8 ? kFloatBytes : bytes_of(type_));
  }

 private:
  NumberType type_;
};

void add_language_model(const ModelConfig& config, NumberType type, MemoryNeed& need) {
  const DecoderConfig& decoder = config.decoder;
  const Matrices in(type);
  const Count width = decoder.hidden_size;
  const bool attends_to_text = !config.melody;
  const Count norms = in.plain(2 * width * (attends_to_text ? 3 : 2));
  const Count cross = attends_to_text ? 2 * in.matrix(width, width) : 0;
  const Count layer = in.matrix(3 * width, width) + in.matrix(width, width) + cross +
                      in.matrix(decoder.ffn_dim, width) + in.matrix(width, decoder.ffn_dim) + norms;
  const Count heads = in.matrix(decoder.num_codebooks * decoder.vocab_size, width);
  const Count step = decoder.num_hidden_layers * layer + heads + in.plain(2 * width);
  // Keys and values of the text are made once; of the embeddings a step reads a row each.
  const Count of_text =
      attends_to_text ? decoder.num_hidden_layers * in.matrix(2 * width, width) : 0;
  const Count embedding = in.plain(decoder.num_codebooks * (decoder.vocab_size + 1) * width);
  need.read_a_step = static_cast<std::uint64_t>(step);
  need.language_model = static_cast<std::uint64_t>(step + of_text + embedding);
}

void add_attention(const ModelConfig& config, NumberType type, MemoryNeed& need) {
  const DecoderConfig& decoder = config.decoder;
  const Count of_place = 2 * decoder.num_hidden_layers * decoder.hidden_size * bytes_of(type);
  const Count columns =
      kWindowSeconds * config.audio_encoder.frame_rate() + decoder.codebooks_per_channel();
  const Count prefix = config.melody ? config.melody->chroma_length + kPromptTokens : 0;
  const Count text = config.melody ? 0 : kPromptTokens;
  need.attention =
      static_cast<std::uint64_t>(of_place * (kRows * up_to(columns + prefix, kLanes) + text));
}

Count numbers_of_text_encoder(const TextEncoderConfig& config) {
  const Count inner = config.num_heads * config.d_kv;
  const Count layer =
      4 * inner * config.d_model + 2 * config.d_ff * config.d_model + 2 * config.d_model;
  return config.vocab_size * config.d_model +
         config.relative_attention_num_buckets * config.num_heads + config.num_layers * layer +
         config.d_model;
}

Count convolution(Count in, Count out, Count kernel) {
  return in * out * kernel + out;
}

// Encoder and decoder are mirrors of each other (Défossez et al., 2022).
Count numbers_of_codec(const CodecConfig& config, Count codebooks) {
  const Count widest = config.num_filters << config.upsampling_ratios.size();
  const Count recurrent = config.num_lstm_layers * 8 * widest * (widest + 1);
  Count numbers = convolution(config.hidden_size, widest, config.kernel_size) +
                  convolution(config.num_filters, 1, config.last_kernel_size) +
                  convolution(1, config.num_filters, config.kernel_size) +
                  convolution(widest, config.hidden_size, config.last_kernel_size) + 2 * recurrent +
                  codebooks * config.codebook_size * config.codebook_dim;
  Count width = widest;
  for (const std::int64_t ratio : config.upsampling_ratios) {
    const Count narrow = width / 2;
    const Count inner = narrow / config.compress;
    const Count residual =
        convolution(narrow, inner, config.residual_kernel_size) + convolution(inner, narrow, 1);
    numbers += convolution(width, narrow, 2 * ratio) + convolution(narrow, width, 2 * ratio) +
               2 * config.num_residual_layers * residual;
    width = narrow;
  }
  return numbers;
}

// By libtorch, which encodes what is continued and decodes where the own kernels do not: the last
// layers of a block of two seconds, as the columns of the last convolution and six signals of as
// many filters beside them.
Count bytes_of_codec_work(const CodecConfig& config) {
  const Count samples = 2 * config.sampling_rate;
  return samples * config.num_filters * (config.last_kernel_size + 6) * kFloatBytes;
}

}  // namespace

std::uint64_t MemoryNeed::total() const {
  return language_model + other_weights + std::max(attention, codec_work) + program;
}

NumberType resolved(NumberType type, const DecoderConfig& config, bool on_card) {
  if (type != NumberType::kAutomatic) return type;
  if (on_card) return NumberType::kBFloat16;  // Or float16, of the same size
  return can_pack(config) ? NumberType::kInt8 : NumberType::kFloat32;
}

MemoryNeed memory_need(const ModelConfig& config, NumberType type, bool on_card) {
  MemoryNeed need;
  const NumberType actual = resolved(type, config.decoder, on_card);
  add_language_model(config, actual, need);
  add_attention(config, actual, need);
  const Count chroma = config.melody ? config.melody->num_chroma + 1 : 0;
  const Count projections = (config.text_encoder.d_model + 1 + chroma) * config.decoder.hidden_size;
  // The own kernels decode from codebooks of their own.
  const Count codebooks =
      config.decoder.codebooks_per_channel() * (actual == NumberType::kInt8 ? 2 : 1);
  const Count numbers = numbers_of_text_encoder(config.text_encoder) + projections +
                        numbers_of_codec(config.audio_encoder, codebooks);
  need.other_weights = static_cast<std::uint64_t>(numbers * kFloatBytes);
  need.codec_work = static_cast<std::uint64_t>(bytes_of_codec_work(config.audio_encoder));
  need.program = static_cast<std::uint64_t>(on_card ? kProgramOnCard : kProgramOnProcessor);
  return need;
}

}  // namespace dgx::musicgen
