# SPDX-License-Identifier: Apache-2.0
"""Prints what mido reads in a MIDI file, a fact a line: bpm, meter, key, seconds, track names."""
import sys

import mido

midi = mido.MidiFile(sys.argv[1])
for track in midi.tracks:
    print("track", track.name)
    for message in track:
        if message.type == "set_tempo":
            print("bpm", mido.tempo2bpm(message.tempo))
        elif message.type == "time_signature":
            print("meter", f"{message.numerator}/{message.denominator}")
        elif message.type == "key_signature":
            print("key", message.key)
print("seconds", midi.length)
