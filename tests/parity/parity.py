# SPDX-License-Identifier: Apache-2.0
"""Compares this project's MusicGen with transformers', on tiny models with freshly drawn weights.

Usage: parity.py BUILD_FOLDER [--seed N] [--variant NAME]...
"""

import argparse
import json
import random
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path

import numpy as np
import torch
from transformers import MusicgenMelodyFeatureExtractor, T5Tokenizer
from transformers.utils import logging as transformers_logging

import tiny_models

RELATIVE = 1e-4  # of the largest value of the oracle's array
TIE = 1e-5  # two best logits this close may change places
FRAMES = 200
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


class Comparison:
    """One model folder, both implementations of it, and what is compared."""

    def __init__(self, build: Path, folder: Path, seed: int, name: str, options: dict):
        self.build, self.name = build, name
        self.options = options
        self.folder = folder / name
        self.oracle = tiny_models.make(self.folder, seed, **self.options)
        self.melody = self.options.get("melody", False)
        self.channels = self.options.get("channels", 1)
        self.codebooks = 4 * self.channels
        self.tokenizer = T5Tokenizer(str(self.folder / "spiece.model"), legacy=True)
        self.scratch = folder
        self.random = np.random.default_rng(seed)
        self.failed = False

    # How it is said

    def check(self, what: str, passed: bool, detail: str) -> None:
        print(f"{'ok  ' if passed else 'FAIL'} {self.name:14} {what:38} {detail}", flush=True)
        self.failed = self.failed or not passed

    def check_close(self, what: str, ours: np.ndarray, oracle: np.ndarray) -> None:
        error = relative_error(ours, oracle)
        self.check(what, error <= RELATIVE, f"relative error {error:.1e}, at most {RELATIVE:.0e}")

    # Our side

    def run(self, *words) -> str:
        done = subprocess.run([str(word) for word in words], capture_output=True, text=True)
        if done.returncode != 0:
            raise Mismatch(f"{words[1]} failed: {done.stderr.strip()[-400:]}")
        return done.stdout

    def probe(self, what: str, *arguments, dtype=np.float32) -> np.ndarray:
        words = [self.write(a) if isinstance(a, np.ndarray) else a for a in arguments]
        out = self.scratch / "probe.out"
        self.run(self.build / "bin/dgx_musicgen_probe", what, self.folder, *words, out)
        return np.fromfile(out, dtype=dtype)

    def ids(self, prompt: str) -> np.ndarray:
        return np.array(self.tokenizer(prompt).input_ids, dtype=np.int32)

    def write(self, array: np.ndarray) -> Path:
        path = self.scratch / f"array{self.random.integers(1 << 60)}"
        array.tofile(path)
        return path

    def render(self, prompts, frames, *flags) -> list:
        out = self.scratch / "tokens.json"
        prompt_flags = [word for prompt in prompts for word in ("--prompt", prompt)]
        self.run(self.build / "bin/dgx-music-engine", "render", "--model-dir", self.folder, *prompt_flags, "--frames",
                 frames, "--temperature", 0, "--device", "cpu", "--tokens", out, *flags)
        return [np.array(take) for take in json.loads(out.read_text())["tokens"]]

    # The oracle's side

    def generate(self, prompts, frames, **more):
        """Greedy codes [take][codebook][frame] and audio [take][channel][sample]."""
        inputs = self.tokenizer(prompts, padding=True, return_tensors="pt")
        seen = []
        decode = self.oracle.audio_encoder.decode

        def spy(audio_codes, *arguments, **keywords):
            seen.append(audio_codes[0])
            return decode(audio_codes, *arguments, **keywords)

        self.oracle.audio_encoder.decode = spy
        if self.melody:
            # With its cache, transformers 4.57 drops the condition: it takes a cache that is still empty for a second
            # step (MusicgenMelodyForConditionalGeneration.prepare_inputs_for_generation).
            more["use_cache"] = False
        columns = frames + 3 if "input_values" not in more else frames + 3 - more.pop("known")
        with torch.no_grad():
            audio = self.oracle.generate(**inputs, **more, do_sample=False, guidance_scale=3.0, max_new_tokens=columns)
        self.oracle.audio_encoder.decode = decode
        codes = torch.cat(seen, 0) if len(seen) == len(prompts) and len(seen) > 1 else seen[0]
        if self.channels == 2:
            codes = torch.stack(seen, 2).flatten(1, 2)
        return codes.numpy(), audio.numpy()

    def columns(self, codes: np.ndarray) -> np.ndarray:
        """Codes [codebook][frame] with the delay: [codebook][column], the last column left out."""
        frames = codes.shape[1]
        columns = np.full((self.codebooks, frames + 4), tiny_models.CODES, dtype=np.int64)
        for codebook, row in enumerate(codes):
            delay = codebook // self.channels
            columns[codebook, delay + 1 : delay + 1 + frames] = row
        return columns[:, :-1]

    def condition(self, prompt: str, features):
        inputs = self.tokenizer([prompt], return_tensors="pt")
        states = self.oracle.text_encoder(**inputs).last_hidden_state
        states = self.oracle.enc_to_dec_proj(states)
        if not self.melody:
            return torch.cat([states, torch.zeros_like(states)])
        null = torch.zeros_like(features)
        null[:, :, 0] = 1
        heard = self.oracle.audio_enc_to_dec_proj(torch.cat([features, null]))
        length = self.oracle.config.chroma_length
        heard = heard.repeat(1, -(-length // heard.shape[1]), 1)[:, :length]
        return torch.cat([heard, torch.cat([states, torch.zeros_like(states)])], dim=1)

    def oracle_logits(self, prompt: str, columns: np.ndarray, features=None) -> np.ndarray:
        """[column][2][codebook][code], with and without the prompt, all columns at once."""
        ids = torch.from_numpy(columns).repeat(2, 1)
        with torch.no_grad():
            states = self.condition(prompt, features)
            more = {} if self.melody else {"encoder_attention_mask": torch.tensor(
                [[1] * states.shape[1], [0] * states.shape[1]])}
            logits = self.oracle.decoder(input_ids=ids, encoder_hidden_states=states, **more).logits
        logits = logits[:, -columns.shape[1]:].view(2, self.codebooks, columns.shape[1], -1)
        return logits.permute(2, 0, 1, 3).numpy()

    # What is compared

    def compare_tokenizer(self, count: int = 1000) -> None:
        draw = random.Random(int(self.random.integers(1 << 30)))
        alphabet = "abcdefghijklmnopqrstuvwxyz ABCXYZ0123456789 .,;:!?'\"()-/&#%   éüßçøåÆœñ ąę žš ﬁ ½ ² ∞ ♪ 𝄞 음 楽 音 я ю 😀 \t\u00a0\u200b\u3000"
        prompts = [SHORT, LONG, ""]
        while len(prompts) < count:
            words = [draw.choice(tiny_models.WORDS) if draw.random() < 0.6 else
                     "".join(draw.choice(alphabet) for _ in range(draw.randint(1, 9))) for _ in range(draw.randint(1, 25))]
            prompts.append(draw.choice([" ", " ", "  ", ", "]).join(words))
        listing = self.scratch / "prompts"
        listing.write_bytes(b"".join(prompt.encode() + b"\0" for prompt in prompts))
        lines = self.run(self.build / "bin/dgx_tokenizer_probe", self.folder / "spiece.model", listing).splitlines()
        wrong = [prompt for prompt, line in zip(prompts, lines, strict=True)
                 if [int(word) for word in line.split()] != self.tokenizer(prompt).input_ids]
        self.check("tokenizer", not wrong, f"{len(prompts)} prompts, {len(wrong)} differ {wrong[:2]!r:.80}")

    def compare_text(self) -> None:
        for prompt in (SHORT, LONG * 4):
            with torch.no_grad():
                states = self.oracle.text_encoder(**self.tokenizer([prompt], return_tensors="pt")).last_hidden_state
            ours = self.probe("text", self.ids(prompt)).reshape(states[0].shape)
            self.check_close(f"text states, {states.shape[1]} tokens", ours, states[0].numpy())

    def compare_codes(self, what, ours, oracle, logits) -> None:
        """Equal, or first different where the oracle's two best logits tie."""
        if ours.shape != oracle.shape:
            return self.check(what, False, f"shape {ours.shape}, the oracle's is {oracle.shape}")
        differ = np.argwhere(ours != oracle)
        if not len(differ):
            return self.check(what, True, f"{oracle.size} codes are equal, {len(np.unique(oracle))} different ones")
        # In the order in which they are made; what follows a tie may differ as it likes.
        codebook, frame = min(differ.tolist(), key=lambda place: (place[1] + place[0] // self.channels, place[0]))
        guided = logits[:, 1] + 3.0 * (logits[:, 0] - logits[:, 1])
        best = np.sort(guided[frame + codebook // self.channels, codebook])[-2:]
        gap = float((best[1] - best[0]) / np.abs(best).max())
        self.check(what, gap <= TIE, f"{len(differ)} differ, first codebook {codebook} frame {frame}, gap {gap:.1e}")

    def compare_generation(self, features=None, flags=(), what="", **more) -> None:
        codes, audio = self.generate([LONG], FRAMES, **more)
        columns = self.columns(codes[0])
        logits = self.oracle_logits(LONG, columns, features)
        arguments = [self.ids(LONG), columns] + ([self.wave] if features is not None and flags else [])
        if len(arguments) == 2 or self.melody:
            ours = self.probe("logits", *arguments).reshape(logits.shape)
            self.check_close(f"logits, teacher-forced{what}", ours, logits)
            guided = ours[:, 1] + 3.0 * (ours[:, 0] - ours[:, 1])
            best = np.sort(logits[:, 1] + 3.0 * (logits[:, 0] - logits[:, 1]), -1)
            forced = [(k, f) for k in range(self.codebooks) for f in range(FRAMES)
                      if guided[f + k // self.channels, k].argmax() != codes[0][k, f]
                      and best[f + k // self.channels, k, -1] - best[f + k // self.channels, k, -2]
                      > TIE * np.abs(best[f + k // self.channels, k]).max()]
            self.check(f"greedy codes, teacher-forced{what}", not forced, f"{len(forced)} of {codes[0].size} differ")
        wav = self.scratch / "take.wav"
        [ours] = self.render([LONG], FRAMES, "--audio", wav, *flags)
        self.compare_codes(f"greedy codes, {FRAMES} frames{what}", ours, codes[0], logits)
        if np.array_equal(ours, codes[0]):
            self.check_close(f"audio of the codes{what}", read_float_wav(wav), audio[0])

    def compare_batch(self) -> None:
        codes, _ = self.generate([SHORT, LONG], FRAMES)
        ours = self.render([SHORT, LONG], FRAMES)
        for take, prompt in enumerate((SHORT, LONG)):
            logits = self.oracle_logits(prompt, self.columns(codes[take]))
            self.compare_codes(f"batch of two lengths, take {take + 1}", ours[take], codes[take], logits)

    def waves(self, samples: int, channels: int) -> np.ndarray:
        time = np.arange(samples) / 32000
        tones = sum(np.sin(2 * np.pi * f * time + p) for f, p in zip(self.random.uniform(60, 3000, 6), range(6)))
        noise = self.random.standard_normal((channels, samples)) * 0.3
        return (0.12 * (tones + noise)).astype(np.float32)

    def melody_wave(self, samples: int) -> np.ndarray:
        """Notes of a quarter of a second each, with an octave above."""
        notes = self.random.integers(45, 84, -(-samples // 8000))
        hertz = np.repeat(440.0 * 2.0 ** ((notes - 69) / 12), 8000)[:samples]
        phase = 2 * np.pi * np.cumsum(hertz) / 32000
        noise = 0.01 * self.random.standard_normal(samples)
        return (0.4 * np.sin(phase) + 0.1 * np.sin(2 * phase) + noise).astype(np.float32)[None]

    def compare_codec(self) -> None:
        codes = self.random.integers(0, tiny_models.CODES, (4, 317), dtype=np.int32)
        with torch.no_grad():
            audio = self.oracle.audio_encoder.decode(torch.from_numpy(codes).long()[None, None], [None])[0][0, 0]
        self.check_close("codec decode, 317 frames", self.probe("decode", codes), audio.numpy())
        for samples in (32000, 73331, 500):
            wave = self.waves(samples, 1)
            with torch.no_grad():
                states = self.oracle.audio_encoder.encoder(torch.from_numpy(wave)[None])
                oracle = self.oracle.audio_encoder.encode(torch.from_numpy(wave)[None]).audio_codes[0, 0].numpy()
            self.check_close(f"codec encoder, {samples} samples",
                             self.probe("embed", wave).reshape(states.shape), states.numpy())
            ours = self.probe("encode", wave, dtype=np.int32).reshape(oracle.shape)
            self.check(f"codec codes, {samples} samples", np.array_equal(ours, oracle),
                       f"{(ours != oracle).sum()} of {oracle.size} differ")

    def compare_audio_prompt(self) -> None:
        wave = self.waves(20 * 640 + 123, self.channels)
        path = self.scratch / "prompt.wav"
        write_float_wav(path, wave)
        known = 21
        codes, _ = self.generate([LONG], 90, input_values=torch.from_numpy(wave)[None],
                                 padding_mask=torch.ones(1, wave.shape[1]), known=known)
        [ours] = self.render([LONG], 90, "--continue", path)
        self.compare_codes("continued audio, 90 frames", ours, codes[0], self.oracle_logits(LONG, self.columns(codes[0])))

    def compare_melody(self) -> None:
        extractor = MusicgenMelodyFeatureExtractor()
        for samples in (4 * 32000 + 17, 9000, 31 * 32000):
            self.wave = self.melody_wave(samples)
            features = extractor(self.wave[0], sampling_rate=32000, return_tensors="pt").input_features
            ours = self.probe("chroma", self.wave, dtype=np.int64)
            oracle = features[0].argmax(-1).numpy()
            self.check(f"chroma, {samples} samples", np.array_equal(ours, oracle),
                       f"{len(oracle)} frames, {len(np.unique(oracle))} classes")
            if samples != 9000:
                path = self.scratch / "melody.wav"
                write_float_wav(path, self.wave)
                self.compare_generation(features, ("--melody", path), f", melody {samples // 32000} s",
                                        input_features=features)
        null = torch.zeros(1, 1, 12)
        null[:, :, 0] = 1
        self.compare_generation(null, what=", no melody")

    def compare_all(self) -> bool:
        self.compare_tokenizer()
        self.compare_text()
        self.compare_codec()
        if self.melody:
            self.compare_melody()
        else:
            self.compare_generation()
            self.compare_batch()
            self.compare_audio_prompt()
        return not self.failed


def read_float_wav(path: Path) -> np.ndarray:
    from scipy.io import wavfile

    rate, samples = wavfile.read(path)
    if rate != 32000 or samples.dtype != np.float32:
        raise Mismatch(f"a WAV of {rate} Hz and {samples.dtype}, 32000 Hz and float32 were expected")
    return samples.reshape(len(samples), -1).T


def write_float_wav(path: Path, wave: np.ndarray) -> None:
    from scipy.io import wavfile

    wavfile.write(path, 32000, wave.T)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("build", type=Path)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 30))
    parser.add_argument("--variant", action="append", choices=list(VARIANTS))
    options = parser.parse_args()
    warnings.filterwarnings("ignore")
    transformers_logging.set_verbosity_error()
    failed = 0
    print(f"weights drawn from seed {options.seed}")
    for name in options.variant or VARIANTS:
        with tempfile.TemporaryDirectory(prefix="dgx-music-parity-") as folder:
            try:
                comparison = Comparison(options.build, Path(folder), options.seed, name, VARIANTS[name])
                failed += not comparison.compare_all()
            except Mismatch as mismatch:
                print(f"FAIL {name}: {mismatch}")
                failed += 1
    print("all variants agree" if failed == 0 else f"{failed} variants differ")
    return failed != 0


if __name__ == "__main__":
    sys.exit(main())
