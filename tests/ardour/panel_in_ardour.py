#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The panel in a real Ardour: a prompt is typed, the take is the session's, and goes on the timeline.

usage: panel_in_ardour.py BUILD_FOLDER [PICTURE.png]

Makes a session with the instrument, opens it with the panel on a display of its own, types a
sentence with blanks and capitals (all of them keys that Ardour binds), and presses Generate. The
take has to lie in the session, and the instrument's own folder has to hold it. Then `Insert at
playhead` is pressed, and the saved session has to hold the take as a region there, in its whole
length. Exit status 77: a program is missing here.
"""
import contextlib
import glob
import os
import shutil
import sqlite3
import sys
import time
import xml.etree.ElementTree as ElementTree

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "support"))
from panel_desk import (HEADING, INSERT, PROBLEM, REMEDY, Desk, click, find_panel, is_coloured,
                        type_prompt, wait_for)
from place_takes import own_ui_scripts, samples_of

PROGRAMS = ("Xvfb", "openbox", "xdotool", "ardour", "ardour7-lua", "import")
PLAYHEAD = 123456  # Samples of the session, off any grid
PROMPT = "Hello Warm Lo-Fi hip hop with a Rhodes"

# No questions at the first start, and sound to nowhere.
CONFIG = """<?xml version="1.0" encoding="UTF-8"?>
<Ardour>
  <Config>
    <Option name="try-autostart-engine" value="1"/>
    <Option name="hide-dummy-backend" value="0"/>
    <Option name="discover-plugins-on-start" value="0"/>
  </Config>
  <Extra><AudioMIDISetup><EngineStates>
    <State backend="None (Dummy)" driver="Normal Speed" device="Silence" input-device=""
      output-device="" sample-rate="48000" buffer-size="1024" n-periods="0" input-latency="0"
      output-latency="0" lm-input="" lm-output="" active="1" use-buffered-io="0"
      midi-option="1 in, 1 out, Silence" lru="1"><MIDIDevices/></State>
  </EngineStates></AudioMIDISetup></Extra>
</Ardour>
"""


def settle_ardour(home):
    folder = home + "/.config/ardour7"
    os.makedirs(folder)
    for name, text in ((".a7", ""), ("config", CONFIG),
                       ("instant.xml", "<instant><no-memory-warning/></instant>"),
                       ("ui_scripts", own_ui_scripts())):
        with open(os.path.join(folder, name), "w") as file:
            file.write(text)


def make_session(desk):
    """A session whose file says that the plugin's window is open."""
    folder = desk.home + "/song"
    made = desk.run("ardour7-lua", HERE + "/make_session.lua", folder, "song")
    assert "MADE" in made, made
    path = folder + "/song.ardour"
    tree = ElementTree.parse(path)
    for route in tree.getroot().iter("Route"):
        for processor in route.iter("Processor"):
            if processor.get("unique-id") != "urn:dgx-music:instrument":
                continue
            extra = ElementTree.SubElement(tree.getroot(), "Extra")
            ElementTree.SubElement(ElementTree.SubElement(extra, "UI"), "Window", {
                "name": "P-%s-%s" % (route.get("id"), processor.get("id")), "visible": "1",
                "x-off": "300", "y-off": "250", "x-size": "636", "y-size": "142",
                "custom-ui": "1"})
    tree.write(path, encoding="UTF-8", xml_declaration=True)
    return folder


def tell_hook(desk, name, text):
    """What tests/ardour/test_hook.lua does, and how it says that it has."""
    path = os.path.join(desk.home, name)
    with open(path + ".tmp", "w") as file:
        file.write(text)
    os.rename(path + ".tmp", path)
    wait_for("the hook to " + name, lambda: not os.path.exists(path))


def insertions(desk):
    """What was asked of Ardour, and what came of it, in order."""
    history = sqlite3.connect("file:%s/.local/share/dgx-music/history.db?mode=ro" % desk.home,
                              uri=True)
    with contextlib.closing(history):
        return history.execute("SELECT track, state FROM insertions ORDER BY id").fetchall()


def insert_at_playhead(desk, window, session, take):
    """On the selected track, which is none for audio; then, as the panel offers, on a new one."""
    tell_hook(desk, "locate", str(PLAYHEAD))
    wait_for("the playhead to move", lambda: any(
        '"playhead":%d,' % PLAYHEAD in open(path).read()
        for path in glob.glob(desk.home + "/dgx-music/ardour/*/facts.json")))
    assert not is_coloured(desk, window, PROBLEM), "the panel tells of a problem"
    click(desk, window, INSERT)
    wait_for("the refusal in the panel", lambda: is_coloured(desk, window, PROBLEM))
    assert insertions(desk) == [("selected", "failed")], insertions(desk)
    click(desk, window, REMEDY)
    wait_for("Ardour to place it", lambda: len(insertions(desk)) == 2 and
             insertions(desk)[1][1] not in ("waiting", "claimed"))
    assert insertions(desk)[1] == ("new", "done"), insertions(desk)
    wait_for("the region's audio", lambda: glob.glob(session + "/interchange/*/audiofiles/*.wav"))
    tell_hook(desk, "save", "")
    listed = desk.run("ardour7-lua", HERE + "/list_regions.lua", session, "song")
    regions = [line[7:].split("\t") for line in listed.splitlines() if line.startswith("REGION ")]
    frames = len(samples_of(take["file_path"])[0])
    assert [region[2:] for region in regions] == [[str(PLAYHEAD), str(frames)]], listed
    return regions[0][0]


def main(build, picture):
    missing = [name for name in PROGRAMS if shutil.which(name) is None]
    if missing:
        print("skipped: no " + ", ".join(missing))
        sys.exit(77)
    with contextlib.ExitStack() as stack:
        desk = Desk(build, stack)
        settle_ardour(desk.home)
        desk.environment["TEST_FOLDER"] = desk.home
        installed = desk.run(build + "/bin/dgx-music", "ardour", "install")
        assert "DGX: Place takes" in installed, installed
        session = make_session(desk)
        desk.open_display()
        desk.start("openbox")
        desk.start("ardour", "--no-announcements", "--no-splash", session + "/song.ardour")
        window = wait_for("the panel", lambda: find_panel(desk))
        begun = time.monotonic()
        take = type_prompt(desk, window, PROMPT)
        wait_for("the instrument's own file",
                 lambda: glob.glob(session + "/plugins/*/scratch/*.wav"))
        seconds = time.monotonic() - begun
        assert take["file_path"].startswith(session + "/dgx-music/takes/"), take["file_path"]
        region = insert_at_playhead(desk, window, session, take)
        click(desk, window, HEADING)
        if picture:
            time.sleep(1)
            desk.run("import", "-window", "root", picture)
        print("typed, generated and on a pad in Ardour in %.1f s, typing included" % seconds)
        print("inserted from the panel: %s at sample %d, whole" % (region, PLAYHEAD))


main(os.path.abspath(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else None)
