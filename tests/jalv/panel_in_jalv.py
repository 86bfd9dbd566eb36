#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The panel in a real host: a person types, generates, and plays what came, by mouse and keys.

usage: panel_in_jalv.py BUILD_FOLDER [PICTURE.png]

Starts jalv with the instrument on a display and a JACK server of its own, types a sentence with
capitals and blanks, presses Generate, plays the pad by MIDI and records what comes out. Exit
status 77: a program is missing here.
"""
import array
import contextlib
import os
import shutil
import sys
import time
import wave

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from panel_desk import HEADING, Desk, click, find_panel, type_prompt, wait_for

PROGRAMS = ("Xvfb", "jackd", "jalv.gtk3", "xdotool", "jack_midiseq", "jack_rec", "jack_lsp",
            "jack_connect", "import")
PROMPT = "Warm lo-fi Hip Hop, dusty Drums"

def drawing_seconds(program):
    """The processor time of the thread that draws, which is the program's first."""
    with open("/proc/%d/task/%d/stat" % (program.pid, program.pid)) as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def record(desk, path):
    desk.run("jack_rec", "-f", path, "-d", "2", "-b", "16", "DGX Music:lv2_audio_out_1",
             "DGX Music:lv2_audio_out_2")
    with wave.open(path) as file:
        return max(map(abs, array.array("h", file.readframes(file.getnframes()))), default=0)


def play(desk):
    """Note 36 every second, into the instrument."""
    desk.start("jack_midiseq", "keys", "48000", "0", "36", "24000")
    wait_for("the keys", lambda: "keys:out" in desk.run("jack_lsp"))
    desk.run("jack_connect", "keys:out", "DGX Music:lv2_events_in")


def main(build, picture):
    missing = [name for name in PROGRAMS if shutil.which(name) is None]
    if missing:
        print("skipped: no " + ", ".join(missing))
        sys.exit(77)
    with contextlib.ExitStack() as stack:
        desk = Desk(build, stack)
        desk.open_display()
        desk.environment["JACK_DEFAULT_SERVER"] = "dgx-" + str(os.getpid())
        desk.start("jackd", "-n", desk.environment["JACK_DEFAULT_SERVER"], "-d", "dummy",
                   "-r", "48000", "-p", "1024")
        wait_for("JACK", lambda: "system:playback_1" in desk.run("jack_lsp"))
        jalv = desk.start("jalv.gtk3", "urn:dgx-music:instrument")
        window = wait_for("the panel", lambda: find_panel(desk))
        wait_for("the instrument's ports", lambda: "DGX Music:lv2_events_in" in desk.run("jack_lsp"))
        time.sleep(3)

        busy = drawing_seconds(jalv)
        time.sleep(10)
        busy = (drawing_seconds(jalv) - busy) * 10
        assert not os.path.exists(desk.home + "/dgx-music/api.sock"), "the service was started"
        silence = record(desk, desk.home + "/before.wav")

        type_prompt(desk, window, PROMPT)
        click(desk, window, HEADING)
        play(desk)
        time.sleep(2)
        sound = record(desk, desk.home + "/after.wav")
        if picture:
            desk.run("import", "-window", window, picture)
        assert silence == 0, "sound before a note: %d" % silence
        assert sound > 1000, "no sound: %d of 32767" % sound
        assert "assertion" not in desk.log("jalv.gtk3"), desk.log("jalv.gtk3")
        print("typed, generated and played; peak %.1f %% of full scale; drawing while idle: %.1f %% of a core" %
              (sound / 327.67, busy))


main(os.path.abspath(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else None)
