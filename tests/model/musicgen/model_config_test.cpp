// SPDX-License-Identifier: Apache-2.0
#include "generator/model/musicgen/model_config.hpp"

#include <string>

#include "tests/model/musicgen/config_fixture.hpp"
#include "tests/model/musicgen/safetensors_fixture.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temp_dir.hpp"

using dgx::ErrorCode;
using dgx::musicgen::ModelConfig;
using dgx::musicgen::PadMode;
using dgx::musicgen::parse_model_config;
using dgx::musicgen::read_model_config;
using namespace dgx::test;

namespace {

ModelConfig parsed(const std::string& config, const std::string& generation = "",
                   const std::string& preprocessor = "") {
  const auto result = parse_model_config(config, generation, preprocessor);
  REQUIRE_OK(result);
  return *result;
}

}  // namespace

TEST_CASE("The configuration of musicgen-small is read whole", "[config]") {
  const ModelConfig c = parsed(small_config());
  CHECK(c.model_type == "musicgen");
  CHECK(c.torch_dtype == "float32");
  CHECK_FALSE(c.melody.has_value());
  CHECK(c.text_encoder.d_model == 768);
  CHECK(c.text_encoder.d_kv == 64);
  CHECK(c.text_encoder.d_ff == 3072);
  CHECK(c.text_encoder.num_layers == 12);
  CHECK(c.text_encoder.num_heads == 12);
  CHECK(c.text_encoder.layer_norm_epsilon == 1e-6);
  CHECK(c.decoder.hidden_size == 1024);
  CHECK(c.decoder.head_size() == 64);
  CHECK(c.decoder.num_hidden_layers == 24);
  CHECK(c.decoder.num_codebooks == 4);
  CHECK(c.decoder.codebooks_per_channel() == 4);
  CHECK(c.decoder.pad_token_id == 2048);
  CHECK(c.audio_encoder.upsampling_ratios == std::vector<std::int64_t>{8, 5, 4, 4});
  CHECK(c.audio_encoder.hop_length() == 640);
  CHECK(c.audio_encoder.frame_rate() == 50);
  CHECK(c.audio_encoder.num_quantizers() == 4);
  CHECK_FALSE(c.audio_encoder.use_causal_conv);
  CHECK_FALSE(c.audio_encoder.use_conv_shortcut);
  CHECK(c.audio_encoder.pad_mode == PadMode::kReflect);
}

TEST_CASE("What a file leaves out has the default of transformers", "[config]") {
  const ModelConfig c = parsed(R"({"model_type":"musicgen","text_encoder":{},"decoder":{},)"
                               R"("audio_encoder":{"codebook_size":2048,"hidden_size":96}})");
  CHECK(c.text_encoder.d_model == 512);
  CHECK(c.text_encoder.num_layers == 6);
  CHECK(c.decoder.num_hidden_layers == 24);
  CHECK(c.audio_encoder.sampling_rate == 24000);
  CHECK(c.audio_encoder.num_filters == 32);
  CHECK(c.audio_encoder.use_causal_conv);
  CHECK(c.audio_encoder.codebook_dim == 96);
  CHECK(c.audio_encoder.num_quantizers() == 29);
}

TEST_CASE("Stereo has its codebooks shared between two channels", "[config]") {
  const ModelConfig c =
      parsed(with(with(small_config(), R"("num_codebooks": 4)", R"("num_codebooks": 8)"),
                  R"("audio_channels": 1,
    "pad)",
                  R"("audio_channels": 2,
    "pad)"));
  CHECK(c.decoder.audio_channels == 2);
  CHECK(c.decoder.codebooks_per_channel() == 4);
}

TEST_CASE("All sizes that are published are read, with and without melody and stereo", "[config]") {
  struct Size {
    std::int64_t layers;
    std::int64_t width;
  };
  for (const Size& size : {Size{24, 1024}, Size{48, 1536}, Size{48, 2048}}) {
    const auto number = [](std::int64_t value) { return std::to_string(value); };
    std::string config = with(small_config(), "\"hidden_size\": 1024, \"num_hidden_layers\": 24",
                              "\"hidden_size\": " + number(size.width) +
                                  ", \"num_hidden_layers\": " + number(size.layers));
    config = with(config, "\"num_attention_heads\": 16, \"ffn_dim\": 4096",
                  "\"num_attention_heads\": " + number(size.width / 64) +
                      ", \"ffn_dim\": " + number(4 * size.width));
    const std::string melody = with(with(config, "\"musicgen\"", "\"musicgen_melody\""),
                                    "musicgen_decoder", "musicgen_melody_decoder");
    for (const std::string& mono : {config, melody}) {
      const std::string stereo = with(mono, "\"num_codebooks\": 4, \"audio_channels\": 1",
                                      "\"num_codebooks\": 8, \"audio_channels\": 2");
      for (const ModelConfig& c : {parsed(mono), parsed(stereo)}) {
        CHECK(c.decoder.num_hidden_layers == size.layers);
        CHECK(c.decoder.head_size() == 64);
        CHECK(c.decoder.ffn_dim == 4 * size.width);
        CHECK(c.decoder.codebooks_per_channel() == 4);
        CHECK(c.melody.has_value() == (mono == melody));
      }
    }
  }
}

