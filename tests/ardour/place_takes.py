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
import time

HERE = os.path.dirname(os.path.abspath(__file__))
BAR = 2 * 48000  # Of 4/4 at 120 BPM, which a new session has.
CONFIG = """<?xml version="1.0" encoding="UTF-8"?>
<Ardour><Config>
<Option name="try-autostart-engine" value="1"/><Option name="hide-dummy-backend" value="0"/>
<Option name="discover-plugins-on-start" value="0"/><Option name="plugin-scan-timeout" value="0"/>
</Config><Extra><AudioMIDISetup><EngineStates>
<State backend="None (Dummy)" driver="Normal Speed" device="Silence" input-device="" output-device=""
 sample-rate="48000" buffer-size="1024" n-periods="0" input-latency="0" output-latency="0"
 lm-input="" lm-output="" active="1" use-buffered-io="0" midi-option="1 in, 1 out, Silence"/>
</EngineStates></AudioMIDISetup></Extra></Ardour>
"""


def wait_for(what, condition, seconds=40):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        result = condition()
        if result:
            return result
        time.sleep(0.02)
    raise AssertionError("waited in vain for " + what)


def lua_text(text):
    return '"' + "".join(c if 32 <= ord(c) < 127 and c not in '"\\' else "\\%03d" % ord(c)
                         for c in text) + '"'


def lua_entry(name, variable, source):
    chunk = "local A = ... ; function ardour () end " + source + "\nreturn factory (A)"
    return (f'{variable} = {{}} {variable}["n"] = {lua_text(name)} {variable}["s"] = {lua_text(source)} '
            f'{variable}["f"] = {lua_text(chunk)} {variable}["a"] = {{}} ')


def own_ui_scripts():
    """What a person had in Ardour before: an action in slot 1, and a hook (the test's own)."""
    def encoded(text):
        return base64.b64encode(text.encode()).decode()
    action = 'ardour { ["type"] = "EditorAction", name = "My action" }\nfunction factory () return function () end end'
    hook = open(HERE + "/test_hook.lua").read()
    return ('<?xml version="1.0" encoding="UTF-8"?>\n<UIScripts>\n'
            f'  <ActionScript lua="Lua 5.3">{encoded("scripts = {} " + lua_entry("My action", "scripts[1]", action))}</ActionScript>\n'
            '  <ActionHooks>\n'
            f'    <LuaCallback lua="Lua 5.3" id="4711" name="Test hook" signals="1{"0" * 47}">{encoded(lua_entry("Test hook", "s", hook))}</LuaCallback>\n'
            '  </ActionHooks>\n</UIScripts>\n')


