# SPDX-License-Identifier: Apache-2.0
"""What this project computes, asked of its programs."""

import json
import subprocess
from pathlib import Path

import numpy as np


class ProgramFailed(Exception):
    pass


def run(*words) -> str:
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True)
    if done.returncode != 0:
        raise ProgramFailed(f"{words[0]} {words[1]} failed: {done.stderr.strip()[-400:]}")
    return done.stdout


class Probe:
    """One dgx_musicgen_probe with one model, which stays loaded until the end."""

    def __init__(self, build: Path, model: Path, scratch: Path, dtype: str = "fp32"):
        self.scratch, self.arrays = scratch, 0
        self.process = subprocess.Popen([build / "bin/dgx_musicgen_probe", model, dtype], text=True,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait()

    def ask(self, what: str, *arguments, dtype=np.float32) -> np.ndarray:
        out = self.scratch / "probe.out"
        words = [self.write(a) if isinstance(a, np.ndarray) else a for a in arguments]
        self.process.stdin.write(" ".join(str(word) for word in (what, out, *words)) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline().strip()
        if answer != "done":
            raise ProgramFailed(f"the probe's {what} failed: {answer}")
        return np.fromfile(out, dtype=dtype)

    def write(self, array: np.ndarray) -> Path:
        self.arrays += 1
        path = self.scratch / f"array{self.arrays}"
        array.tofile(path)
        return path


def render(build: Path, model: Path, scratch: Path, prompts, frames: int, *flags) -> list:
    """Greedy codes of dgx-music-engine, one array [codebook][frame] a take."""
    out = scratch / "tokens.json"
    if "--dtype" not in flags:
        flags = (*flags, "--dtype", "fp32")
    if "--threads" not in flags:
        flags = (*flags, "--threads", 1)
    prompt_flags = [word for prompt in prompts for word in ("--prompt", prompt)]
    run(build / "bin/dgx-music-engine", "render", "--model-dir", model, *prompt_flags, "--frames", frames,
        "--temperature", 0, "--device", "cpu", "--tokens", out, *flags)
    return [np.array(take) for take in json.loads(out.read_text())["tokens"]]


def token_ids(build: Path, model: Path, scratch: Path, prompts) -> list:
    listing = scratch / "prompts"
    listing.write_bytes(b"".join(prompt.encode() + b"\0" for prompt in prompts))
    lines = run(build / "bin/dgx_tokenizer_probe", model / "spiece.model", listing).splitlines()
    return [[int(word) for word in line.split()] for line in lines]
