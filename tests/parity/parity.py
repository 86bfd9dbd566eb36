# SPDX-License-Identifier: Apache-2.0
"""Compares this project's MusicGen with transformers', on tiny models with freshly drawn weights, and its rules for
long takes and for drawing codes with audiocraft's.

Usage: parity.py BUILD_FOLDER [--seed N] [--variant NAME]...
"""

import argparse
import random
import sys
import tempfile
import time
import warnings
from pathlib import Path

import numpy as np
import torch
from scipy.io import wavfile
from transformers import MusicgenMelodyFeatureExtractor
from transformers.utils import logging as transformers_logging

import audiocraft_rules
import tiny_models
from oracle import Oracle, no_melody
from probe import Probe, ProgramFailed, render, token_ids

RELATIVE = 1e-4  # of the largest value of the oracle's array
TIE = 1e-5  # two best logits this close may change places
# bfloat16 keeps 8 bits, so that every rounding errs by up to 2^-9 of a value, and how these errors add up depends on
# the model. The oracle's own bfloat16 is the measure of that: another order of sums may err half as much again. It
# has to be small itself, or it would measure nothing.
BFLOAT16_SHARE, BFLOAT16_ORACLE = 1.5, 0.05
# Weights in 8 bits err by up to half a 127th of the largest in a row. What that costs, as the mean Kullback-Leibler
# divergence of the codes' probabilities in nats, on weights drawn at random.
INT8_DIVERGENCE = 0.004
FRAMES = 200
LONG_FRAMES = 2250  # 45 s
SHORT = "warm lofi drums"
LONG = "90s rock song with loud guitars and heavy drums, a dusty vinyl crackle and gentle strings"

VARIANTS = {
    "mono": {},
    "stereo": {"channels": 2},
    "melody": {"melody": True},
    "stereo-melody": {"channels": 2, "melody": True},
    "f16": {"dtype": torch.float16},
    "bf16": {"dtype": torch.bfloat16},
    "sharded": {"shard_size": "200KB"},
}


class Mismatch(Exception):
    pass


def relative_error(ours: np.ndarray, oracle: np.ndarray) -> float:
    if ours.shape != oracle.shape:
        raise Mismatch(f"shape {ours.shape}, the oracle's is {oracle.shape}")
    return float(np.abs(ours - oracle).max() / np.abs(oracle).max())


def log_probabilities(logits: np.ndarray) -> np.ndarray:
    shifted = logits.astype(np.float64) - logits.max(-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(-1, keepdims=True))


def mean_error(ours: np.ndarray, oracle: np.ndarray) -> float:
    """Root mean square of the difference over that of the oracle."""
    return float(np.sqrt(np.square(ours - oracle).mean() / np.square(oracle).mean()))


def guided(logits: np.ndarray) -> np.ndarray:
    return logits[:, 1] + 3.0 * (logits[:, 0] - logits[:, 1])


class Report:
    """Says what agrees and what does not."""

    def __init__(self, name: str):
        self.name, self.failed = name, False

    def check(self, what: str, passed: bool, detail: str) -> None:
        print(f"{'ok  ' if passed else 'FAIL'} {self.name:14} {what:42} {detail}", flush=True)
        self.failed = self.failed or not passed

    def check_close(self, what: str, ours: np.ndarray, oracle: np.ndarray) -> None:
        error = relative_error(ours, oracle)
        self.check(what, error <= RELATIVE, f"relative error {error:.1e}, at most {RELATIVE:.0e}")


