// SPDX-License-Identifier: Apache-2.0
// NAME_corpus FOLDER, built once for each fuzzer of a model's files (DGX_CORPUS): writes the
// inputs that it starts from.
#include <cstdio>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "tests/model/musicgen/config_fixture.hpp"
#include "tests/model/musicgen/piece_model_fixture.hpp"
#include "tests/model/musicgen/safetensors_fixture.hpp"
#include "tests/model/musicgen/written_piece_model.hpp"

namespace {

using dgx::test::data_of;
using dgx::test::safetensors_bytes;

// The first byte says file (even) or index (odd).
std::vector<std::string> checkpoint_seeds() {
  const auto file = [](const std::string& header, std::size_t bytes) {
    return std::string(1, '\0') + safetensors_bytes(header, data_of(bytes));
  };
  return {
      file(R"({"a":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]}})", 24),
      file(R"({"a":{"dtype":"F16","shape":[],"data_offsets":[0,2]},"__metadata__":{"format":"pt"},)"
           R"("b":{"dtype":"BF16","shape":[1,0],"data_offsets":[2,2]}}  )",
           2),
      file(R"({"s":{"dtype":"I64","shape":[1],"data_offsets":[0,8]},)"
           R"("f":{"dtype":"F8_E4M3","shape":[4],"data_offsets":[8,12]}})",
           12),
      file("{}", 0),
      "\x01"
      R"({"metadata":{"total_size":12},"weight_map":{"a":"model-00001-of-00002.safetensors"}})",
  };
}

std::vector<std::string> config_seeds() {
  const std::string small = dgx::test::small_config();
  const std::string melody =
      dgx::test::with(dgx::test::with(small, R"("model_type": "musicgen",)",
                                      R"("model_type": "musicgen_melody", "num_chroma": 12,)"),
                      "musicgen_decoder", "musicgen_melody_decoder");
  const std::string zero(1, '\0');
  return {small, melody + zero + zero + R"({"n_fft": 16384, "hop_length": 4096})",
          small + zero + R"({"do_sample": true, "guidance_scale": 3.0, "top_k": 50})",
          R"({"model_type":"musicgen","text_encoder":{},"decoder":{},)"
          R"("audio_encoder":{"codebook_size":2048}})"};
}

std::vector<std::string> tokenizer_seeds() {
  // T5's own character map makes each input take 80 ms, so that a small one stands for it.
  return {dgx::test::plain_piece_model(),
          dgx::test::written_piece_model(dgx::test::smallest_pieces()),
          dgx::test::written_piece_model(dgx::test::smallest_pieces(),
                                         dgx::test::smallest_map().bytes())};
}

std::vector<std::string> seeds_of(std::string_view fuzzer) {
  if (fuzzer == "checkpoint") return checkpoint_seeds();
  return fuzzer == "tokenizer" ? tokenizer_seeds() : config_seeds();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: " DGX_CORPUS "_corpus FOLDER\n");
    return 2;
  }
  const std::vector<std::string> seeds = seeds_of(DGX_CORPUS);
  std::filesystem::create_directories(argv[1]);
  for (std::size_t i = 0; i < seeds.size(); ++i) {
    dgx::test::write_bytes(std::filesystem::path(argv[1]) / std::to_string(i), seeds[i]);
  }
  return 0;
}
