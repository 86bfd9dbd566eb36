# SPDX-License-Identifier: Apache-2.0
"""One take by transformers, timed: the other side of scripts/bench. Prints the lines that
dgx_bench_take prints.

peer_take.py FOLDER SECONDS fp32|bf16 eager|compiled THREADS [DEVICE]
"""

import resource
import statistics
import sys
import time

import torch
from transformers import LogitsProcessor, LogitsProcessorList, MusicgenForConditionalGeneration

STEPS_OF_MEDIAN = 40


class Watch(LogitsProcessor):
    """Sees each step's logits once they are there, and changes nothing."""

    def __init__(self, device):
        self.device = device
        self.steps = []

    def __call__(self, input_ids, scores):
        if self.device != "cpu":
            torch.cuda.synchronize()
        self.steps.append(time.perf_counter())
        return scores


def anonymous_gigabytes():
    with open("/proc/self/status", encoding="ascii") as status:
        for line in status:
            if line.startswith("RssAnon:"):
                return int(line.split()[1]) * 1024 / 1e9
    return 0.0


def main():
    folder, seconds, number_type, how, threads = sys.argv[1:6]
    device = sys.argv[6] if len(sys.argv) > 6 else "cpu"
    torch.set_num_threads(int(threads))
    torch.manual_seed(1)
    start = time.perf_counter()
    dtype = torch.bfloat16 if number_type == "bf16" else torch.float32
    model = MusicgenForConditionalGeneration.from_pretrained(folder, dtype=dtype)
    model = model.to(device).eval()
    # EnCodec in float32 on both sides.
    model.audio_encoder.to(torch.float32)
    if how == "compiled":
        model.decoder.forward = torch.compile(model.decoder.forward, dynamic=True)
    print(f"load_s {time.perf_counter() - start:.3f}", flush=True)
    tokens = torch.tensor([[9, 8, 7, 6, 5, 9, 8, 7, 6, 5, 9, 1]], device=device)
    rate = model.config.audio_encoder.frame_rate

    def take(length):
        watch = Watch(device)
        # A column for each frame, and those that the delay of the codebooks adds.
        columns = round(length * rate) + model.decoder.num_codebooks - 1
        begin = time.perf_counter()
        with torch.inference_mode():
            audio = model.generate(
                input_ids=tokens,
                attention_mask=torch.ones_like(tokens),
                do_sample=True,
                top_k=250,
                guidance_scale=3.0,
                max_new_tokens=columns,
                logits_processor=LogitsProcessorList([watch]),
            )
        samples = audio.cpu().shape[-1]
        return watch, time.perf_counter() - begin, samples

    take(1)  # Compiles, and sets up what later takes use.
    if how == "compiled":
        take(2)
    watch, total, samples = take(float(seconds))
    assert samples == round(float(seconds) * rate) * 640, samples
    print(f"take_s {total:.3f}")
    print(f"first_audio_s {total:.3f}")
    for first in (0, 400, 750, 1450):
        if len(watch.steps) > first + STEPS_OF_MEDIAN:
            steps = watch.steps[first : first + STEPS_OF_MEDIAN + 1]
            times = [after - before for before, after in zip(steps, steps[1:])]
            print(f"step_ms_{first} {1e3 * statistics.median(times):.3f}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9
    print(f"peak_gb {peak:.3f}\nanonymous_gb {anonymous_gigabytes():.3f}")


main()
