# SPDX-License-Identifier: Apache-2.0
"""Lets a page in a real Chromium try what it can against a service with --tcp: from another origin,
and from a name that was the page's own and now leads to the service (DNS rebinding). The page even
knows the token. It must read nothing of the service's, and start nothing.

attack_from_a_page.py FOLDER-OF-PROGRAMS HOME
"""

import http.client
import http.server
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "support"))
import fake_engine

HERE = os.path.dirname(os.path.abspath(__file__))
REFUSALS = {401, 403, 421, 429}
PATIENCE_S = 120


class Service:
    def __init__(self, programs, home):
        self.folder = os.path.join(home, "dgx-music")
        self.process = subprocess.Popen(
            [os.path.join(programs, "dgx-music"), "serve", "--foreground", "--tcp", "0"],
            env=fake_engine.environment(programs, home), stderr=subprocess.PIPE, text=True)
        self.port = None
        for line in self.process.stderr:
            told = re.search(r"127\.0\.0\.1:(\d+)", line)
            self.port = int(told.group(1)) if told else self.port
            if line.startswith("serving "):
                break
        assert self.port, "the service did not start"
        threading.Thread(target=self.process.stderr.read, daemon=True).start()
        with open(os.path.join(self.folder, "tcp-token"), encoding="ascii") as file:
            self.token = file.read().strip()

    def over_tcp(self, target, headers):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        connection.request("GET", target, headers=headers)
        return connection.getresponse().status

    def ask(self, target):
        """Over the Unix socket, which no page can reach."""
        connection = http.client.HTTPConnection("localhost", timeout=10)
        connection.sock = socket.socket(socket.AF_UNIX)
        connection.sock.connect(os.path.join(self.folder, "api.sock"))
        connection.request("GET", target)
        return connection.getresponse().read().decode()

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        ended = self.process.wait(timeout=30)
        assert ended == 0, f"the service left with {ended}"


class Web(http.server.ThreadingHTTPServer):
    """The attacker's own pages, and what every other name leads to: the service, to which requests
    are handed on as the browser wrote them, each with the status that it got."""

    daemon_threads = True

    def __init__(self, service):
        super().__init__(("127.0.0.1", 0), Handler)
        self.service = service
        self.plans = {}  # By the host whose page asks
        self.refused = []
        self.reports = {}
        self.reported = threading.Condition()

    def wait_for_report(self, host):
        with self.reported:
            assert self.reported.wait_for(lambda: host in self.reports, PATIENCE_S), \
                f"the page of {host} reports nothing"
        return self.reports[host]


class Handler(http.server.BaseHTTPRequestHandler):
    def own_page(self):
        host = self.headers["Host"]
        if host not in self.server.plans:
            return None
        if self.path == "/page":
            with open(os.path.join(HERE, "page.html"), encoding="utf-8") as file:
                return file.read()
        if self.path == "/plan":
            return json.dumps(self.server.plans[host])
        if self.path == "/report":
            length = int(self.headers["Content-Length"])
            with self.server.reported:
                self.server.reports[host] = json.loads(self.rfile.read(length))
                self.server.reported.notify_all()
            return "thank you"
        return None

    def answer(self):
        page = self.own_page()
        if page is None:
            return self.hand_on()
        self.send_response(200)
        self.send_header("Content-Type", "text/html" if self.path == "/page" else "text/plain")
        self.send_header("Content-Length", str(len(page.encode())))
        self.end_headers()
        return self.wfile.write(page.encode())

    def hand_on(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        service = http.client.HTTPConnection("127.0.0.1", self.server.service.port, timeout=10)
        service.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
        for name, value in self.headers.items():
            service.putheader(name, value)
        service.endheaders(body or None)
        answer = service.getresponse()
        text = answer.read()
        self.server.refused.append((self.command, self.path, self.headers["Host"], answer.status))
        self.send_response_only(answer.status)
        for name, value in answer.getheaders():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(text)
        self.close_connection = True

    do_GET = do_POST = do_DELETE = do_OPTIONS = answer

    def log_message(self, *_):
        pass


def open_page(url, rules, home):
    """Chromium on that page, with names that lead where `rules` say."""
    command = [shutil.which("chromium"), "--headless", "--disable-gpu", "--no-first-run",
               "--disable-background-networking", "--disable-dev-shm-usage",
               "--user-data-dir=" + os.path.join(home, "chromium"),
               "--host-resolver-rules=" + rules, url]
    if os.geteuid() == 0:
        command.insert(1, "--no-sandbox")  # It has none for root.
    return subprocess.Popen(command, env={**os.environ, "HOME": home},
                            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def attempts_of(web, service, home):
    """Every attempt of both pages. `rebound` is the same origin as the service to the browser."""
    here = f"127.0.0.1:{web.server_address[1]}"
    there = service.port
    foreign, rebound = "page.example:8000", f"rebound.example:{there}"
    loopback = [f"http://127.0.0.1:{there}", f"http://localhost:{there}", f"http://{rebound}"]
    web.plans = {foreign: {"bases": loopback, "token": service.token},
                 rebound: {"bases": [f"http://{rebound}"], "token": service.token}}
    rules = ",".join(f"MAP {name} {here}" for name in [
        foreign, rebound, f"127.0.0.1:{there}", f"localhost:{there}"])
    attempts = {}
    for host in web.plans:
        browser = open_page(f"http://{host}/page", rules, home)
        try:
            attempts[host] = web.wait_for_report(host)
        finally:
            browser.terminate()
            browser.wait(timeout=30)
    return attempts


def check_attempt(host, attempt):
    read, status = attempt.get("text") or "", attempt.get("status", 0)
    assert attempt.get("error") != "open", (host, attempt)
    if not read:
        assert status == 0, (host, attempt)  # Not even how it was refused.
        return
    # To the browser what is rebound is the page's own: it reads the refusal, and nothing else.
    assert host.startswith("rebound") and status in (0, 421), (host, attempt)
    assert read.count("{") == 2 and "Host must be" in read, (host, attempt)


def judge(attempts, web, service):
    for host, tried in attempts.items():
        for attempt in tried:
            check_attempt(host, attempt)
    statuses = {status for *_, status in web.refused}
    assert statuses <= REFUSALS and {401, 403, 421} <= statuses, web.refused
    assert service.over_tcp("/health", {"Authorization": "Bearer " + service.token}) == 200
    metrics = service.ask("/metrics")
    assert re.search(r'http_answers_total\{class="2xx"\} [01]\n', metrics), metrics
    for list_of in ("jobs", "history"):
        told = json.loads(service.ask("/api/v1/" + list_of))
        assert told["total"] == 0, told


def main(programs, home):
    service = Service(programs, home)
    web = Web(service)
    threading.Thread(target=web.serve_forever, daemon=True).start()
    try:
        attempts = attempts_of(web, service, home)
        judge(attempts, web, service)
        print(f"{sum(map(len, attempts.values()))} attempts of two pages, {len(web.refused)} requests, "
              f"all refused: {sorted({status for *_, status in web.refused})}")
    finally:
        web.shutdown()
        service.end()


if __name__ == "__main__":
    main(*sys.argv[1:])