TEST_CASE("A melody model has its chroma settings from both files", "[config]") {
  std::string config = with(small_config(), R"("model_type": "musicgen",)",
                            R"("model_type": "musicgen_melody", "chroma_length": 117,)");
  config = with(config, "musicgen_decoder", "musicgen_melody_decoder");
  const ModelConfig c = parsed(config, "", R"({"n_fft": 8192, "hop_length": 2048})");
  REQUIRE(c.melody.has_value());
  CHECK(c.melody->num_chroma == 12);
  CHECK(c.melody->chroma_length == 117);
  CHECK(c.melody->n_fft == 8192);
  CHECK(c.melody->hop_length == 2048);
  CHECK(c.melody->sampling_rate == 32000);
}

TEST_CASE("Defaults of generation are those of the file, or none", "[config]") {
  const ModelConfig without = parsed(small_config());
  CHECK_FALSE(without.generation.guidance_scale.has_value());
  const ModelConfig c = parsed(small_config(), R"({"do_sample": true, "guidance_scale": 3,
      "max_length": 1500, "decoder_start_token_id": 2048, "top_p": null})");
  CHECK(c.generation.do_sample == true);
  CHECK(c.generation.guidance_scale == 3.0);
  CHECK(c.generation.max_length == 1500);
  CHECK(c.generation.decoder_start_token_id == 2048);
  CHECK_FALSE(c.generation.top_p.has_value());
}

TEST_CASE("A field of the wrong type, range or kind is named with its value", "[config]") {
  struct Case {
    const char* from;
    const char* to;
    const char* words;
  };
  const auto [from, to, words] = GENERATE(
      Case{R"("model_type": "musicgen",)", R"("model_type": "bark",)",
           "model_type must be musicgen or musicgen_melody, got \"bark\""},
      Case{R"("model_type": "musicgen",)", "", "got none"},
      Case{R"("model_type": "musicgen",)", R"("model_type": 3,)", "model_type must be a text"},
      Case{R"("t5")", R"("umt5")", "text_encoder.model_type must be \"t5\", got \"umt5\""},
      Case{"musicgen_decoder", "musicgen_melody_decoder", "decoder.model_type must be"},
      Case{R"("encodec")", R"("dac")", "audio_encoder.model_type must be \"encodec\", got"},
      Case{R"("d_model": 768)", R"("d_model": 0)", "d_model must be 1 to 8192, got 0"},
      Case{R"("d_model": 768)", R"("d_model": -1)", "d_model must be 1 to 8192, got -1"},
      Case{R"("d_model": 768)", R"("d_model": 768.0)", "d_model must be 1 to 8192, got 768"},
      Case{R"("d_model": 768)", R"("d_model": "768")", "d_model must be 1 to 8192, got \"768\""},
      Case{R"("d_model": 768)", R"("d_model": [768])", "d_model must be 1 to 8192, got a list"},
      Case{R"("d_model": 768)", R"("d_model": 18446744073709551615)", "got 18446744073709551615"},
      Case{R"("relu")", R"("gated-gelu")", "feed_forward_proj must be \"relu\""},
      Case{R"("eos_token_id": 1)", R"("eos_token_id": 32128)", "eos_token_id must be 0 to 32127"},
      Case{R"(num_buckets": 32)", R"(num_buckets": 30)", "must be a multiple of 4, got 30"},
      Case{R"(max_distance": 128)", R"(max_distance": 8)", "must be above 8, got 8"},
      Case{R"("num_hidden_layers": 24)", R"("num_hidden_layers": 97)", "1 to 96, got 97"},
      Case{R"("hidden_size": 1024)", R"("hidden_size": 1000)", "got 1000 and 16"},
      Case{R"("hidden_size": 1024)", R"("hidden_size": 16385)", "4 to 8192, got 16385"},
      Case{R"("num_codebooks": 4)", R"("num_codebooks": 17)", "1 to 16, got 17"},
      Case{R"("num_codebooks": 4)", R"("num_codebooks": 8)", "8 codebooks a channel, got 4"},
      Case{R"("audio_channels": 1,
    "pad)",
           R"("audio_channels": 3,
    "pad)",
           "audio_channels must be 1 to 2, got 3"},
      Case{R"("bos_token_id": 2048)", R"("bos_token_id": 2049)", "0 to 2048, got 2049"},
      Case{R"("gelu")", R"("relu")", "activation_function must be \"gelu\", got \"relu\""},
      Case{R"("scale_embedding": false)", R"("scale_embedding": true)", "must be false, got true"},
      Case{R"("scale_embedding": false)", R"("scale_embedding": 0)", "true or false, got 0"},
      Case{"[8, 5, 4, 4]", "[]", "a list of 1 to 8"},
      Case{"[8, 5, 4, 4]", "[8, 5, 4, 0]", "upsampling_ratios must be 1 to 64, got 0"},
      Case{"[8, 5, 4, 4]", "[1,1,1,1,1,1,1,1,1]", "a list of 1 to 8"},
      Case{"[8, 5, 4, 4]", "[64,64,64]", "at most sampling_rate 32000, got 262144"},
      Case{R"("num_filters": 64)", R"("num_filters": 1024)", "8192, got 16384"},
      Case{R"("normalize": false)", R"("normalize": true)", "normalize must be false, got true"},
      Case{R"("chunk_length_s": null)", R"("chunk_length_s": 1.0)", "must be null, got 1"},
      Case{"weight_norm", "time_group_norm", "norm_type must be \"weight_norm\""},
      Case{R"("reflect")", R"("circular")", "pad_mode must be reflect, constant or replicate"},
      Case{"[2.2]", "[2.2, 1.1]", "target_bandwidths must rise"},
      Case{"[2.2]", R"(["2.2"])", "target_bandwidths must be 0.001 to 1000, got \"2.2\""},
      Case{"[2.2]", "[0.4]", "must have the decoder's 4 codebooks a channel, got 0"},
      Case{R"("codebook_size": 2048)", R"("codebook_size": 1024)", "2048, got 1024"},
      Case{R"("codebook_size": 2048)", R"("codebook_size": 1e309)", "too large"},
      Case{R"("text_encoder")", R"("text")", "config.json must have text_encoder"},
      Case{R"("decoder": {)", R"("decoder": 7, "old": {)", "decoder must be an object, got 7"},
      Case{R"("d_kv": 64)", R"("d_kv": 64, "d_kv": 65)", "appears twice"},
      Case{R"("d_kv": 64)", R"("d_kv": 64, "deep": [[[[[[[[1]]]]]]]])", "not readable as JSON"},
      Case{R"("torch_dtype": "float32")", R"("torch_dtype": ["float32"])", "got a list"});
  INFO(from << " -> " << to);
  REQUIRE(small_config().find(from) != std::string::npos);
  const auto result = parse_model_config(with(small_config(), from, to), "", "");
  REQUIRE_FALSE(result.has_value());
  CHECK_THAT(result.error().message, Catch::Contains(words));
}

