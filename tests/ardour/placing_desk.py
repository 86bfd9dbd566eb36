# SPDX-License-Identifier: Apache-2.0
"""An Ardour with its window on a display that nobody sees, for place_takes.py."""
import base64
import glob
import json
import os
import re
import select
import signal
import subprocess
import time

HERE = os.path.dirname(os.path.abspath(__file__))
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
        self.end_service()

    def end_service(self):
        """Whoever needs one starts the next."""
        health = self.cli("status", "--json", check=False)
        pid = re.search(r'"pid":(\d+)', health.stdout)
        if pid:
            service = os.pidfd_open(int(pid.group(1)))
            signal.pidfd_send_signal(service, signal.SIGTERM)
            select.select([service], [], [], 40)
            os.close(service)

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
