# SPDX-License-Identifier: Apache-2.0
"""Writes a folder with the exact shapes of musicgen-small and random weights (2.4 GB, float32).

It sounds like noise, and costs what the real one costs: for measurements where the real weights are
not at hand. Usage: random_musicgen.py FOLDER [SEED]
"""

import json
import struct
import sys
from pathlib import Path

import numpy as np

import tiny_models

LAYERS, WIDTH, FEED_FORWARD, CODEBOOKS, CODES = 24, 1024, 4096, 4, 2048
TEXT_LAYERS, TEXT_WIDTH, TEXT_FEED_FORWARD, TEXT_HEADS, TEXT_PIECES = 12, 768, 3072, 12, 32128
FILTERS, RATIOS, CODE_WIDTH = 64, [8, 5, 4, 4], 128


def decoder_shapes():
    base = "decoder.model.decoder."
    for k in range(CODEBOOKS):
        yield f"{base}embed_tokens.{k}.weight", (CODES + 1, WIDTH)
        yield f"decoder.lm_heads.{k}.weight", (CODES, WIDTH)
    for i in range(LAYERS):
        layer = f"{base}layers.{i}."
        for attention in ("self_attn", "encoder_attn"):
            for part in ("q", "k", "v", "out"):
                yield f"{layer}{attention}.{part}_proj.weight", (WIDTH, WIDTH)
            yield f"{layer}{attention}_layer_norm.weight", (WIDTH,)
            yield f"{layer}{attention}_layer_norm.bias", (WIDTH,)
        yield f"{layer}fc1.weight", (FEED_FORWARD, WIDTH)
        yield f"{layer}fc2.weight", (WIDTH, FEED_FORWARD)
        yield f"{layer}final_layer_norm.weight", (WIDTH,)
        yield f"{layer}final_layer_norm.bias", (WIDTH,)
    yield f"{base}layer_norm.weight", (WIDTH,)
    yield f"{base}layer_norm.bias", (WIDTH,)
    yield "enc_to_dec_proj.weight", (WIDTH, TEXT_WIDTH)
    yield "enc_to_dec_proj.bias", (WIDTH,)


def text_shapes():
    yield "text_encoder.shared.weight", (TEXT_PIECES, TEXT_WIDTH)
    for i in range(TEXT_LAYERS):
        block = f"text_encoder.encoder.block.{i}.layer."
        for part in "qkvo":
            yield f"{block}0.SelfAttention.{part}.weight", (TEXT_WIDTH, TEXT_WIDTH)
        if i == 0:
            yield f"{block}0.SelfAttention.relative_attention_bias.weight", (32, TEXT_HEADS)
        yield f"{block}0.layer_norm.weight", (TEXT_WIDTH,)
        yield f"{block}1.DenseReluDense.wi.weight", (TEXT_FEED_FORWARD, TEXT_WIDTH)
        yield f"{block}1.DenseReluDense.wo.weight", (TEXT_WIDTH, TEXT_FEED_FORWARD)
        yield f"{block}1.layer_norm.weight", (TEXT_WIDTH,)
    yield "text_encoder.encoder.final_layer_norm.weight", (TEXT_WIDTH,)


def convolution(name, out, inner, kernel, transposed=False):
    first = inner if transposed else out
    yield f"{name}.conv.bias", (out,)
    yield f"{name}.conv.weight_g", (first, 1, 1)
    yield f"{name}.conv.weight_v", (inner, out, kernel) if transposed else (out, inner, kernel)


def residual(name, width):
    yield from convolution(f"{name}.block.1", width // 2, width, 3)
    yield from convolution(f"{name}.block.3", width, width // 2, 1)


def recurrent(name, width):
    for i in range(2):
        for part in ("ih", "hh"):
            yield f"{name}.lstm.weight_{part}_l{i}", (4 * width, width)
            yield f"{name}.lstm.bias_{part}_l{i}", (4 * width,)


def codec_shapes():
    widest = FILTERS << len(RATIOS)
    decoder, encoder = "audio_encoder.decoder.layers.", "audio_encoder.encoder.layers."
    yield from convolution(f"{decoder}0", widest, CODE_WIDTH, 7)
    yield from recurrent(f"{decoder}1", widest)
    yield from convolution(f"{encoder}0", FILTERS, 1, 7)
    for i, ratio in enumerate(RATIOS):
        width = widest >> i
        yield from convolution(f"{decoder}{3 * i + 3}", width // 2, width, 2 * ratio, transposed=True)
        yield from residual(f"{decoder}{3 * i + 4}", width // 2)
        ratio, width = RATIOS[-1 - i], FILTERS << i
        yield from residual(f"{encoder}{3 * i + 1}", width)
        yield from convolution(f"{encoder}{3 * i + 3}", 2 * width, width, 2 * ratio)
    yield from convolution(f"{decoder}15", 1, FILTERS, 7)
    yield from recurrent(f"{encoder}13", widest)
    yield from convolution(f"{encoder}15", CODE_WIDTH, widest, 7)
    for k in range(CODEBOOKS):
        yield f"audio_encoder.quantizer.layers.{k}.codebook.embed", (CODES, CODE_WIDTH)


def values(name, shape, generator):
    if "norm.weight" in name or name.endswith("weight_g"):
        return np.ones(shape, dtype=np.float32)
    if name.endswith(("bias", "norm.bias")):
        return np.zeros(shape, dtype=np.float32)
    fan_in = int(np.prod(shape[1:])) if len(shape) > 1 else shape[0]
    return generator.standard_normal(shape, dtype=np.float32) / np.float32(fan_in**0.5)


def config():
    decoder = dict(model_type="musicgen_decoder", vocab_size=CODES, hidden_size=WIDTH, num_hidden_layers=LAYERS,
                   num_attention_heads=WIDTH // 64, ffn_dim=FEED_FORWARD, num_codebooks=CODEBOOKS, audio_channels=1,
                   pad_token_id=CODES, bos_token_id=CODES, activation_function="gelu")
    text = dict(model_type="t5", vocab_size=TEXT_PIECES, d_model=TEXT_WIDTH, d_kv=64, d_ff=TEXT_FEED_FORWARD,
                num_layers=TEXT_LAYERS, num_heads=TEXT_HEADS, feed_forward_proj="relu")
    codec = dict(model_type="encodec", target_bandwidths=[2.2], sampling_rate=32000, audio_channels=1, normalize=False,
                 hidden_size=CODE_WIDTH, num_filters=FILTERS, num_residual_layers=1, upsampling_ratios=RATIOS,
                 use_causal_conv=False, pad_mode="reflect", num_lstm_layers=2, codebook_size=CODES,
                 codebook_dim=CODE_WIDTH, use_conv_shortcut=False, norm_type="weight_norm")
    return dict(model_type="musicgen", decoder=decoder, text_encoder=text, audio_encoder=codec)


def write(folder: Path, seed: int) -> None:
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps(config(), indent=1))
    tiny_models.train_tokenizer(folder, seed)
    tensors = [*text_shapes(), *decoder_shapes(), *codec_shapes()]
    header, offset = {"__metadata__": {"format": "pt"}}, 0
    for name, shape in tensors:
        size = 4 * int(np.prod(shape))
        header[name] = {"dtype": "F32", "shape": list(shape), "data_offsets": [offset, offset + size]}
        offset += size
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    generator = np.random.default_rng(seed)
    with (folder / "model.safetensors").open("wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for name, shape in tensors:
            values(name, shape, generator).tofile(file)


if __name__ == "__main__":
    write(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1)
