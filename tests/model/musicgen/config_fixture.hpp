// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace dgx::test {

/// musicgen-small's config.json, without the fields that this program does not read.
inline std::string small_config() {
  return R"({
  "model_type": "musicgen", "torch_dtype": "float32", "architectures": ["MusicgenForConditionalGeneration"],
  "text_encoder": {"model_type": "t5", "vocab_size": 32128, "d_model": 768, "d_kv": 64,
    "d_ff": 3072, "num_layers": 12, "num_heads": 12, "relative_attention_num_buckets": 32,
    "relative_attention_max_distance": 128, "layer_norm_epsilon": 1e-06,
    "feed_forward_proj": "relu", "pad_token_id": 0, "eos_token_id": 1,
    "task_specific_params": {"summarization": {"prefix": "summarize: "}}},
  "decoder": {"model_type": "musicgen_decoder", "vocab_size": 2048,
    "max_position_embeddings": 2048, "hidden_size": 1024, "num_hidden_layers": 24,
    "num_attention_heads": 16, "ffn_dim": 4096, "num_codebooks": 4, "audio_channels": 1,
    "pad_token_id": 2048, "bos_token_id": 2048, "eos_token_id": null,
    "activation_function": "gelu", "scale_embedding": false, "tie_word_embeddings": false},
  "audio_encoder": {"model_type": "encodec", "sampling_rate": 32000, "audio_channels": 1,
    "normalize": false, "chunk_length_s": null, "overlap": null, "hidden_size": 128,
    "num_filters": 64, "num_residual_layers": 1, "upsampling_ratios": [8, 5, 4, 4],
    "norm_type": "weight_norm", "kernel_size": 7, "last_kernel_size": 7,
    "residual_kernel_size": 3, "dilation_growth_rate": 2, "use_causal_conv": false,
    "pad_mode": "reflect", "compress": 2, "num_lstm_layers": 2, "trim_right_ratio": 1.0,
    "codebook_size": 2048, "codebook_dim": 128, "use_conv_shortcut": false,
    "target_bandwidths": [2.2]}
})";
}

/// `text` with the first `from` replaced; the tests need it to be there.
inline std::string with(std::string text, const std::string& from, const std::string& to) {
  return text.replace(text.find(from), from.size(), to);
}

}  // namespace dgx::test
