# SPDX-License-Identifier: Apache-2.0
"""Runs both sides of scripts/bench in turn, the best of several rounds for each, and prints one
table with the floor that the machine's bandwidth sets.

compare.py BUILD_DIR FOLDER PEER_PYTHON [--seconds N] [--rounds N] [--peer MODE ...] [--no-peer]
"""

import argparse
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
POSITIONS = (0, 400, 750, 1450)
# Bytes of a step of musicgen-small: its matrices, and keys and values of both rows a position.
WEIGHTS = 360.7e6
CACHE_VALUES = 98_304
BYTES_OF = {"int8": (1, 2), "bf16": (2, 2), "fp32": (4, 4)}


def run(command, threads):
    environment = dict(os.environ, OMP_NUM_THREADS=str(threads), CUDA_VISIBLE_DEVICES="")
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, check=False, timeout=3600
    )
    numbers = {}
    for line in done.stdout.splitlines():
        words = line.split()
        if len(words) == 2 and re.fullmatch(r"[0-9.]+", words[1]):
            numbers[words[0]] = float(words[1])
    if done.returncode != 0 or "take_s" not in numbers:
        print(f"failed: {' '.join(command)}\n{done.stderr[-2000:]}", file=sys.stderr)
        return None
    return numbers


def better(best, numbers):
    """The smaller of each number: what disturbs a run makes it slower."""
    if best is None or numbers is None:
        return best or numbers
    return {name: min(best.get(name, numbers[name]), numbers[name]) for name in numbers}


def bandwidth(build, threads):
    text = subprocess.run(
        [os.path.join(build, "bin/dgx_bench_decode_step"), "small", str(threads)],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return float(re.search(r"([0-9.]+) GB/s", text).group(1)) * 1e9


def floor_ms(mode, position, bytes_a_second):
    weight, cache = BYTES_OF[mode]
    return 1e3 * (WEIGHTS * weight + CACHE_VALUES * cache * position) / bytes_a_second


def table(sides, results, bytes_a_second, threads):
    heads = [f"step {position}" for position in POSITIONS]
    print(
        f"\n| side | numbers | threads | {' | '.join(heads)} | / floor at 400 | take | first audio"
        " | load | start to first token | peak memory | not a file's |"
    )
    print("|---" * (len(POSITIONS) + 10) + "|")
    for name, mode, _ in sides:
        numbers = results[name]
        if numbers is None:
            print(f"| {name} | {mode} | {threads} | failed |")
            continue
        steps = [numbers.get(f"step_ms_{position}") for position in POSITIONS]
        cells = [f"{step:.1f} ms" if step else "-" for step in steps]
        first_token = f"{numbers['first_token_s']:.2f} s" if "first_token_s" in numbers else "-"
        ratio = f"{steps[1] / floor_ms(mode, 400, bytes_a_second):.2f}" if steps[1] else "-"
        print(
            f"| {name} | {mode} | {threads} | {' | '.join(cells)} | {ratio} |"
            f" {numbers['take_s']:.1f} s | {numbers['first_audio_s']:.1f} s |"
            f" {numbers['load_s']:.1f} s | {first_token} | {numbers['peak_gb']:.2f} GB |"
            f" {numbers['anonymous_gb']:.2f} GB |"
        )


def ratios(results, seconds):
    ours = results["ours int8"]
    if ours is None:
        return
    print(f"\nours int8: {ours['take_s'] / seconds:.2f} of real time")
    for precision in ("fp32", "bf16"):
        peers = [
            (numbers["take_s"], name)
            for name, numbers in results.items()
            if numbers and name.startswith("transformers") and precision in name
        ]
        if peers:
            best, name = min(peers)
            print(f"{name}, the better of its kind: {best / ours['take_s']:.1f} x our int8 take")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build")
    parser.add_argument("folder")
    parser.add_argument("python")
    parser.add_argument("--seconds", type=float, default=16)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--no-peer", action="store_true")
    arguments = parser.parse_args()
    threads = arguments.threads

    # As the engine has it: without the variable the program sets it and begins anew.
    take = ["env", "OMP_WAIT_POLICY=passive"]
    take += [os.path.join(arguments.build, "bin/dgx_bench_take"), arguments.folder]
    sides = []
    for mode in ("int8", "bf16", "fp32"):
        command = [*take, str(arguments.seconds), mode, str(threads)]
        sides.append((f"ours {mode}", mode, command))
    if not arguments.no_peer:
        peer = [arguments.python, os.path.join(HERE, "peer_take.py"), arguments.folder]
        for mode in ("bf16", "fp32"):
            for how in ("eager", "compiled"):
                command = [*peer, str(arguments.seconds), mode, how, str(threads)]
                sides.append((f"transformers {mode} {how}", mode, command))

    bytes_a_second = bandwidth(arguments.build, threads)
    results = dict.fromkeys((name for name, _, _ in sides), None)
    for number in range(arguments.rounds):
        for name, _, command in sides:
            results[name] = better(results[name], run(command, threads))
            print(f"round {number + 1}: {name} done", file=sys.stderr, flush=True)
    bytes_a_second = max(bytes_a_second, bandwidth(arguments.build, threads))

    print(f"musicgen-small, random weights, {arguments.seconds:g} s, {threads} threads")
    print(f"read bandwidth: {bytes_a_second / 1e9:.1f} GB/s")
    table(sides, results, bytes_a_second, threads)
    ratios(results, arguments.seconds)
    return 1 if any(numbers is None for numbers in results.values()) else 0


sys.exit(main())
