# SPDX-License-Identifier: Apache-2.0
"""Has the service judged by programs that others wrote: its OpenAPI document by
openapi-spec-validator, its metrics by promtool, and what it does with requests, fitting and
unfitting, by schemathesis.

judge_service.py FOLDER-OF-PROGRAMS HOME [EXAMPLES]
"""

import http.client
import json
import os
import signal
import socket
import socketserver
import subprocess
import sys
import threading
import time

from openapi_spec_validator import validate

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "support"))
import fake_engine


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=30)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


def get(path, target):
    connection = UnixConnection(path)
    connection.request("GET", target)
    response = connection.getresponse()
    assert response.status == 200, (target, response.status)
    return response.read().decode()


def copy(source, target):
    """Hands on every byte as it came."""
    try:
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass


class Bridge(socketserver.BaseRequestHandler):
    """A TCP port that leads to the Unix socket: over TCP the service itself takes ten changes a
    minute, and judges want to make thousands."""

    socket_path = ""

    def handle(self):
        with socket.socket(socket.AF_UNIX) as service:
            service.connect(self.socket_path)
            back = threading.Thread(target=copy, args=(service, self.request), daemon=True)
            back.start()
            copy(self.request, service)
            back.join()


class Bridges(socketserver.ThreadingTCPServer):
    daemon_threads = True
    request_queue_size = 128


def start_service(programs, home):
    service = subprocess.Popen([os.path.join(programs, "dgx-music"), "serve"],
                               env=fake_engine.environment(programs, home))
    path = os.path.join(home, "dgx-music", "api.sock")
    while True:
        assert service.poll() is None, "the service did not start"
        try:
            get(path, "/health")
            return service, path
        except OSError:
            time.sleep(0.05)


def make_a_take(path):
    """So that there is a job, a take and a file to ask for."""
    connection = UnixConnection(path)
    body = json.dumps({"prompt": "a plain tone", "duration": 1})
    connection.request("POST", "/api/v1/generate", body, {"Content-Type": "application/json"})
    job = json.loads(connection.getresponse().read())["job_id"]
    get(path, f"/api/v1/jobs/{job}/events")


def judge_requests(port, examples, home):
    url = f"http://127.0.0.1:{port}"
    command = [os.path.join(os.path.dirname(sys.executable), "schemathesis"), "run"]
    command[1:1] = ["--config-file", os.path.join(os.path.abspath(os.path.dirname(__file__)), "schemathesis.toml")]
    command += [url + "/openapi.json", "--url", url]
    command += ["--max-examples", examples, "--seed", "1", "--request-timeout", "30"]
    command += ["--generation-database", "none", "--max-failures", "20", "--no-color"]
    # It leaves a folder where it runs.
    return subprocess.run(command, check=False, cwd=home).returncode


def main(programs, home, examples="40"):
    service, path = start_service(programs, home)
    try:
        make_a_take(path)
        validate(json.loads(get(path, "/openapi.json")))
        print("openapi-spec-validator: a valid document")
        metrics = get(path, "/metrics")
        subprocess.run(["promtool", "check", "metrics"], input=metrics, text=True, check=True)
        print("promtool: valid metrics")
        Bridge.socket_path = path
        with Bridges(("127.0.0.1", 0), Bridge) as bridges:
            threading.Thread(target=bridges.serve_forever, daemon=True).start()
            status = judge_requests(bridges.server_address[1], examples, home)
            bridges.shutdown()
        get(path, "/health")
    finally:
        service.send_signal(signal.SIGTERM)
        ended = service.wait(timeout=30)
    assert ended == 0, f"the service left with {ended}"
    return status


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
