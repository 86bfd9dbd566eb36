#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The instrument in a real Ardour: a MIDI region plays a pad, and the export is the clip.

usage: instrument_in_ardour.py LV2_FOLDER

Makes a session with the instrument, puts a take on pad 1 and a note on the timeline, exports it,
renames and moves the session, and exports again. Exit status 77: no Ardour 7 here.
"""
import array
import glob
import os
import random
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import wave

HERE = os.path.dirname(os.path.abspath(__file__))
RATE = 48000
NOTE_FRAME = RATE  # Beat 2 at 120 BPM is 0.5 s; the note is on beat 3.
TICKS = 1920
TAKE_FRAMES = 30000


def run(home, lv2, *command):
    environment = {"HOME": home, "LV2_PATH": lv2, "PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8",
                   "XDG_RUNTIME_DIR": home}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)
    return done.stdout + done.stderr


def write_wav(path, frames):
    body = b"".join(struct.pack("<ff", left, right) for left, right in frames)
    form = struct.pack("<HHIIHH", 3, 2, RATE, RATE * 8, 8, 32)
    chunks = b"WAVEfmt " + struct.pack("<I", len(form)) + form + b"data" + struct.pack("<I", len(body))
    with open(path, "wb") as file:
        file.write(b"RIFF" + struct.pack("<I", len(chunks) + len(body)) + chunks + body)


def read_wav(path):
    """The samples of a 16-bit stereo file, both sides after each other, frame by frame."""
    with wave.open(path) as file:
        assert file.getparams()[:3] == (2, 2, RATE), file.getparams()
        return array.array("h", file.readframes(file.getnframes()))


def write_midi(path):
    def ticks(number):
        parts = [number & 127]
        while number > 127:
            number >>= 7
            parts.insert(0, number & 127 | 128)
        return bytes(parts)
    track = (ticks(2 * TICKS) + b"\x90\x24\x7f" + ticks(TICKS) + b"\x80\x24\x40" +
             ticks(TICKS) + b"\xff\x2f\x00")
    with open(path, "wb") as file:
        file.write(b"MThd" + struct.pack(">IHHH", 6, 0, 1, TICKS) +
                   b"MTrk" + struct.pack(">I", len(track)) + track)


def put_take_on_pad(session, frames):
    """What a person does in the editor: the state that the instrument reads."""
    folders = glob.glob(session + "/plugins/*/state*")
    assert len(folders) == 1, folders
    write_wav(folders[0] + "/take.wav", frames)
    path = folders[0] + "/state.ttl"
    text = open(path).read()
    assert "<urn:dgx-music:instrument#version>" in text
    text = text.replace("<urn:dgx-music:instrument#saves>",
                        "<urn:dgx-music:instrument#pad1> <take.wav> ;\n"
                        "\t\t<urn:dgx-music:instrument#saves>")
    open(path, "w").write(text)


def put_note_on_timeline(session, name):
    write_midi(session + "/interchange/" + name + "/midifiles/notes.mid")
    path = session + "/" + name + ".ardour"
    text = open(path).read()
    length = 4 * TICKS
    region = ('<Region name="notes" muted="0" opaque="1" locked="0" automatic="0" whole-file="{whole}" '
              'import="0" external="0" hidden="0" start="b0" length="b%d@b0" stretch="1" shift="1" '
              'layering-index="0" contents="0" id="{id}" type="midi" source-0="9001" '
              'master-source-0="9001" channels="1"/>' % length)
    text = text.replace('<Sources/>', '<Sources><Source name="notes.mid" type="midi" flags="" '
                        'id="9001" natural-position="b0" origin=""/></Sources>')
    text = text.replace('<Regions/>', '<Regions>' + region.format(whole=1, id=9002) + '</Regions>')
    text, count = re.subn(r'(<Playlist [^>]*type="midi"[^>]*)/>',
                          r'\1>' + region.format(whole=0, id=9003) + '</Playlist>', text)
    assert count == 1
    text = re.sub(r'id-counter="\d+"', 'id-counter="9100"', text)
    open(path, "w").write(text)


def export(home, lv2, session, name, target):
    log = run(home, lv2, "ardour7-lua", HERE + "/export_session.lua", session, name, home, target)
    assert "EXPORTED" in log, "nothing was exported:\n" + log
    return read_wav(home + "/" + target + ".wav")


def check(sound, frames, what):
    """Within the dither of Ardour's 16 bits, which is all that sounds where nothing does."""
    noise = 4
    fade = RATE * 5 // 1000 + 1  # A take that ends within its waveform fades in 5 ms.
    end = NOTE_FRAME + len(frames)
    expected = [0.0] * (2 * NOTE_FRAME) + [side * 32768 for frame in frames for side in frame]
    expected += [0.0] * (len(sound) - len(expected))
    wrong = [i for i, sample in enumerate(sound)
             if not 2 * (end - fade) <= i < 2 * end and abs(sample - expected[i]) > noise]
    assert not wrong, (f"{what}: {len(wrong)} samples differ from the clip, the first at frame "
                       f"{wrong[0] // 2} (the note is at {NOTE_FRAME})")
    print(f"{what}: silent up to frame {NOTE_FRAME}, equal to the clip from there")


def main():
    if shutil.which("ardour7-lua") is None:
        print("Ardour 7 is not installed")
        return 77
    lv2 = sys.argv[1]
    numbers = random.Random(7)
    frames = [struct.unpack("<ff", struct.pack("<ff", numbers.uniform(-.5, .5), numbers.uniform(-.5, .5)))
              for _ in range(TAKE_FRAMES)]
    with tempfile.TemporaryDirectory(prefix="dgx-ardour-") as folder:
        session = folder + "/sess"
        made = run(folder, lv2, "ardour7-lua", HERE + "/make_session.lua", session, "sess")
        assert "MADE" in made, made
        put_take_on_pad(session, frames)
        put_note_on_timeline(session, "sess")
        first = export(folder, lv2, session, "sess", "first")
        check(first, frames, "export")
        saved = run(folder, lv2, "ardour7-lua", HERE + "/resave_session.lua", session, "sess", "renamed")
        assert "SAVED" in saved, saved
        os.rename(folder + "/renamed", folder + "/moved")
        check(export(folder, lv2, folder + "/moved", "renamed", "third"), frames,
              "export after the session was renamed, saved and moved")
    return 0


if __name__ == "__main__":
    sys.exit(main())