class Desk:
    """A home, a service, a display, and an Ardour in them."""

    def __init__(self, folder, program):
        self.folder, self.program = folder, program
        self.environment = {"HOME": folder, "PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8",
                            "XDG_RUNTIME_DIR": folder + "/run", "TEST_FOLDER": folder,
                            "NO_AT_BRIDGE": "1"}
        os.mkdir(folder + "/run", 0o700)
        self.session = folder + "/my song's"
        self.ardour = None
        read, write = os.pipe()
        self.display = subprocess.Popen(
            ["Xvfb", "-displayfd", str(write), "-screen", "0", "1280x900x24", "-nolisten", "tcp"],
            pass_fds=[write], stderr=subprocess.DEVNULL)
        os.close(write)
        with os.fdopen(read) as number:
            self.environment["DISPLAY"] = ":" + number.readline().strip()
        self.windows = subprocess.Popen(["openbox"], env=self.environment, stderr=subprocess.DEVNULL)

    def close(self):
        for process in [self.ardour, self.windows, self.display]:
            if process and process.poll() is None:
                process.kill()
                process.wait()
        health = self.cli("status", "--json", check=False)
        pid = re.search(r'"pid":(\d+)', health.stdout)
        if pid:
            os.kill(int(pid.group(1)), signal.SIGTERM)

    def cli(self, *arguments, check=True):
        done = subprocess.run([self.program, *arguments], env=self.environment, capture_output=True,
                              text=True, timeout=120)
        assert not check or done.returncode == 0, (arguments, done)
        return done

    def insert(self, *arguments):
        return json.loads(self.cli("insert", *arguments, "--json").stdout)

    def ask_as_assistant(self, tool, arguments):
        """What `dgx-music mcp` answers to one call."""
        lines = [{"id": 0, "method": "initialize", "params": {"protocolVersion": "2025-11-25"}},
                 {"id": 1, "method": "tools/call", "params": {"name": tool, "arguments": arguments}}]
        said = "".join(json.dumps({"jsonrpc": "2.0", **line}) + "\n" for line in lines)
        done = subprocess.run([self.program, "mcp"], env=self.environment, input=said,
                              capture_output=True, text=True, timeout=120)
        return json.loads(done.stdout.splitlines()[1])["result"]

    def lua(self, script, *arguments):
        done = subprocess.run(["ardour7-lua", HERE + "/" + script, *arguments], env=self.environment,
                              capture_output=True, text=True, timeout=60)
        return done.stdout + done.stderr

    def start_ardour(self):
        log = open(self.folder + "/ardour.log", "a")
        self.ardour = subprocess.Popen(
            ["ardour", "--no-announcements", "--no-splash", self.session + "/song.ardour"],
            env=self.environment, stdout=log, stderr=log)
        return wait_for("the hook's facts: " + log.name, self.facts)

    def facts(self):
        """The file that the hook of this Ardour keeps."""
        for path in glob.glob(self.folder + "/run/dgx-music/ardour/*/facts.json"):
            if f'"pid":{self.ardour.pid},' in open(path).read():
                return path
        return None

    def stop_ardour(self, number=signal.SIGTERM):
        self.ardour.send_signal(number)
        self.ardour.wait(timeout=20)

    def save(self):
        self.ask_hook("save")

    def ask_hook(self, what, words=""):
        """Asks test_hook.lua, which takes the file away as it begins."""
        path = self.folder + "/" + what
        open(path + ".tmp", "w").write(words)
        os.rename(path + ".tmp", path)
        wait_for("the test's hook to " + what, lambda: not os.path.exists(path))

    def press(self, action):
        """Runs an action of Ardour by the name that its script has."""
        text = open(self.folder + "/.config/ardour7/ui_scripts").read()
        slots = base64.b64decode(re.search(r"<ActionScript[^>]*>([^<]*)<", text).group(1)).decode()
        slot = re.search(r'scripts\[(\d+)\]\["n"\] = ' + re.escape(lua_text(action)), slots)
        self.ask_hook("press", "script-" + slot.group(1))

    def keys(self, *arguments):
        subprocess.run(["xdotool", *arguments], env=self.environment, check=True, timeout=60)

    def active_window(self):
        return subprocess.run(["xdotool", "getactivewindow", "getwindowname"], env=self.environment,
                              capture_output=True, text=True, timeout=60).stdout.strip()

    def wait_for_dialog(self, title):
        wait_for("the dialog " + title, lambda: self.active_window() == title)

    def end_dialog(self, title, key):
        self.keys("key", key)
        wait_for("the end of the dialog " + title, lambda: self.active_window() != title)

    def copies(self):
        """The names of the regions that were imported."""
        return {os.path.basename(path)[:-6]
                for path in glob.glob(self.session + "/interchange/*/audiofiles/*%L.wav")}

    def fact(self, name):
        return json.load(open(self.facts()))[name]

    def regions(self):
        text = self.lua("list_regions.lua", self.session, "song")
        assert "LISTED" in text, text
        return [line[7:].split("\t") for line in text.splitlines() if line.startswith("REGION ")]


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
    for name in ["Place takes", "Placing on or off", "Generate...", "Import latest take"]:
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
            desk.save()
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
