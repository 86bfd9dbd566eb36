# SPDX-License-Identifier: Apache-2.0
"""Tiny MusicGen models with random weights, written by transformers in the real folder format.

Every number that a real model leaves at its initial value (norms, biases, weight-norm scales) is
drawn too, so that no layer is the identity by accident.
"""

import random
from pathlib import Path

import sentencepiece
import torch
from transformers import (
    EncodecConfig,
    MusicgenConfig,
    MusicgenDecoderConfig,
    MusicgenForConditionalGeneration,
    MusicgenMelodyConfig,
    MusicgenMelodyDecoderConfig,
    MusicgenMelodyForConditionalGeneration,
    T5Config,
)

CODES = 64
SIZES = {"text_pieces": 250}
WORDS = (
    "lofi ambient techno house drum bass guitar piano rhodes strings brass warm dark bright slow fast dusty vinyl "
    "crackle synth pad arpeggio melody chord loop groove kick snare hat cymbal choir voice flute sax trumpet rock pop "
    "jazz funk soul metal folk country blues classical orchestra film score calm happy sad epic dreamy with and the a "
    "of in 90s 80s loud heavy soft gentle energetic rhythm beat tempo key minor major crème brûlée naïve straße Ünder "
    "δοκιμή музыка 音楽 음악"
).split()


def train_tokenizer(folder: Path, seed: int) -> None:
    """Writes spiece.model, a Unigram model with T5's special pieces."""
    draw = random.Random(seed)
    lines = [" ".join(draw.choice(WORDS) for _ in range(draw.randint(3, 14))) for _ in range(2000)]
    corpus = folder / "corpus.txt"
    corpus.write_text("\n".join(lines), encoding="utf-8")
    sentencepiece.SentencePieceTrainer.train(
        input=str(corpus), model_prefix=str(folder / "spiece"), vocab_size=SIZES["text_pieces"], model_type="unigram",
        pad_id=0, eos_id=1, unk_id=2, bos_id=-1, character_coverage=0.9995, num_threads=1, minloglevel=2,
        hard_vocab_limit=False)
    corpus.unlink()
    (folder / "spiece.vocab").unlink()


def text_config() -> T5Config:
    return T5Config(vocab_size=300, d_model=48, d_kv=16, d_ff=96, num_layers=2, num_decoder_layers=2, num_heads=3,
                    relative_attention_num_buckets=32, relative_attention_max_distance=128,
                    feed_forward_proj="relu", is_encoder_decoder=False, use_cache=False)


def codec_config() -> EncodecConfig:
    # Frame rate and hop of the real codec; floor(1000 * 1.2 / (50 * log2(64))) = 4 codebooks.
    return EncodecConfig(target_bandwidths=[1.2], sampling_rate=32000, audio_channels=1, normalize=False,
                         chunk_length_s=None, overlap=None, hidden_size=16, num_filters=4, num_residual_layers=1,
                         upsampling_ratios=[8, 5, 4, 4], norm_type="weight_norm", kernel_size=7, last_kernel_size=7,
                         residual_kernel_size=3, dilation_growth_rate=2, use_causal_conv=False, pad_mode="reflect",
                         compress=2, num_lstm_layers=2, trim_right_ratio=1.0, codebook_size=CODES, codebook_dim=16,
                         use_conv_shortcut=False)


def decoder_sizes(channels: int) -> dict:
    return dict(vocab_size=CODES, max_position_embeddings=2048, num_hidden_layers=3, ffn_dim=160,
                num_attention_heads=4, hidden_size=64, activation_function="gelu", dropout=0.0, attention_dropout=0.0,
                activation_dropout=0.0, layerdrop=0.0, scale_embedding=False, num_codebooks=4 * channels,
                audio_channels=channels, pad_token_id=CODES, bos_token_id=CODES, eos_token_id=None,
                tie_word_embeddings=False)


@torch.no_grad()
def randomise(model: torch.nn.Module, seed: int) -> None:
    """Draws every parameter anew, with sizes at which no signal dies or runs away."""
    generator = torch.Generator().manual_seed(seed)

    def normal(shape, scale, mean=0.0):
        return torch.randn(shape, generator=generator) * scale + mean

    for name, parameter in model.named_parameters():
        shape = parameter.shape
        if "norm" in name and name.endswith("weight"):
            value = normal(shape, 0.2, 1.0)
        elif name.endswith("original0"):  # the scale of a weight norm
            value = normal(shape, 0.2, 1.0).abs()
        elif name.endswith("bias"):
            value = normal(shape, 0.1)
        elif "relative_attention_bias" in name:
            value = normal(shape, 0.5)
        elif "embed_tokens" in name or "shared" in name:
            value = normal(shape, 0.6)
        elif "lm_heads" in name:
            value = normal(shape, 0.6)
        else:
            fan_in = shape[1:].numel() if len(shape) > 1 else shape[0]
            value = normal(shape, 1.0 / fan_in**0.5)
        parameter.copy_(value)
    for name, buffer in model.named_buffers():
        if name.endswith("codebook.embed"):
            buffer.copy_(normal(buffer.shape, 0.3))


def make(folder: Path, seed: int, *, channels: int = 1, melody: bool = False, dtype: torch.dtype = torch.float32,
         shard_size: str = "5GB") -> torch.nn.Module:
    """Writes a model folder and gives the same model in float32, ready for inference."""
    folder.mkdir(parents=True)
    train_tokenizer(folder, seed)
    if melody:
        decoder = MusicgenMelodyDecoderConfig(**decoder_sizes(channels))
        config = MusicgenMelodyConfig.from_sub_models_config(
            text_config(), codec_config(), decoder, num_chroma=12, chroma_length=235)
        model = MusicgenMelodyForConditionalGeneration(config)
    else:
        decoder = MusicgenDecoderConfig(**decoder_sizes(channels))
        config = MusicgenConfig.from_sub_models_config(text_config(), codec_config(), decoder)
        model = MusicgenForConditionalGeneration(config)
    model.generation_config.decoder_start_token_id = CODES
    model.generation_config.pad_token_id = CODES
    model.generation_config.bos_token_id = CODES
    model.generation_config.do_sample = False
    model.generation_config.guidance_scale = 3.0
    model.generation_config.max_length = 1500
    randomise(model, seed)
    model = model.eval().to(dtype)
    model.save_pretrained(folder, safe_serialization=True, max_shard_size=shard_size)
    model = model.float()
    # The sinusoids went through `dtype` too. They are no weights: every implementation makes them anew.
    positions = model.decoder.model.decoder.embed_positions
    positions.make_weights(positions.weights.size(0), positions.embedding_dim)
    return model
