# SPDX-License-Identifier: Apache-2.0
"""A person at the panel in a real host, on a display of their own: for panel_in_*.py."""
import json
import os
import subprocess
import sys
import tempfile
import time

PANEL = (900, 560)
# Places in the panel at its usual size, from the top left corner.
PROMPT_BOX = (200, 150)
GENERATE = (200, 517)
INSERT = (812, 256)  # With the pads of an instrument below
REMEDY = (785, 431)  # "On a new track", beside a sentence of two lines
HEADING = (560, 24)  # Nothing is there
# What is in colour once it is shown: left, top, width and height.
LOGO = (16, 24, 20, 1)
PROMPT_BORDER = (26, 140, 1, 20)  # While the box has the keyboard
WAVEFORM = (414, 190, 460, 1)
PROBLEM = (416, 416, 300, 30)  # A sentence at the foot, above an instrument's pads


class Desk:
    """A home, a display and a JACK server, which end with the block."""

    def __init__(self, build, stack):
        self.build = build
        self.stack = stack
        self.home = stack.enter_context(tempfile.TemporaryDirectory(prefix="dgx-panel-"))
        self.environment = {
            "HOME": self.home, "XDG_RUNTIME_DIR": self.home, "PATH": os.environ["PATH"],
            "LC_ALL": "C.UTF-8", "LV2_PATH": build + "/lv2", "NO_AT_BRIDGE": "1",
            "DGX_MUSIC_BIN": build + "/bin/dgx-music"}
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
        self.start("Xvfb", "-displayfd", str(writing), "-screen", "0", "1600x1000x24",
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


def is_coloured(desk, window, box):
    """Whether a pixel there is anything but a grey."""
    left, top, width, height = box
    pixels = subprocess.run(
        ["import", "-window", window, "-crop", "%dx%d+%d+%d" % (width, height, left, top),
         "-depth", "8", "rgb:-"], env=desk.environment, capture_output=True, timeout=60,
        check=False).stdout
    return any(max(pixels[at:at + 3]) - min(pixels[at:at + 3]) > 80
               for at in range(0, len(pixels), 3))


def find_panel(desk):
    """The panel's window, the only one of its size, once it is drawn."""
    for window in desk.run("xdotool", "search", "--onlyvisible", "--name", "").split():
        shape = dict(line.split("=") for line in desk.run(
            "xdotool", "getwindowgeometry", "--shell", window).split())
        size = (int(shape.get("WIDTH", 0)), int(shape.get("HEIGHT", 0)))
        if size == PANEL and is_coloured(desk, window, LOGO):
            return window
    return None


def click(desk, window, place):
    desk.run("xdotool", "mousemove", "--window", window, *map(str, place), "sleep", "0.2",
             "click", "1", "sleep", "0.3")


def type_prompt(desk, window, prompt):
    """Types into the prompt, gives the keyboard back, and presses Generate."""
    click(desk, window, PROMPT_BOX)
    wait_for("the prompt to have the keyboard", lambda: is_coloured(desk, window, PROMPT_BORDER))
    desk.run("xdotool", "type", "--delay", "25", prompt)
    desk.run("xdotool", "key", "Escape")
    wait_for("the keyboard back", lambda: not is_coloured(desk, window, PROMPT_BORDER))
    click(desk, window, GENERATE)
    # The panel starts the service; a command that looks would do so as well.
    wait_for("the service", lambda: os.path.exists(desk.home + "/dgx-music/api.sock"))
    takes = wait_for("a take", lambda: [
        take for take in desk.history()["generations"] if take["status"] == "completed"])
    assert takes[0]["prompt"] == prompt, "the prompt was " + takes[0]["prompt"]
    wait_for("the take in the panel", lambda: is_coloured(desk, window, WAVEFORM))
    return takes[0]
