# SPDX-License-Identifier: Apache-2.0
"""Writes tests/golden/musicgen: two tiny models and what transformers makes of them.

Usage: make_goldens.py FOLDER (which must not exist)
"""

import shutil
import sys
from pathlib import Path

import numpy as np
import torch

import parity
import tiny_models
from oracle import Oracle

FRAMES = 40
SEED = 20261121


def melody_wave() -> np.ndarray:
    """Four notes of half a second each; tests/model/musicgen/native makes the same."""
    hertz = np.repeat(440.0 * 2.0 ** ((np.array([60, 64, 67, 71]) - 69) / 12), 16000)
    return (0.5 * np.sin(2 * np.pi * hertz * (np.arange(len(hertz)) / 32000))).astype(np.float32)


def write(folder: Path, name: str) -> None:
    tiny_models.SIZES.update(text_pieces=150)
    oracle = Oracle(folder / name, SEED, dtype=torch.float16, melody=name == "melody")
    more = {}
    if name == "melody":
        more["input_features"] = parity.chroma(melody_wave())
        classes = more["input_features"][0].argmax(-1).numpy()
        classes.astype(np.int64).tofile(folder / name / "oracle-chroma.i64")
    codes, audio = oracle.generate([parity.LONG], FRAMES, **more)
    oracle.ids(parity.LONG).tofile(folder / name / "oracle-prompt.i32")
    codes[0].astype(np.int32).tofile(folder / name / "oracle-codes.i32")
    audio[0].astype(np.float32).tofile(folder / name / "oracle-audio.f32")


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.mkdir(parents=True)
    for variant in ("mono", "melody"):
        write(target, variant)
    for readme in target.glob("*/README.md"):
        readme.unlink()
