// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "generator/base/result.hpp"

// What config.json, generation_config.json and preprocessor_config.json of a MusicGen folder say.
// Names are those of the files. Defaults are those of transformers' configuration classes, because
// transformers leaves out of a file what equals its default.
namespace dgx::musicgen {

/// `text_encoder`: the encoder half of T5.
struct TextEncoderConfig {
  std::int64_t vocab_size = 32'128;                  ///< 1 to 1,000,000
  std::int64_t d_model = 512;                        ///< 1 to 8192
  std::int64_t d_kv = 64;                            ///< 1 to 1024; of one head
  std::int64_t d_ff = 2048;                          ///< 1 to 65,536
  std::int64_t num_layers = 6;                       ///< 1 to 96
  std::int64_t num_heads = 8;                        ///< 1 to 256
  std::int64_t relative_attention_num_buckets = 32;  ///< 4 to 4096, a multiple of 4
  std::int64_t relative_attention_max_distance =
      128;                           ///< Above a quarter of the buckets, to 65,536
  double layer_norm_epsilon = 1e-6;  ///< Above 0, to 1
  std::int64_t pad_token_id = 0;     ///< Below vocab_size
  std::int64_t eos_token_id = 1;     ///< Below vocab_size
  // feed_forward_proj has to be "relu": no MusicGen has a gated one.
};

/// `decoder`: the language model over codebooks. activation_function has to be "gelu" (the erf
/// form), scale_embedding and tie_word_embeddings false, as in every MusicGen.
struct DecoderConfig {
  std::int64_t vocab_size = 2048;               ///< Codes a codebook, 1 to 65,536
  std::int64_t max_position_embeddings = 2048;  ///< 1 to 1,000,000; a length of training, no limit
  std::int64_t hidden_size = 1024;              ///< 4 to 8192, even, a multiple of the heads
  std::int64_t num_hidden_layers = 24;          ///< 1 to 96
  std::int64_t num_attention_heads = 16;        ///< 1 to 256
  std::int64_t ffn_dim = 4096;                  ///< 1 to 65,536
  std::int64_t num_codebooks = 4;    ///< 1 to 16 of all channels together; even where stereo
  std::int64_t audio_channels = 1;   ///< 1 or 2
  std::int64_t pad_token_id = 2048;  ///< 0 to vocab_size; a code that no frame has
  std::int64_t bos_token_id = 2048;  ///< 0 to vocab_size; the first column

  [[nodiscard]] std::int64_t head_size() const { return hidden_size / num_attention_heads; }
  [[nodiscard]] std::int64_t codebooks_per_channel() const {
    return num_codebooks / audio_channels;
  }
};

enum class PadMode { kReflect, kConstant, kReplicate };

/// `audio_encoder`: EnCodec. norm_type has to be "weight_norm", audio_channels 1 (stereo is two
/// mono passes), normalize false and chunk_length_s null, as in every MusicGen.
struct CodecConfig {
  std::vector<double> target_bandwidths = {1.5, 3.0, 6.0, 12.0, 24.0};  ///< kbit/s, rising
  std::int64_t sampling_rate = 24'000;                                  ///< 8000 to 192,000 Hz
  std::int64_t hidden_size = 128;                                       ///< 1 to 4096
  std::int64_t num_filters = 32;                                        ///< 1 to 1024
  std::int64_t num_residual_layers = 1;                                 ///< 1 to 16
  std::vector<std::int64_t> upsampling_ratios = {8, 5, 4, 2};  ///< 1 to 8 of them, each 1 to 64
  std::int64_t kernel_size = 7;                                ///< 1 to 255
  std::int64_t last_kernel_size = 7;                           ///< 1 to 255
  std::int64_t residual_kernel_size = 3;                       ///< 1 to 255
  std::int64_t dilation_growth_rate = 2;                       ///< 1 to 16
  bool use_causal_conv = true;                                 ///< False in MusicGen's codec
  PadMode pad_mode = PadMode::kReflect;
  std::int64_t compress = 2;          ///< 1 to 64, at most num_filters
  std::int64_t num_lstm_layers = 2;   ///< 0 to 8
  double trim_right_ratio = 1.0;      ///< 0 to 1; for causal convolutions only
  std::int64_t codebook_size = 1024;  ///< 1 to 65,536
  std::int64_t codebook_dim = 128;    ///< 1 to 4096; hidden_size where the file has none
  bool use_conv_shortcut = true;      ///< False in MusicGen's codec

  /// Samples a frame: the product of the ratios.
  [[nodiscard]] std::int64_t hop_length() const;
  /// Frames a second, rounded up, as transformers has it.
  [[nodiscard]] std::int64_t frame_rate() const;
  /// Codebooks at the widest bandwidth, as transformers derives them: the number in the file.
  [[nodiscard]] std::int64_t num_quantizers() const;
};

/// Only of musicgen_melody. The last four stand in preprocessor_config.json.
struct MelodyConfig {
  std::int64_t num_chroma = 12;         ///< 1 to 128
  std::int64_t chroma_length = 235;     ///< 1 to 10,000 frames of conditioning
  std::int64_t n_fft = 16'384;          ///< 16 to 65,536, a power of two
  std::int64_t hop_length = 4096;       ///< 1 to n_fft
  std::int64_t sampling_rate = 32'000;  ///< 8000 to 192,000 Hz
  std::int64_t chunk_length = 30;       ///< 1 to 300 seconds
};

/// What generation_config.json sets, where the folder has one. Requests have their own defaults;
/// these are for a reader of the file.
struct GenerationDefaults {
  std::optional<bool> do_sample{};
  std::optional<double> guidance_scale{};    ///< 0 to 100
  std::optional<double> temperature{};       ///< 0 to 100
  std::optional<std::int64_t> top_k{};       ///< 0 to 1,000,000
  std::optional<double> top_p{};             ///< 0 to 1
  std::optional<std::int64_t> max_length{};  ///< 1 to 1,000,000 columns
  std::optional<std::int64_t> pad_token_id{};
  std::optional<std::int64_t> bos_token_id{};
  std::optional<std::int64_t> decoder_start_token_id{};
};

struct ModelConfig {
  std::string model_type{};  ///< "musicgen" or "musicgen_melody"
  TextEncoderConfig text_encoder{};
  DecoderConfig decoder{};
  CodecConfig audio_encoder{};
  std::optional<MelodyConfig> melody{};  ///< Set for musicgen_melody
  GenerationDefaults generation{};
  /// Of the weights as the file names it ("float32"); empty where it does not.
  std::string torch_dtype{};
};

/// Reads and checks the three files; the last two may be missing. Fields that are not named here
/// are ignored; a field that is named has to have its type and range. Also checked: the codec's
/// codebooks suffice for the decoder's, with as many codes each.
///
/// Failure: kNotFound (no config.json), kInvalidArgument (another model_type, or a kind of layer
/// that no MusicGen has: the sentence says which), kCorrupt (not JSON, over 1 MB, a type or range).
Result<ModelConfig> read_model_config(const std::filesystem::path& folder);

/// The same from the texts of the files; empty stands for a missing one. Messages name the fields.
Result<ModelConfig> parse_model_config(std::string_view config, std::string_view generation,
                                       std::string_view preprocessor);

}  // namespace dgx::musicgen