TEST_CASE("A wrong side file is named", "[config]") {
  const auto generation = parse_model_config(small_config(), R"({"top_k": "many"})", "");
  REQUIRE_FALSE(generation.has_value());
  CHECK_THAT(generation.error().message, Catch::Contains("generation_config.json.top_k must be"));
  const auto broken = parse_model_config(small_config(), "{", "");
  REQUIRE_FALSE(broken.has_value());
  CHECK_THAT(broken.error().message, Catch::StartsWith("generation_config.json is not readable"));
}

TEST_CASE("A configuration of too many values or bytes is refused", "[config]") {
  std::string many = R"({"model_type":"musicgen","x":[0)";
  for (int i = 0; i < 20'000; ++i) many += ",0";
  const auto values = parse_model_config(many + "]}", "", "");
  REQUIRE_FALSE(values.has_value());
  CHECK_THAT(values.error().message, Catch::Contains("more than 20000 values"));

  const TempDir folder;
  write_bytes(folder / "config.json", std::string(1'000'001, ' '));
  const auto bytes = read_model_config(folder.path());
  REQUIRE_FALSE(bytes.has_value());
  CHECK_THAT(bytes.error().message, Catch::Contains("may have 1000000 bytes, got 1000001"));
}

TEST_CASE("A folder's three files are read together, the last two if they are there", "[config]") {
  const TempDir folder;
  CHECK(read_model_config(folder.path()).error().code == ErrorCode::kNotFound);
  write_bytes(folder / "config.json", small_config());
  CHECK(read_model_config(folder.path()).has_value());
  write_bytes(folder / "generation_config.json", R"({"guidance_scale": 3.0})");
  const auto config = read_model_config(folder.path());
  REQUIRE_OK(config);
  CHECK(config->generation.guidance_scale == 3.0);
  write_bytes(folder / "config.json", "{}");
  CHECK_THAT(read_model_config(folder.path()).error().message,
             Catch::StartsWith(folder.path().string()));
}