class Comparison(Report):
    """One model folder, both implementations of it, and what is compared."""

    def __init__(self, build: Path, scratch: Path, seed: int, name: str):
        super().__init__(name)
        self.build, self.scratch, self.folder = build, scratch, scratch / name
        self.oracle = Oracle(self.folder, seed, **VARIANTS[name])
        self.random = np.random.default_rng(seed)

    def render(self, prompts, frames, *flags) -> list:
        return render(self.build, self.folder, self.scratch, prompts, frames, *flags)

    # The parts

    def compare_tokenizer(self, count: int = 1000) -> None:
        draw = random.Random(int(self.random.integers(1 << 30)))
        alphabet = "abcdefghijklmnopqrstuvwxyz ABCXYZ0123456789 .,;:!?'\"()-/&#%   éüßçøåÆœñ ąę žš ﬁ ½ ² ∞ ♪ 𝄞 음 楽 音 я ю 😀 \t\u00a0\u200b\u3000"
        prompts = [SHORT, LONG, ""]
        while len(prompts) < count:
            words = [draw.choice(tiny_models.WORDS) if draw.random() < 0.6 else
                     "".join(draw.choice(alphabet) for _ in range(draw.randint(1, 9))) for _ in range(draw.randint(1, 25))]
            prompts.append(draw.choice([" ", " ", "  ", ", "]).join(words))
        ours = token_ids(self.build, self.folder, self.scratch, prompts)
        wrong = [prompt for prompt, ids in zip(prompts, ours, strict=True)
                 if ids != self.oracle.tokenizer(prompt).input_ids]
        self.check("tokenizer", not wrong, f"{len(prompts)} prompts, {len(wrong)} differ {wrong[:2]!r:.80}")

    def compare_text(self, probe: Probe) -> None:
        for prompt in (SHORT, LONG * 4):
            states = self.oracle.text_states(prompt)[0].numpy()
            ours = probe.ask("text", self.oracle.ids(prompt)).reshape(states.shape)
            self.check_close(f"text states, {len(states)} tokens", ours, states)

    def compare_codec(self, probe: Probe) -> None:
        codes = self.random.integers(0, tiny_models.CODES, (4, 317), dtype=np.int32)
        self.check_close("codec decode, 317 frames", probe.ask("decode", codes), self.oracle.decoded(codes))
        for samples in (32000, 73331, 500):
            wave = self.wave(samples, 1)
            states, codes = self.oracle.encoded(wave)
            self.check_close(f"codec encoder, {samples} samples",
                             probe.ask("embed", wave).reshape(states.shape), states)
            ours = probe.ask("encode", wave, dtype=np.int32).reshape(codes.shape)
            self.check(f"codec codes, {samples} samples", np.array_equal(ours, codes),
                       f"{(ours != codes).sum()} of {codes.size} differ")

    # Codes

    def check_codes(self, what, ours, oracle, logits) -> None:
        """Equal, or first different where the oracle's two best logits tie."""
        if ours.shape != oracle.shape:
            return self.check(what, False, f"shape {ours.shape}, the oracle's is {oracle.shape}")
        differ = np.argwhere(ours != oracle)
        if not len(differ):
            return self.check(what, True, f"{oracle.size} codes are equal, {len(np.unique(oracle))} different ones")
        # In the order in which they are made; what follows a tie may differ as it likes.
        codebook, frame = min(differ.tolist(), key=lambda place: (place[1] + self.delay(place[0]), place[0]))
        best = np.sort(guided(logits)[frame + self.delay(codebook), codebook])[-2:]
        gap = float((best[1] - best[0]) / np.abs(best).max())
        self.check(what, gap <= TIE, f"{len(differ)} differ, first codebook {codebook} frame {frame}, gap {gap:.1e}")

    def check_best(self, what, codes, logits, first=0, slack=TIE) -> None:
        """From frame `first` on, each code is the oracle's best after the codes before it, or `slack` below it."""
        values = guided(logits)
        short = 0.0
        for codebook, row in enumerate(codes):
            after = values[self.delay(codebook) + first : self.delay(codebook) + len(row), codebook]
            chosen = np.take_along_axis(after, row[first:, None], 1)[:, 0]
            short = max(short, float(((after.max(1) - chosen) / np.abs(after).max(1)).max()))
        self.check(what, short <= slack, f"{codes[:, first:].size} codes, at most {short:.1e} below the best")

    def delay(self, codebook: int) -> int:
        return codebook // self.oracle.channels

    def compare_generation(self, probe: Probe, features=None, melody=None, what="", **more) -> None:
        codes, audio = self.oracle.generate([LONG], FRAMES, **more)
        columns = self.oracle.columns(codes[0])
        logits = self.oracle.logits(LONG, columns, features)
        arguments = [self.oracle.ids(LONG), columns] + ([] if melody is None else [melody])
        ours = probe.ask("logits", *arguments).reshape(logits.shape)
        self.check_close(f"logits, teacher-forced{what}", ours, logits)
        wav = self.scratch / "take.wav"
        [ours] = self.render([LONG], FRAMES, "--audio", wav, *self.melody_flags(melody))
        self.check_codes(f"greedy codes, {FRAMES} frames{what}", ours, codes[0], logits)
        own_columns = self.oracle.columns(ours)
        self.check_best(f"greedy codes, teacher-forced{what}", ours, self.oracle.logits(LONG, own_columns, features))
        if np.array_equal(ours, codes[0]):
            self.check_close(f"audio of the codes{what}", read_float_wav(wav), audio[0])

    def compare_batch(self) -> None:
        codes, _ = self.oracle.generate([SHORT, LONG], FRAMES)
        ours = self.render([SHORT, LONG], FRAMES)
        for take, prompt in enumerate((SHORT, LONG)):
            logits = self.oracle.logits(prompt, self.oracle.columns(codes[take]))
            self.check_codes(f"batch of two lengths, take {take + 1}", ours[take], codes[take], logits)

    def compare_audio_prompt(self) -> None:
        wave = self.wave(20 * 640 + 123, self.oracle.channels)
        path = self.scratch / "prompt.wav"
        wavfile.write(path, 32000, wave.T)
        [ours] = self.render([LONG], 90, "--continue", path)
        if self.oracle.melody:  # transformers' melody models take no audio to continue
            known = np.stack([self.oracle.encoded(channel)[1] for channel in wave[:, None]], 1).reshape(-1, 21)
            self.check("codes of the audio to continue", np.array_equal(ours[:, :21], known), f"{known.size} codes")
            logits = self.oracle.logits(LONG, self.oracle.columns(ours), no_melody())
            return self.check_best("continued audio, 90 frames", ours, logits, 21)
        codes, _ = self.oracle.generate([LONG], 90, input_values=torch.from_numpy(wave)[None],
                                        padding_mask=torch.ones(1, wave.shape[1]), known=21)
        logits = self.oracle.logits(LONG, self.oracle.columns(codes[0]))
        self.check_codes("continued audio, 90 frames", ours, codes[0], logits)

    def compare_windows(self, melody=None) -> None:
        """A take of 45 s, each window of which the oracle reads as a take of its own."""
        [ours] = self.render([LONG], LONG_FRAMES, *self.melody_flags(melody))
        kept, runs = audiocraft_rules.extended(LONG_FRAMES / 50, 0)
        self.check("45 s", ours.shape[1] == len(kept), f"{ours.shape[1]} frames, {len(runs)} windows")
        for begin, end, known in runs:
            features = None
            if melody is not None:
                heard = audiocraft_rules.melody_positions(LONG_FRAMES / 50, melody.shape[1], begin)
                features = chroma(melody[0][heard])
            codes = ours[:, begin:end]
            logits = self.oracle.logits(LONG, self.oracle.columns(codes), features)
            self.check_best(f"45 s, frames {begin + known} to {end - 1}", codes, logits, known)

    # Melodies

    def melody_flags(self, melody) -> list:
        if melody is None:
            return []
        path = self.scratch / "melody.wav"
        wavfile.write(path, 32000, melody.T)
        return ["--melody", path]

    def compare_melody(self, probe: Probe) -> None:
        for samples in (4 * 32000 + 17, 9000, 31 * 32000):
            melody = self.melody_wave(samples)
            features = chroma(melody[0])
            ours = probe.ask("chroma", melody, dtype=np.int64)
            self.check(f"chroma, {samples} samples", np.array_equal(ours, features[0].argmax(-1).numpy()),
                       f"{features.shape[1]} frames, {len(np.unique(ours))} classes")
            if samples != 9000:
                self.compare_generation(probe, features, melody, f", melody {samples // 32000} s",
                                        input_features=features)
        self.compare_generation(probe, no_melody(), what=", no melody")
        if self.name == "melody":
            self.compare_windows(self.melody_wave(7 * 32000 + 11))

    # Waves

    def wave(self, samples: int, channels: int) -> np.ndarray:
        seconds = np.arange(samples) / 32000
        tones = sum(np.sin(2 * np.pi * f * seconds + p) for f, p in zip(self.random.uniform(60, 3000, 6), range(6)))
        noise = self.random.standard_normal((channels, samples)) * 0.3
        return (0.12 * (tones + noise)).astype(np.float32)

    def melody_wave(self, samples: int) -> np.ndarray:
        """Notes of a quarter of a second each, with an octave above."""
        notes = self.random.integers(45, 84, -(-samples // 8000))
        hertz = np.repeat(440.0 * 2.0 ** ((notes - 69) / 12), 8000)[:samples]
        phase = 2 * np.pi * np.cumsum(hertz) / 32000
        noise = 0.01 * self.random.standard_normal(samples)
        return (0.4 * np.sin(phase) + 0.1 * np.sin(2 * phase) + noise).astype(np.float32)[None]

    # In bfloat16

    def compare_bfloat16(self) -> None:
        [codes] = self.render([LONG], FRAMES, "--dtype", "bf16")
        columns = self.oracle.columns(codes)
        features = no_melody() if self.oracle.melody else None
        exact = self.oracle.logits(LONG, columns, features)
        rounded = self.oracle.logits(LONG, columns, features, torch.bfloat16)
        with Probe(self.build, self.folder, self.scratch, "bf16") as probe:
            ours = probe.ask("logits", self.oracle.ids(LONG), columns).reshape(exact.shape)
        error, its_own = mean_error(ours, exact), mean_error(rounded, exact)
        self.check("logits in bfloat16", error <= BFLOAT16_SHARE * its_own and its_own <= BFLOAT16_ORACLE,
                   f"mean error {error:.1e}, the oracle's in bfloat16 {its_own:.1e}")
        # The engine computes what the probe does.
        self.check_best("greedy codes in bfloat16", codes, ours, slack=0.0)

    # With weights in 8 bits

    def compare_int8(self) -> None:
        [codes] = self.render([LONG], FRAMES, "--dtype", "int8", "--threads", 2)
        columns = self.oracle.columns(codes)
        features = no_melody() if self.oracle.melody else None
        exact = self.oracle.logits(LONG, columns, features)
        with Probe(self.build, self.folder, self.scratch, "int8") as probe:
            ours = probe.ask("logits", self.oracle.ids(LONG), columns).reshape(exact.shape)
        wanted, got = log_probabilities(exact), log_probabilities(ours)
        divergence = float((np.exp(wanted) * (wanted - got)).sum(-1).mean())
        self.check("chances with weights in 8 bits", divergence <= INT8_DIVERGENCE, f"divergence {divergence:.1e} nats")
        self.check_best("greedy codes with weights in 8 bits", codes, ours, slack=0.0)

    def compare_all(self) -> bool:
        self.compare_tokenizer()
        with Probe(self.build, self.folder, self.scratch) as probe:
            self.compare_text(probe)
            self.compare_codec(probe)
            if self.oracle.melody:
                self.compare_melody(probe)
            else:
                self.compare_generation(probe)
        if not self.oracle.melody:
            self.compare_batch()
        self.compare_audio_prompt()
        if self.name == "mono":
            self.compare_windows()
        if self.name in ("mono", "stereo-melody"):
            self.compare_bfloat16()
            self.compare_int8()
        return not self.failed


def chroma(wave: np.ndarray) -> torch.Tensor:
    return MusicgenMelodyFeatureExtractor()(wave, sampling_rate=32000, return_tensors="pt").input_features


def read_float_wav(path: Path) -> np.ndarray:
    rate, samples = wavfile.read(path)
    if rate != 32000 or samples.dtype != np.float32:
        raise Mismatch(f"a WAV of {rate} Hz and {samples.dtype}, 32000 Hz and float32 were expected")
    return samples.reshape(len(samples), -1).T


def compare_rules(build: Path, scratch: Path, seed: int) -> bool:
    """Windows, defaults and chances against audiocraft's rules. Any model will do."""
    report, draw = Report("audiocraft"), np.random.default_rng(seed)
    tiny_models.make(scratch / "any", seed)
    with Probe(build, scratch / "any", scratch) as probe:
        defaults = dict(zip(("temperature", "top_k", "top_p", "cfg_coef"), probe.ask("defaults", dtype=np.float64)))
        report.check("sampling defaults", defaults == audiocraft_rules.DEFAULTS, f"{audiocraft_rules.DEFAULTS}")
        takes = [(1, 0), (1500, 0), (1501, 0), (2250, 0), (2250, 1499), (15000, 0)]
        takes += [(int(frames), int(draw.integers(0, min(frames, 1500)))) for frames in draw.integers(1, 15001, 300)]
        wrong = []
        for frames, prompt in takes:
            # A hair longer, so that int() of a product does not lose a frame to rounding.
            kept, runs = audiocraft_rules.extended(frames / 50 + 1e-9, prompt)
            ours = probe.ask("windows", frames, prompt, dtype=np.int64).reshape(-1, 3)
            if kept != list(range(frames)) or [tuple(window) for window in ours.tolist()] != runs:
                wrong.append((frames, prompt))
        report.check("windows, prompts and frames kept", not wrong, f"{len(takes)} lengths, wrong: {wrong[:3]}")
        worst = 0.0
        for temperature, top_k, top_p in ((1.0, 250, 0.0), (0.7, 5, 0.0), (1.3, 0, 0.0), (1.0, 250, 0.9), (0.0, 9, 0.5)):
            logits = (3 * draw.standard_normal(2048)).round(2).astype(np.float32)
            ours = probe.ask("probabilities", logits, temperature, top_k, top_p, dtype=np.float64)
            rule = audiocraft_rules.probabilities(logits, temperature, top_k, top_p)
            worst = max(worst, float(np.abs(ours - rule).max()))
        report.check("chances of codes", worst <= 1e-12, f"differ by at most {worst:.1e}")
    return not report.failed


def compare_variant(build: Path, scratch: Path, seed: int, name: str) -> bool:
    return Comparison(build, scratch, seed, name).compare_all()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("build", type=Path)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 30))
    parser.add_argument("--variant", action="append", choices=list(VARIANTS))
    options = parser.parse_args()
    warnings.filterwarnings("ignore")
    transformers_logging.set_verbosity_error()
    torch.set_num_threads(1)  # Its sums then have one order, and tiny models are not worth waking threads for.
    start, failed = time.monotonic(), 0
    print(f"weights drawn from seed {options.seed}")
    for name in ["rules", *(options.variant or VARIANTS)]:
        with tempfile.TemporaryDirectory(prefix="dgx-music-parity-") as folder:
            try:
                if name == "rules":
                    failed += not compare_rules(options.build, Path(folder), options.seed)
                else:
                    failed += not compare_variant(options.build, Path(folder), options.seed, name)
            except (Mismatch, ProgramFailed) as mismatch:
                print(f"FAIL {name}: {mismatch}")
                failed += 1
    outcome = "all variants agree" if failed == 0 else f"{failed} of {len(VARIANTS) + 1} differ"
    print(f"{outcome}, {time.monotonic() - start:.0f} s")
    return failed != 0


if __name__ == "__main__":
    sys.exit(main())
