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
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import wave

PROGRAMS = ("Xvfb", "jackd", "jalv.gtk3", "xdotool", "jack_midiseq", "jack_rec", "jack_lsp",
            "jack_connect", "import")
PROMPT = "Warm lo-fi Hip Hop, dusty Drums"
PANEL = (900, 560)
# Places in the panel at its usual size, from the top left corner.
PROMPT_BOX = (200, 150)
GENERATE = (200, 517)
HEADING = (560, 24)  # Nothing is there


class Desk:
    """A home, a display and a JACK server, which end with the block."""

    def __init__(self, build, stack):
        self.build = build
        self.stack = stack
        self.home = stack.enter_context(tempfile.TemporaryDirectory(prefix="dgx-jalv-"))
        self.environment = {
            "HOME": self.home, "XDG_RUNTIME_DIR": self.home, "PATH": os.environ["PATH"],
            "LC_ALL": "C.UTF-8", "LV2_PATH": build + "/lv2", "NO_AT_BRIDGE": "1",
            "DGX_MUSIC_BIN": build + "/bin/dgx-music",
            "JACK_DEFAULT_SERVER": "dgx-" + str(os.getpid())}
        stack.callback(self.end_service)

    def start(self, *command, **options):
        log = open(os.path.join(self.home, os.path.basename(command[0]) + ".log"), "wb")
        program = subprocess.Popen(command, env=self.environment, stdout=log,
                                   stderr=subprocess.STDOUT, **options)
        self.stack.callback(self.end, program)
        return program

    @staticmethod
    def end(program):
        program.terminate()
        try:
            program.wait(20)
        except subprocess.TimeoutExpired:
            program.kill()
            program.wait()

    def run(self, *command):
        return subprocess.run(command, env=self.environment, capture_output=True, text=True,
                              timeout=60, check=False).stdout

    def log(self, program):
        with open(os.path.join(self.home, program + ".log"), errors="replace") as file:
            return file.read()

    def end_service(self):
        socket = os.path.join(self.home, "dgx-music", "api.sock")
        if os.path.exists(socket):
            status = json.loads(self.run(self.build + "/bin/dgx-music", "status", "--json"))
            os.kill(status["pid"], 15)
            wait_for("the service to leave", lambda: not os.path.exists(socket))

    def open_display(self):
        reading, writing = os.pipe()
        self.start("Xvfb", "-displayfd", str(writing), "-screen", "0", "1280x900x24",
                   pass_fds=(writing,))
        os.close(writing)
        with os.fdopen(reading) as pipe:
            self.environment["DISPLAY"] = ":" + pipe.readline().strip()

    def history(self):
        return json.loads(self.run(self.build + "/bin/dgx-music", "history", "--json"))


def wait_for(what, holds, seconds=60):
    deadline = time.monotonic() + seconds
    while True:
        found = holds()
        if found:
            return found
        if time.monotonic() > deadline:
            sys.exit("waited in vain for " + what)
        time.sleep(0.1)


def find_panel(desk):
    """The panel's window: the only one of its size."""
    for window in desk.run("xdotool", "search", "--onlyvisible", "--name", "").split():
        shape = dict(line.split("=") for line in desk.run(
            "xdotool", "getwindowgeometry", "--shell", window).split())
        if (int(shape.get("WIDTH", 0)), int(shape.get("HEIGHT", 0))) == PANEL:
            return window
    return None


def click(desk, window, place):
    desk.run("xdotool", "mousemove", "--window", window, *map(str, place), "sleep", "0.2",
             "click", "1", "sleep", "0.3")


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

        click(desk, window, PROMPT_BOX)
        desk.run("xdotool", "type", "--delay", "25", PROMPT)
        time.sleep(0.5)
        desk.run("xdotool", "key", "Escape")
        click(desk, window, GENERATE)
        # The panel starts the service; a command that looks would do so as well.
        wait_for("the service", lambda: os.path.exists(desk.home + "/dgx-music/api.sock"))
        takes = wait_for("a take", lambda: [
            take for take in desk.history()["generations"] if take["status"] == "completed"])
        assert takes[0]["prompt"] == PROMPT, "the prompt was " + takes[0]["prompt"]
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
