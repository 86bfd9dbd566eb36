# SPDX-License-Identifier: Apache-2.0
"""What transformers computes, on tiny models with freshly drawn weights."""

import copy
import functools
from pathlib import Path

import numpy as np
import torch
from transformers import T5Tokenizer

import tiny_models


class Oracle:
    """One model as transformers has it, in float32, written to `folder` too."""

    def __init__(self, folder: Path, seed: int, *, channels: int = 1, melody: bool = False, **options):
        self.melody, self.channels, self.codebooks = melody, channels, 4 * channels
        self.model = tiny_models.make(folder, seed, channels=channels, melody=melody, **options)
        self.tokenizer = T5Tokenizer(str(folder / "spiece.model"), legacy=True)
        if melody:
            keep_condition(self.model)

    def ids(self, prompt: str) -> np.ndarray:
        return np.array(self.tokenizer(prompt).input_ids, dtype=np.int32)

    @torch.no_grad()
    def text_states(self, prompt: str) -> torch.Tensor:
        return self.model.text_encoder(**self.tokenizer([prompt], return_tensors="pt")).last_hidden_state

    @torch.no_grad()
    def decoded(self, codes: np.ndarray) -> np.ndarray:
        return self.model.audio_encoder.decode(torch.from_numpy(codes).long()[None, None], [None])[0][0, 0].numpy()

    @torch.no_grad()
    def encoded(self, wave: np.ndarray):
        """The codec's states and codes of one channel."""
        states = self.model.audio_encoder.encoder(torch.from_numpy(wave)[None])
        return states.numpy(), self.model.audio_encoder.encode(torch.from_numpy(wave)[None]).audio_codes[0, 0].numpy()

    @torch.no_grad()
    def generate(self, prompts, frames, *, known=0, **more):
        """Greedy codes [take][codebook][frame] and audio [take][channel][sample]. `known` frames are those of an
        audio prompt, which is in `more`."""
        inputs = self.tokenizer(prompts, padding=True, return_tensors="pt")
        seen = []
        decode = self.model.audio_encoder.decode

        def spy(audio_codes, *arguments, **keywords):
            seen.append(audio_codes[0])
            return decode(audio_codes, *arguments, **keywords)

        self.model.audio_encoder.decode = spy
        audio = self.model.generate(**inputs, **more, do_sample=False, guidance_scale=3.0,
                                    max_new_tokens=frames + 3 - known)
        self.model.audio_encoder.decode = decode
        codes = torch.stack(seen, 2).flatten(1, 2) if self.channels == 2 else torch.cat(seen)
        return codes.numpy(), audio.numpy()

    def columns(self, codes: np.ndarray) -> np.ndarray:
        """Codes [codebook][frame] with the delay: [codebook][column], the last column left out."""
        frames = codes.shape[1]
        columns = np.full((self.codebooks, frames + 4), tiny_models.CODES, dtype=np.int64)
        for codebook, row in enumerate(codes):
            delay = codebook // self.channels
            columns[codebook, delay + 1 : delay + 1 + frames] = row
        return columns[:, :-1]

    @torch.no_grad()
    def logits(self, prompt: str, columns: np.ndarray, features=None, dtype=torch.float32) -> np.ndarray:
        """[column][2][codebook][code], with and without the prompt, all columns at once. The language model computes
        in `dtype`; what it is conditioned by comes in float32, as in this project."""
        states = self.condition(prompt, features).to(dtype)
        more = {} if self.melody else {"encoder_attention_mask": torch.tensor(
            [[1] * states.shape[1], [0] * states.shape[1]])}
        decoder = self.model.decoder if dtype == torch.float32 else copy.deepcopy(self.model.decoder).to(dtype)
        logits = decoder(input_ids=torch.from_numpy(columns).repeat(2, 1), encoder_hidden_states=states, **more).logits
        logits = logits[:, -columns.shape[1]:].view(2, self.codebooks, columns.shape[1], -1)
        return logits.permute(2, 0, 1, 3).float().numpy()

    def condition(self, prompt: str, features):
        states = self.model.enc_to_dec_proj(self.text_states(prompt))
        if not self.melody:
            return torch.cat([states, torch.zeros_like(states)])
        heard = self.model.audio_enc_to_dec_proj(torch.cat([features, no_melody().expand_as(features)]))
        length = self.model.config.chroma_length
        heard = heard.repeat(1, -(-length // heard.shape[1]), 1)[:, :length]
        return torch.cat([heard, torch.cat([states, torch.zeros_like(states)])], dim=1)


def no_melody() -> torch.Tensor:
    """What stands for no melody: the first of twelve pitch classes."""
    null = torch.zeros(1, 1, 12)
    null[:, :, 0] = 1
    return null


def keep_condition(model) -> None:
    """transformers 4.57 drops a melody model's condition wherever there is a cache, for it is needed in the first
    step alone, and then hands the first step a cache that is still empty
    (MusicgenMelodyForConditionalGeneration.prepare_inputs_for_generation): its own generate() would make unconditioned
    music. Here the first step is prepared as if there were no cache. Codes are those of use_cache=False."""
    prepare = model.prepare_inputs_for_generation

    @functools.wraps(prepare)  # generate() looks at its parameters
    def prepare_inputs(ids, past_key_values=None, **more):
        if past_key_values is None or past_key_values.get_seq_length() > 0:
            return prepare(ids, past_key_values=past_key_values, **more)
        return prepare(ids, past_key_values=None, **more) | {"past_key_values": past_key_values}

    model.prepare_inputs_for_generation = prepare_inputs
