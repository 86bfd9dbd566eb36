// SPDX-License-Identifier: Apache-2.0
#include "generator/model/musicgen/model_config.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <utility>

#include "generator/base/directory.hpp"
#include "generator/base/utf8.hpp"
#include "generator/model/musicgen/bounded_file.hpp"
#include "generator/model/musicgen/config_fields.hpp"

namespace dgx::musicgen {
namespace {

using protocol::JsonTree;

constexpr std::uint64_t kMostConfigBytes = 1'000'000;  // MusicGen's have about 8 kB
constexpr std::size_t kMostConfigValues = 20'000;

std::string text(std::int64_t number) {
  return std::to_string(number);
}

void read_text_encoder(ConfigFields& f, TextEncoderConfig& c) {
  f.must_be("model_type", "t5");
  f.integer("vocab_size", 1, 1'000'000, c.vocab_size);
  f.integer("d_model", 1, 8192, c.d_model);
  f.integer("d_kv", 1, 1024, c.d_kv);
  f.integer("d_ff", 1, 65'536, c.d_ff);
  f.integer("num_layers", 1, 96, c.num_layers);
  f.integer("num_heads", 1, 256, c.num_heads);
  f.integer("relative_attention_num_buckets", 4, 4096, c.relative_attention_num_buckets);
  f.integer("relative_attention_max_distance", 2, 65'536, c.relative_attention_max_distance);
  f.number("layer_norm_epsilon", 1e-12, 1.0, c.layer_norm_epsilon);
  f.must_be("feed_forward_proj", "relu");
  f.integer("pad_token_id", 0, c.vocab_size - 1, c.pad_token_id);
  f.integer("eos_token_id", 0, c.vocab_size - 1, c.eos_token_id);
  const std::int64_t buckets = c.relative_attention_num_buckets;
  f.require(buckets % 4 == 0,
            "relative_attention_num_buckets must be a multiple of 4, got " + text(buckets));
  // The far half of a direction's buckets spreads log(distance / near) over log(max / near).
  f.require(c.relative_attention_max_distance > buckets / 4,
            "relative_attention_max_distance must be above " + text(buckets / 4) + ", got " +
                text(c.relative_attention_max_distance));
}

void read_decoder(ConfigFields& f, const std::string& model_type, DecoderConfig& c) {
  f.must_be("model_type", model_type + "_decoder");
  f.integer("vocab_size", 1, 65'536, c.vocab_size);
  f.integer("max_position_embeddings", 1, 1'000'000, c.max_position_embeddings);
  f.integer("hidden_size", 4, 8192, c.hidden_size);
  f.integer("num_hidden_layers", 1, 96, c.num_hidden_layers);
  f.integer("num_attention_heads", 1, 256, c.num_attention_heads);
  f.integer("ffn_dim", 1, 65'536, c.ffn_dim);
  f.integer("num_codebooks", 1, 16, c.num_codebooks);
  f.integer("audio_channels", 1, 2, c.audio_channels);
  f.integer("pad_token_id", 0, c.vocab_size, c.pad_token_id);
  f.integer("bos_token_id", 0, c.vocab_size, c.bos_token_id);
  f.must_be("activation_function", "gelu");
  f.must_be_flag("scale_embedding", false);
  f.must_be_flag("tie_word_embeddings", false);
  f.require(c.hidden_size % 2 == 0 && c.hidden_size % c.num_attention_heads == 0,
            "hidden_size must be even and a multiple of num_attention_heads, got " +
                text(c.hidden_size) + " and " + text(c.num_attention_heads));
  f.require(c.num_codebooks % c.audio_channels == 0,
            "num_codebooks must be a multiple of audio_channels, got " + text(c.num_codebooks) +
                " and " + text(c.audio_channels));
  f.require(c.pad_token_id <= c.vocab_size && c.bos_token_id <= c.vocab_size,
            "pad_token_id and bos_token_id must be at most vocab_size " + text(c.vocab_size) +
                ", got " + text(c.pad_token_id) + " and " + text(c.bos_token_id));
}

PadMode read_pad_mode(ConfigFields& f) {
  std::string name = "reflect";
  f.text("pad_mode", name);
  if (name == "constant") return PadMode::kConstant;
  if (name == "replicate") return PadMode::kReplicate;
  f.require(name == "reflect", "pad_mode must be reflect, constant or replicate, got \"" +
                                   escaped_for_terminal(name) + "\"");
  return PadMode::kReflect;
}

void read_layers(ConfigFields& f, CodecConfig& c) {
  f.integer("num_filters", 1, 1024, c.num_filters);
  f.integer("num_residual_layers", 1, 16, c.num_residual_layers);
  f.integers("upsampling_ratios", 1, 64, 8, c.upsampling_ratios);
  f.integer("kernel_size", 1, 255, c.kernel_size);
  f.integer("last_kernel_size", 1, 255, c.last_kernel_size);
  f.integer("residual_kernel_size", 1, 255, c.residual_kernel_size);
  f.integer("dilation_growth_rate", 1, 16, c.dilation_growth_rate);
  f.boolean("use_causal_conv", c.use_causal_conv);
  c.pad_mode = read_pad_mode(f);
  f.integer("compress", 1, std::min<std::int64_t>(64, c.num_filters), c.compress);
  f.integer("num_lstm_layers", 0, 8, c.num_lstm_layers);
  f.number("trim_right_ratio", 0.0, 1.0, c.trim_right_ratio);
  f.boolean("use_conv_shortcut", c.use_conv_shortcut);
  f.must_be("norm_type", "weight_norm");
  // 64 channels double with each ratio; four ratios give 1024.
  const std::int64_t widest = c.num_filters << c.upsampling_ratios.size();
  f.require(widest <= 8192,
            "num_filters doubled with each of the upsampling_ratios must be at "
            "most 8192, got " +
                text(widest));
}

void read_codec(ConfigFields& f, CodecConfig& c) {
  f.must_be("model_type", "encodec");
  f.integer("sampling_rate", 8000, 192'000, c.sampling_rate);
  std::int64_t channels = 1;
  f.integer("audio_channels", 1, 1, channels);
  f.must_be_flag("normalize", false);
  f.must_be_null("chunk_length_s");
  f.integer("hidden_size", 1, 4096, c.hidden_size);
  read_layers(f, c);
  f.integer("codebook_size", 1, 65'536, c.codebook_size);
  c.codebook_dim = c.hidden_size;
  f.integer("codebook_dim", 1, 4096, c.codebook_dim);
  f.numbers("target_bandwidths", 0.001, 1000.0, 16, c.target_bandwidths);
  f.require(std::is_sorted(c.target_bandwidths.begin(), c.target_bandwidths.end()),
            "target_bandwidths must rise");
  f.require(c.hop_length() <= c.sampling_rate,
            "the upsampling_ratios must multiply to at most sampling_rate " +
                text(c.sampling_rate) + ", got " + text(c.hop_length()));
}

void read_melody(ConfigFields& f, MelodyConfig& c) {
  f.integer("num_chroma", 1, 128, c.num_chroma);
  f.integer("chroma_length", 1, 10'000, c.chroma_length);
}

void read_preprocessor(ConfigFields& f, MelodyConfig& c) {
  const std::int64_t chroma = c.num_chroma;
  f.integer("num_chroma", chroma, chroma, c.num_chroma);
  f.integer("n_fft", 16, 65'536, c.n_fft);
  f.integer("hop_length", 1, c.n_fft, c.hop_length);
  f.integer("sampling_rate", 8000, 192'000, c.sampling_rate);
  f.integer("chunk_length", 1, 300, c.chunk_length);
  f.require(std::has_single_bit(static_cast<std::uint64_t>(c.n_fft)),
            "n_fft must be a power of two, got " + text(c.n_fft));
}

void read_generation(ConfigFields& f, GenerationDefaults& g) {
  constexpr std::int64_t kMost = 1'000'000;
  f.boolean("do_sample", g.do_sample);
  f.number("guidance_scale", 0.0, 100.0, g.guidance_scale);
  f.number("temperature", 0.0, 100.0, g.temperature);
  f.integer("top_k", 0, kMost, g.top_k);
  f.number("top_p", 0.0, 1.0, g.top_p);
  f.integer("max_length", 1, kMost, g.max_length);
  f.integer("pad_token_id", 0, kMost, g.pad_token_id);
  f.integer("bos_token_id", 0, kMost, g.bos_token_id);
  f.integer("decoder_start_token_id", 0, kMost, g.decoder_start_token_id);
}

Result<JsonTree> parse_tree(std::string_view text_of_file) {
  protocol::JsonLimits limits;
  limits.levels = 8;
  limits.open_members = 4096;
  limits.string_bytes = 65'536;
  Result<JsonTree> tree = protocol::read_json_tree(text_of_file, limits, kMostConfigValues);
  if (!tree) return Error{ErrorCode::kCorrupt, tree.error().message};
  return tree;
}

Status check_model_type(ConfigFields& f, std::string& model_type) {
  f.text("model_type", model_type);
  if (Status read = f.status(); !read) return read;
  if (model_type == "musicgen" || model_type == "musicgen_melody") return ok();
  return Error{ErrorCode::kInvalidArgument,
               "model_type must be musicgen or musicgen_melody, got " +
                   (model_type.empty() ? "none" : "\"" + escaped_for_terminal(model_type) + "\"")};
}

void check_agreement(ConfigFields& f, const ModelConfig& c) {
  const std::int64_t needed = c.decoder.codebooks_per_channel();
  f.require(c.audio_encoder.num_quantizers() >= needed,
            "audio_encoder must have the decoder's " + text(needed) + " codebooks a channel, got " +
                text(c.audio_encoder.num_quantizers()));
  f.require(c.audio_encoder.codebook_size == c.decoder.vocab_size,
            "audio_encoder.codebook_size must be decoder.vocab_size " + text(c.decoder.vocab_size) +
                ", got " + text(c.audio_encoder.codebook_size));
}

/// Reads one part of config.json, which has to be there.
template <typename Read>
Status read_part(ConfigFields& f, const std::string& name, Read&& read) {
  const JsonTree* object = f.object(name);
  f.require(object != nullptr, "config.json must have " + name);
  if (Status present = f.status(); !present) return present;
  ConfigFields part(object, name);
  read(part);
  return part.status();
}

Status read_config(const JsonTree& tree, ModelConfig& c) {
  ConfigFields f(&tree, "");
  if (Status checked = check_model_type(f, c.model_type); !checked) return checked;
  f.text("torch_dtype", c.torch_dtype);
  Status status = read_part(f, "text_encoder",
                            [&](ConfigFields& part) { read_text_encoder(part, c.text_encoder); });
  if (!status) return status;
  status = read_part(f, "decoder",
                     [&](ConfigFields& part) { read_decoder(part, c.model_type, c.decoder); });
  if (!status) return status;
  status =
      read_part(f, "audio_encoder", [&](ConfigFields& part) { read_codec(part, c.audio_encoder); });
  if (!status) return status;
  if (c.model_type == "musicgen_melody") read_melody(f, c.melody.emplace());
  check_agreement(f, c);
  return f.status();
}

/// Reads a file that may be missing; an empty text stands for that.
Result<std::string> read_optional(const Directory& folder, std::string_view name) {
  if (!folder.contains(name)) return std::string();
  return read_bounded(folder, name, kMostConfigBytes);
}

template <typename Read>
Status read_side_file(std::string_view file, const std::string& name, Read&& read) {
  if (file.empty()) return ok();
  const Result<JsonTree> tree = parse_tree(file);
  if (!tree) return Error{tree.error().code, name + " is " + tree.error().message};
  ConfigFields fields(&*tree, name);
  read(fields);
  return fields.status();
}

}  // namespace

std::int64_t CodecConfig::hop_length() const {
  std::int64_t product = 1;  // At most 64^8 = 2^48.
  for (const std::int64_t ratio : upsampling_ratios) product *= ratio;
  return product;
}

std::int64_t CodecConfig::frame_rate() const {
  return (sampling_rate + hop_length() - 1) / hop_length();
}

std::int64_t CodecConfig::num_quantizers() const {
  // EncodecConfig: int(1000 * target_bandwidths[-1] // (frame_rate * codebook_nbits)), where
  // codebook_nbits is ceil(log2(codebook_size)); one code takes at least one bit.
  const auto bits =
      std::bit_width(static_cast<std::uint64_t>(std::max<std::int64_t>(codebook_size, 2) - 1));
  const double per_codebook = static_cast<double>(frame_rate() * static_cast<std::int64_t>(bits));
  return static_cast<std::int64_t>(std::floor(1000.0 * target_bandwidths.back() / per_codebook));
}

Result<ModelConfig> parse_model_config(std::string_view config, std::string_view generation,
                                       std::string_view preprocessor) {
  const Result<JsonTree> tree = parse_tree(config);
  if (!tree) return Error{tree.error().code, "config.json is " + tree.error().message};
  ModelConfig c;
  if (Status read = read_config(*tree, c); !read) return read.error();
  Status side = read_side_file(generation, "generation_config.json",
                               [&](ConfigFields& f) { read_generation(f, c.generation); });
  if (!side) return side.error();
  if (!c.melody) return c;
  side = read_side_file(preprocessor, "preprocessor_config.json",
                        [&](ConfigFields& f) { read_preprocessor(f, *c.melody); });
  if (!side) return side.error();
  return c;
}

Result<ModelConfig> read_model_config(const std::filesystem::path& folder_path) {
  const Result<Directory> folder = Directory::open(folder_path);
  if (!folder) return folder.error();
  const Result<std::string> config = read_bounded(*folder, "config.json", kMostConfigBytes);
  if (!config) return config.error();
  const Result<std::string> generation = read_optional(*folder, "generation_config.json");
  if (!generation) return generation.error();
  const Result<std::string> preprocessor = read_optional(*folder, "preprocessor_config.json");
  if (!preprocessor) return preprocessor.error();
  Result<ModelConfig> parsed = parse_model_config(*config, *generation, *preprocessor);
  if (!parsed) {
    return Error{parsed.error().code, folder_path.string() + ": " + parsed.error().message};
  }
  return parsed;
}

}  // namespace dgx::musicgen
