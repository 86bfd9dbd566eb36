#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Takes on the timeline of a real Ardour with its window, on a display that nobody sees.

usage: place_takes.py DGX_MUSIC LUA_SCRIPTS

A fresh configuration with a person's own scripts in it; `ardour install`; a session; `insert` at a
bar on a new track, at a sample on a track by name, on one that is not there; by an assistant; switched off; the actions,
with their dialogs; an Ardour that is killed while it places; an order that comes again; `ardour uninstall`. The saved
session is then read by another program. Exit status 77: a program is missing here.
"""
import array
import base64
import glob
import json
import os
import re
import shutil
import signal
import struct
import subprocess
import sys
import tempfile

from placing_desk import CONFIG, Desk, own_ui_scripts, wait_for

BAR = 2 * 48000  # Of 4/4 at 120 BPM, which a new session has.
SUPERCLOCK = 5880  # Ardour's ticks in a sample at 48 kHz.


def prepare(desk):
    config = desk.folder + "/.config/ardour7"
    os.makedirs(config)
    open(config + "/.a7", "w").close()
    open(config + "/config", "w").write(CONFIG)
    open(config + "/ui_scripts", "w").write(own_ui_scripts())
    made = desk.lua("make_plain_session.lua", desk.session, "song")
    assert "MADE" in made, made
    return config


def check_install(desk, config):
    before = open(config + "/ui_scripts").read()
    assert "not installed" in desk.cli("ardour", "status").stdout
    told = desk.cli("ardour", "install").stdout
    for name in ["Place takes", "Placing on or off", "Generate...", "Import latest take",
                 "Import latest take as parts", "Licence report"]:
        assert "DGX: " + name in told, told
    once = open(config + "/ui_scripts").read()
    desk.cli("ardour", "install")
    assert open(config + "/ui_scripts").read() == once, "the second installation changed something"
    assert open(config + "/ui_scripts.before-dgx-music").read() == before
    desk.cli("ardour", "uninstall")
    assert open(config + "/ui_scripts").read() == before, "uninstall is not the way back"
    assert not os.path.exists(config + "/ui_scripts.before-dgx-music")
    desk.cli("ardour", "install")
    assert ": installed" in desk.cli("ardour", "status").stdout


def samples_of(path):
    """Frames of a WAV, a list a channel: 32-bit float or 24-bit integer, which floats hold exactly."""
    data = open(path, "rb").read()
    at, form, body = 12, None, None
    while at + 8 <= len(data):
        name, size = data[at:at + 4], struct.unpack("<I", data[at + 4:at + 8])[0]
        if name == b"fmt ":
            form = struct.unpack("<HHIIHH", data[at + 8:at + 24])
        if name == b"data":
            body = data[at + 8:at + 8 + size]
        at += 8 + size + size % 2
    channels, bits = form[1], form[5]
    if bits == 32:
        values = array.array("f", body)
    else:
        assert bits == 24, bits
        values = array.array("f", (int.from_bytes(body[i:i + 3], "little", signed=True) / 2 ** 23
                                   for i in range(0, len(body), 3)))
    return [values[c::channels] for c in range(channels)]


def check_audio(desk, region, take):
    whole = samples_of(take)
    for side, channel in zip("LR", whole):
        copies = glob.glob(f"{desk.session}/interchange/*/audiofiles/{region}%{side}.wav")
        assert len(copies) == 1, os.listdir(desk.session + "/interchange")
        assert samples_of(copies[0])[0] == channel, copies[0] + " is not the take"
    return len(whole[0])


def seconds_between(first, second):
    def seconds(text):
        return int(text[11:13]) * 3600 + int(text[14:16]) * 60 + float(text[17:23])
    return (seconds(second) - seconds(first)) % 86400


def check_placing(desk, take):
    frames = None
    placed, times = [], []
    for track, at, sample in [("new", "bar:3", 2 * BAR), ('Guitar "1"', "sample:12345", 12345),
                              ("selected", "playhead", 0), ("new", "sample:0", 0)]:
        view = desk.insert(take["take_id"], "--track", track, "--at", at)
        assert (view["status"], view["sample"]) == ("done", sample), view
        frames = frames or check_audio(desk, view["region"], take["file_path"])
        assert view["length"] == frames, view
        if track not in ("new", "selected"):
            assert view["placed_track"] == track, view
        placed.append([view["region"], view["placed_track"], str(sample), str(frames)])
        times.append(seconds_between(view["created_at"], view["ended_at"]))
    told = desk.ask_as_assistant("place_in_ardour", {"take_id": take["take_id"], "track": "new",
                                                     "at": "bar:5"})
    assert not told["isError"], told
    view = told["structuredContent"]
    assert (view["status"], view["sample"]) == ("done", 4 * BAR), view
    placed.append([view["region"], view["placed_track"], str(4 * BAR), str(frames)])
    print(f"posted to placed: at most {max(times):.3f} s, mean {sum(times) / len(times):.3f} s")
    assert max(times) <= 3, times  # 0.5 s is the aim; machines that run tests are busy.
    return placed


def check_refusals(desk, take):
    for arguments, reason in [(["--track", "Nobody"], 'the session has no track "Nobody"'),
                              (["--track", "Master"], '"Master" is no audio track'),
                              (["--at", "bar:0"], "at must be playhead"),
                              (["--session", "/elsewhere"], "is not open in Ardour")]:
        done = desk.cli("insert", take["take_id"], *arguments, check=False)
        assert done.returncode == 2 and reason in done.stderr, done
    refused = desk.cli("ardour", "install", check=False)
    assert refused.returncode == 2 and "Ardour 7 runs" in refused.stderr, refused


def check_switch(desk, take):
    os.makedirs(desk.folder + "/.config/dgx-music", exist_ok=True)
    off = desk.folder + "/.config/dgx-music/ardour-placing-off"
    open(off, "w").close()
    done = desk.cli("insert", take["take_id"], "--track", "new", check=False)
    assert done.returncode == 2 and "switched off in Ardour" in done.stderr, done
    wait_for("the hook to know", lambda: not desk.fact("placing_is_on"))
    desk.press("DGX: Import latest take")
    desk.wait_for_dialog("DGX Music")
    desk.end_dialog("DGX Music", "Escape")
    os.remove(off)
    wait_for("the hook to know", lambda: desk.fact("placing_is_on"))


def new_region(desk, before):
    """The region that an action had placed."""
    wait_for("a take on the timeline", lambda: desk.copies() - before and desk.fact("placing") == "")
    regions = desk.copies() - before
    assert len(regions) == 1, regions
    return regions.pop()


def check_actions(desk, take, frames):
    """What the actions place, as list_regions.lua tells it, but for the tracks, which are new."""
    place = 6 * BAR
    desk.ask_hook("locate", str(place))
    wait_for("the playhead", lambda: desk.fact("playhead") == place)
    before = desk.copies()
    desk.press("DGX: Import latest take")
    imported = new_region(desk, before)
    assert imported.startswith(os.path.basename(take["file_path"])[:-4] + "-"), imported

    before = desk.copies()
    prompt = "--deep house, \"warm\" pads & it's $HOME"
    desk.press("DGX: Generate...")
    desk.wait_for_dialog("DGX Music: generate")
    desk.keys("type", "--delay", "5", "--", prompt)
    desk.end_dialog("DGX Music: generate", "alt+o")
    generated = new_region(desk, before)
    made = json.loads(desk.cli("history", "--json").stdout)["generations"][0]
    assert made["prompt"] == prompt, made
    assert os.path.dirname(made["file_path"]) == desk.session + "/dgx-music/takes", made
    eight_bars = check_audio(desk, generated, made["file_path"])
    assert eight_bars == 8 * BAR, eight_bars

    desk.press("DGX: Generate...")
    desk.wait_for_dialog("DGX Music: generate")
    desk.keys("type", "--", "x")
    desk.end_dialog("DGX Music: generate", "alt+o")
    desk.wait_for_dialog("DGX Music")  # The service refuses so short a prompt, and the hook shows that.
    desk.end_dialog("DGX Music", "Escape")
    return [[imported, str(place), frames], [generated, str(place), str(eight_bars)]]


def check_licences(desk, regions):
    """All regions are takes of the sketch model; they are marked and muted."""
    desk.press("DGX: Licence report")
    desk.wait_for_dialog("DGX Music: licences")
    desk.keys("key", "space", "Tab", "space")
    desk.end_dialog("DGX Music: licences", "alt+o")
    desk.save()
    text = open(desk.session + "/song.ardour").read()
    marks = re.findall(r'<Location [^>]*name="MIT \(sketch\)" start="a(\d+)" end="a(\d+)"', text)
    spans = {(int(first) // SUPERCLOCK, int(last) // SUPERCLOCK) for first, last in marks}
    wanted = {(int(sample), int(sample) + int(length)) for sample, length in regions}
    assert spans == wanted and len(marks) == len(wanted), f"marked: {marks}\nwanted: {wanted}"
    assert text.count('muted="1"') == len(regions), "muted: %d" % text.count('muted="1"')


def check_kill(desk, take, facts):
    """Ardour is killed while it places; the next one finishes, once."""
    folder = os.path.dirname(facts)
    waiting = subprocess.Popen([desk.program, "insert", take["take_id"], "--track", "new", "--at",
                                "bar:9", "--json"], env=desk.environment, stdout=subprocess.PIPE)
    wait_for("the order to be claimed", lambda: glob.glob(folder + "/claimed-*.json"))
    desk.stop_ardour(signal.SIGKILL)
    desk.start_ardour()
    view = json.loads(waiting.communicate(timeout=60)[0])
    assert (view["status"], view["sample"]) == ("done", 8 * BAR), view
    return view


def check_replay(desk, view, folder):
    """The session holds what an order asks for, and the order comes again."""
    desk.start_ardour()
    order = {"version": 1, "insertion_id": view["insertion_id"], "path": "/nothing/at/all.wav",
             "name": view["region"][:-7], "tag": view["region"][-6:], "channels": 2,
             "track": "new", "at": "bar:9"}
    open(folder + "/again", "w").write(json.dumps(order))
    os.rename(folder + "/again", folder + "/next.json")
    done = folder + "/done-" + view["insertion_id"] + ".json"
    wait_for("the order to be found done", lambda: os.path.exists(done))
    desk.save()
    desk.stop_ardour()


def measure_tick(desk, scripts):
    shutil.copy(scripts + "/dgx_place_takes.lua", desk.folder + "/measure.tmp")
    os.rename(desk.folder + "/measure.tmp", desk.folder + "/measure")
    wait_for("the measurement", lambda: os.path.exists(desk.folder + "/measured"))
    mean, slowest = open(desk.folder + "/measured").read().split()
    print(f"hook at rest: {mean} us a tick, the slowest of 1000 {slowest} us")
    assert float(mean) <= 1000, mean  # 200 us is the aim.


def check_uninstall(desk, config):
    """Ardour has written the file anew meanwhile."""
    desk.cli("ardour", "uninstall")
    text = open(config + "/ui_scripts").read()
    assert "DGX" not in text and 'name="Test hook"' in text, text
    slots = base64.b64decode(re.search(r"<ActionScript[^>]*>([^<]*)<", text).group(1)).decode()
    assert '"My action"' in slots
    assert not glob.glob(config + "/scripts/dgx*")
    assert "not installed" in desk.cli("ardour", "status").stdout


def main():
    for name in ["ardour7-lua", "Xvfb", "xdotool", "openbox"]:
        if not shutil.which(name):
            print(name + " is not installed")
            return 77
    program, scripts = sys.argv[1:3]
    with tempfile.TemporaryDirectory(prefix="dgx-placing-") as folder:
        desk = Desk(folder, program)
        try:
            config = prepare(desk)
            check_install(desk, config)
            made = json.loads(desk.cli("generate", "lo-fi beat", "--model", "sketch", "--bars", "1",
                                       "--bpm", "120", "--json").stdout)
            take = made["takes"][0]
            nobody = desk.cli("insert", take["take_id"], check=False)
            assert nobody.returncode == 2 and "no Ardour session is open" in nobody.stderr, nobody
            facts = desk.start_ardour()
            placed = check_placing(desk, take)
            check_refusals(desk, take)
            check_switch(desk, take)
            by_actions = check_actions(desk, take, placed[0][3])
            measure_tick(desk, scripts)
            check_licences(desk, [region[-2:] for region in placed + by_actions])
            again = check_kill(desk, take, facts)
            desk.save()
            desk.stop_ardour()
            check_replay(desk, again, os.path.dirname(facts))
            placed.append([again["region"], again["placed_track"], str(again["sample"]),
                           str(again["length"])])
            found = desk.regions()
            acted = [[region, sample, length] for region, _, sample, length in found
                     if [region, sample, length] in by_actions]
            assert sorted(acted) == sorted(by_actions), f"saved: {found}\nby actions: {by_actions}"
            others = [region for region in found if [region[0], *region[2:]] not in by_actions]
            assert sorted(others) == sorted(placed), f"saved: {others}\nplaced: {placed}"
            print(f"{len(found)} regions in the saved session, each once and at its sample")
            check_uninstall(desk, config)
            assert sorted(desk.regions()) == sorted(found), "uninstalling changed the session"
        finally:
            desk.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
