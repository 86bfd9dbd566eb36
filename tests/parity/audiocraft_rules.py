# SPDX-License-Identifier: Apache-2.0
"""Two rules of audiocraft (MusicGen.set_generation_params, MusicGen._generate_tokens and
LMModel._sample_next_token), written down once more to compare this project's with: how a take
longer than 30 s is extended, and how a code is drawn. Nothing here is fast, or meant to be.
"""

import numpy as np

FRAME_RATE = 50
MAX_DURATION = 30.0  # seconds; cfg.dataset.segment_duration of every MusicGen model
EXTEND_STRIDE = 18  # seconds
DEFAULTS = {"temperature": 1.0, "top_k": 250, "top_p": 0.0, "cfg_coef": 3.0}


def extended(duration: float, prompt_frames: int):
    """The frames of a take of `duration` seconds in the order in which they are kept, and one (begin, end, known)
    for each run of the model. A frame is stood for by its number, so that a slice of frames tells where it is from."""
    total = int(duration * FRAME_RATE)
    if duration <= MAX_DURATION:
        return list(range(total)), [(0, total, prompt_frames)] if total > prompt_frames else []
    stride = int(FRAME_RATE * EXTEND_STRIDE)
    kept = list(range(prompt_frames))
    prompt, offset, runs = kept, 0, []
    while offset + len(prompt) < total:
        chunk_duration = min(duration - offset / FRAME_RATE, MAX_DURATION)
        # What the model gives begins with the prompt; each run counts its frames from 0.
        generated = prompt + list(range(offset + len(prompt), offset + int(chunk_duration * FRAME_RATE)))
        runs.append((offset, offset + len(generated), len(prompt)))
        kept = kept + generated[len(prompt) :]
        prompt = generated[stride:]
        offset += stride
    return kept, runs


def melody_positions(duration: float, samples: int, offset: int) -> np.ndarray:
    """Which samples of a melody a run hears that begins at frame `offset`, at 32 kHz."""
    if duration <= MAX_DURATION:
        return np.arange(samples)
    first = int(offset / FRAME_RATE * 32000)
    return np.arange(first, first + int(MAX_DURATION * 32000)) % samples


def probabilities(logits: np.ndarray, temperature: float, top_k: int, top_p: float) -> np.ndarray:
    """With which each code is drawn. Above 0, top_p is used in place of top_k."""
    if temperature <= 0:
        return np.eye(len(logits))[logits.argmax()]
    logits = logits.astype(np.float64)
    chances = np.exp((logits - logits.max()) / temperature)
    chances /= chances.sum()
    if top_p > 0:
        order = np.argsort(-chances, kind="stable")
        before = np.cumsum(chances[order]) - chances[order]
        chances[order[before > top_p]] = 0
    elif top_k > 0:
        chances[chances < np.sort(chances)[-min(top_k, len(chances))]] = 0
    return chances / chances.sum()
