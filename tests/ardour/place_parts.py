#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The parts of a take on new tracks of a real Ardour, on a display that nobody sees.

usage: place_parts.py DGX_MUSIC

Stems and MIDI by `insert --track parts` and by the action; an order of which the session holds a part; an Ardour that
is killed while it places; a take without stems by `generate --insert`; a part that is gone. The saved session is then
read by other programs.
Exit status 77: a program is missing here.
"""
import glob
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile

try:
    import mido
except ImportError:
    print("python3-mido is not installed")
    sys.exit(77)

from place_takes import BAR, prepare, samples_of
from placing_desk import Desk, wait_for

BARS = 2
LENGTH = BARS * BAR
ACTION = "DGX: Import latest take as parts"
ODD = 12345  # Between two ticks of Ardour's.
TICK = 48000 * 60 / 120 / 1920  # Of Ardour's, in samples; MIDI regions last whole ones.


def generate(desk, *arguments):
    made = desk.cli("generate", "solo piano ballad", "--model", "sketch", "--bars", str(BARS), "--bpm", "120",
                    "--seed", "5", *arguments, "--json")
    return json.loads(made.stdout)["takes"][0]


def base_of(take):
    return os.path.basename(take["file_path"])[:-4]


def midi_parts(take):
    """Name and notes of each track that has some, as (beat, what is sent)."""
    midi = mido.MidiFile(take["midi_path"])
    parts = {track.name: notes_of(track, midi.ticks_per_beat) for track in midi.tracks}
    return {name: notes for name, notes in parts.items() if notes}


def notes_of(track, ticks_per_beat):
    notes, at = [], 0
    for message in track:
        at += message.time
        if message.type in ("note_on", "note_off"):
            is_on = message.type == "note_on" and message.velocity > 0
            notes.append((round(at / ticks_per_beat, 3), message.note, is_on,
                          message.velocity if is_on else 0))
    return sorted(notes)


def copy_of(desk, folder, name):
    copies = glob.glob(f"{desk.session}/interchange/*/{folder}/{glob.escape(name)}")
    assert len(copies) == 1, (name, copies)
    return copies[0]


def check_regions(desk, take, regions, sample):
    """One region for each stem and each part of the MIDI, with their bytes, on tracks of their own."""
    stems, parts = take.get("stems", []), midi_parts(take)
    by_track = {track: (name, int(at), int(length)) for name, track, at, length in regions}
    assert len(by_track) == len(regions) == len(stems) + len(parts), regions

    def region_of(part, kind):
        """Ardour numbers tracks of a name that it has already: "drums MIDI", "drums MIDI 1"."""
        tracks = [track for track in by_track if track.rstrip(" 0123456789") == part + kind]
        assert len(tracks) == 1, (part, regions)
        return by_track[tracks[0]]
    for stem in stems:
        name, at, length = region_of(stem["part"], "")
        assert name.startswith(f"{base_of(take)}.{stem['part']}-"), name
        assert (at, length) == (sample, LENGTH), regions
        for side, channel in zip("LR", samples_of(stem["file_path"])):
            copy = copy_of(desk, "audiofiles", f"{name}%{side}.wav")
            assert samples_of(copy)[0] == channel, copy + " is not the stem"
    for part, notes in parts.items():
        name, at, length = region_of(part, " MIDI")
        assert at == sample and abs(length - LENGTH) <= TICK, regions
        copy = mido.MidiFile(copy_of(desk, "midifiles", name + ".mid"))
        assert sorted(note for one in copy.tracks for note in notes_of(one, copy.ticks_per_beat)) \
            == notes, name + " has other notes than the take"


def insert(desk, take, sample):
    view = desk.insert(take["take_id"], "--track", "parts", "--at", f"sample:{sample}")
    assert (view["status"], view["sample"], view["length"]) == ("done", sample, LENGTH), view
    wanted = [stem["part"] for stem in take["stems"]] + [part + " MIDI" for part in midi_parts(take)]
    assert view["placed_track"].split(", ") == wanted, view


def press(desk, take, sample):
    def copies():
        return set(glob.glob(f"{desk.session}/interchange/*/*/{base_of(take)}*"))
    desk.ask_hook("locate", str(sample))
    wait_for("the playhead", lambda: desk.fact("playhead") == sample)
    before = copies()
    desk.press(ACTION)
    wait_for("the parts", lambda: copies() - before and desk.fact("placing") == "")


def check_refusal(desk, take):
    """A take that lost its MIDI is refused where the person is looking, and in a shell."""
    os.rename(take["midi_path"], take["midi_path"] + ".away")
    desk.press(ACTION)
    desk.wait_for_dialog("DGX Music")
    desk.end_dialog("DGX Music", "Escape")
    refused = desk.cli("insert", "latest", "--track", "parts", check=False)
    assert refused.returncode == 2 and "lacks a part" in refused.stderr, refused
    os.rename(take["midi_path"] + ".away", take["midi_path"])


def order_again(desk, take, files, at):
    """An order as the service posts it, under the same id each time; what the hook says of it."""
    folder = os.path.dirname(desk.facts())
    names = []
    for file in files:
        stem, ending = os.path.splitext(os.path.basename(file))
        names.append(stem + "-again1" + ending)
        if not os.path.islink(folder + "/" + names[-1]):
            os.symlink(file, folder + "/" + names[-1])
    order = {"version": 1, "insertion_id": "AGAIN1", "path": "", "name": base_of(take), "tag": "again1",
             "channels": 2, "track": "parts", "at": at, "parts": "".join(n + "\n" for n in names)}
    open(folder + "/draft", "w").write(json.dumps(order))
    os.rename(folder + "/draft", folder + "/next.json")
    done = folder + "/done-AGAIN1.json"
    wait_for("the order's end", lambda: os.path.exists(done) and desk.fact("placing") == "")
    said = json.load(open(done))
    os.remove(done)
    return said


def place_in_two_goes(desk, take, sample):
    """Ardour ended after the first of all parts: that one stays, and the rest joins it."""
    desk.end_service()  # It would clear away orders that it does not know.
    files = [stem["file_path"] for stem in take["stems"]] + [take["midi_path"]]
    order_again(desk, take, files[:1], f"sample:{sample}")
    said = order_again(desk, take, files, "sample:0")
    assert said["sample"] == sample, said
    assert order_again(desk, take, files, "sample:0") == said


def insert_and_kill(desk, take, bar):
    """Ardour is killed while it places; the next one finishes, each part once."""
    folder = os.path.dirname(desk.facts())
    desk.save()
    waiting = subprocess.Popen([desk.program, "insert", take["take_id"], "--track", "parts", "--at",
                                f"bar:{bar}", "--json"], env=desk.environment, stdout=subprocess.PIPE)
    wait_for("the order to be claimed", lambda: glob.glob(folder + "/claimed-*.json"))
    desk.stop_ardour(signal.SIGKILL)
    desk.start_ardour()
    view = json.loads(waiting.communicate(timeout=60)[0])
    assert (view["status"], view["sample"]) == ("done", (bar - 1) * BAR), view


def main():
    for name in ["ardour7-lua", "Xvfb", "xdotool", "openbox"]:
        if not shutil.which(name):
            print(name + " is not installed")
            return 77
    with tempfile.TemporaryDirectory(prefix="dgx-parts-") as folder:
        desk = Desk(folder, sys.argv[1])
        try:
            prepare(desk)
            desk.cli("ardour", "install")
            take = generate(desk, "--stems")
            desk.start_ardour()
            insert(desk, take, 3 * BAR)
            press(desk, take, ODD)
            place_in_two_goes(desk, take, ODD + 7)
            insert_and_kill(desk, take, 9)
            in_one_piece = generate(desk, "--insert", "--track", "parts", "--at", f"sample:{ODD + 1}")
            check_refusal(desk, in_one_piece)
            desk.save()
            desk.stop_ardour()
            found = desk.regions()
            placed = {3 * BAR: take, ODD: take, ODD + 7: take, 8 * BAR: take, ODD + 1: in_one_piece}
            assert {int(region[2]) for region in found} == set(placed), found
            for sample, what in placed.items():
                check_regions(desk, what, [one for one in found if int(one[2]) == sample], sample)
            told = desk.cli("licences", *[region[0] for region in found]).stdout.splitlines()
            assert all("\tsketch\tMIT\t" in line for line in told), told
            print(f"{len(found)} regions in the saved session, each once and at its sample")
        finally:
            desk.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
