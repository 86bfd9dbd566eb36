#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A hub for tests: serves FOLDER as the one repository of every name, and misbehaves as told.

usage: hub.py FOLDER MODE LOG     prints its port on standard output and serves until its input ends

It answers GET /api/models/OWNER/NAME/revision/REV?blobs=true and GET /OWNER/NAME/resolve/REV/FILE
with ranges, as Hugging Face does. LOG gets one line a request: path and range.
MODE is "good" or one of the misbehaviours below; those marked * show on the weights only.
"""
import hashlib
import http.server
import json
import os
import sys
import threading

FOLDER, MODE, LOG = sys.argv[1:4]
COMMIT = "0123456789abcdef0123456789abcdef01234567"
WEIGHTS = "model.safetensors"


def content(name):
    with open(os.path.join(FOLDER, name), "rb") as file:
        return file.read()


def listed(name):
    data = content(name)
    size = len(data)
    digest = hashlib.sha256(data).hexdigest()
    if MODE == "lies-about-hash" and name == WEIGHTS:
        digest = "0" * 64
    if MODE == "lies-about-size" and name == WEIGHTS:
        size += 5
    entry = {"rfilename": name, "blobId": "0" * 40, "size": size}
    if name.endswith((".safetensors", ".model")) and MODE != "no-hash":
        entry["lfs"] = {"sha256": digest, "size": size, "pointerSize": 130}
    return entry


def listing(path):
    siblings = [listed(name) for name in sorted(os.listdir(FOLDER))]
    siblings += [{"rfilename": "README.md", "size": 3}, {"rfilename": "pytorch_model.bin", "size": 9}]
    if MODE == "lacks-tokenizer" and "google-t5" not in path:
        siblings = [entry for entry in siblings if not entry["rfilename"].endswith(".model")]
    if MODE == "pickles-only":
        siblings = [entry for entry in siblings if not entry["rfilename"].endswith(".safetensors")]
    if MODE == "evil-names":
        for name in ("../evil.safetensors", "/tmp/evil.json", "a/../../config.json", "..", ""):
            siblings.append({"rfilename": name, "size": 1})
    if MODE == "huge-size":
        siblings[0]["size"] = 10**15
    answer = {"sha": COMMIT, "siblings": siblings}
    if MODE == "no-commit":
        answer["sha"] = "main"
    return json.dumps(answer).encode()


class Hub(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    served = 0

    def log_message(self, *_):
        pass

    def do_GET(self):
        with open(LOG, "a", encoding="utf-8") as log:
            log.write(f"{self.path} {self.headers.get('Range', '-')}\n")
        if self.path.startswith("/api/models/"):
            self.answer_listing()
        elif "/resolve/" in self.path:
            self.answer_file(self.path.rsplit("/", 1)[1])
        elif self.path.startswith("/storage/"):
            self.answer_file(self.path.rsplit("/", 1)[1])
        else:
            self.fail(404)

    def fail(self, status):
        self.send_response(status)
        self.send_header("Content-Length", "5")
        self.end_headers()
        self.wfile.write(b"error")

    def redirect(self, target):
        self.send_response(302)
        self.send_header("Location", target)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def answer_listing(self):
        if MODE == "listing-404":
            return self.fail(404)
        if MODE == "listing-403":
            return self.fail(403)
        if MODE == "listing-endless":
            self.send_response(200)
            self.end_headers()
            return self.pour(b"[" + b" " * 65535)
        body = {"listing-not-json": b"<html>", "listing-list": b"[]"}.get(MODE) or listing(self.path)
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def pour(self, block):
        try:
            while True:
                self.wfile.write(block)
        except OSError:
            self.close_connection = True

    def misbehave(self):
        """True where the request was answered."""
        port = self.server.server_address[1]
        Hub.served += 1
        if MODE == "redirects" and not self.path.startswith("/storage/"):
            self.redirect(f"http://127.0.0.1:{port}/storage/{WEIGHTS}")
        elif MODE == "redirects-relatively" and not self.path.startswith("/storage/"):
            self.redirect(f"/storage/{WEIGHTS}")
        elif MODE == "redirects-away":
            self.redirect("http://example.com/" + WEIGHTS)
        elif MODE == "redirects-to-file":
            self.redirect("file:///etc/passwd")
        elif MODE == "redirects-to-ftp":
            self.redirect("ftp://127.0.0.1/" + WEIGHTS)
        elif MODE == "redirects-for-ever":
            self.redirect(self.path)
        elif MODE == "fails-500" or (MODE == "fails-twice" and Hub.served <= 2):
            self.fail(500)
        elif MODE == "missing":
            self.fail(404)
        elif MODE == "endless":
            self.send_response(200)
            self.end_headers()
            self.pour(b"x" * 65536)
        elif MODE == "stalls":
            self.send_response(200)
            self.send_header("Content-Length", "100000")
            self.end_headers()
            self.wfile.write(b"x" * 10)
            DONE.wait()
        else:
            return False
        return True

    def answer_file(self, name):
        weights = name == WEIGHTS
        if weights and self.misbehave():
            return
        data = content(name)
        first = 0
        wanted = self.headers.get("Range")
        if wanted and MODE != "ignores-ranges":
            first = int(wanted.removeprefix("bytes=").rstrip("-"))
            if first >= len(data):
                return self.fail(416)
            self.send_response(206)
            shift = 1 if MODE == "wrong-range" else 0
            self.send_header("Content-Range", f"bytes {first - shift}-{len(data) - 1}/{len(data)}")
        else:
            self.send_response(200)
        self.send_header("Content-Length", str(len(data) - first))
        self.end_headers()
        if weights and (MODE in ("drops-always", "drops-rarely", "ignores-ranges", "wrong-range")):
            # A third of the whole at a time; "drops-always" not even that after the first time.
            Hub.served += 1
            most = 0 if MODE == "drops-always" and first > 0 else len(data) // 3 + 1
            if MODE in ("ignores-ranges", "wrong-range") and Hub.served > 2:
                most = len(data)
            data = data[: first + most]
            self.close_connection = True
        self.wfile.write(data[first:])


DONE = threading.Event()
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hub)
server.daemon_threads = True
threading.Thread(target=server.serve_forever, daemon=True).start()
print(server.server_address[1], flush=True)
sys.stdin.read()
DONE.set()
