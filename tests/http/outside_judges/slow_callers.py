# SPDX-License-Identifier: Apache-2.0
"""slowhttptest holds connections of a service with --tcp open and drips headers into them. The
service has to end each of them by itself, and to answer everybody else at once meanwhile.

slow_callers.py FOLDER-OF-PROGRAMS HOME
"""

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "support"))
import fake_engine

CONNECTIONS = 240  # Of the 256 that the service takes.
LIMIT_S = 20  # A header may take 5 s, and who is refused has a second to read that.
OTHERS_P99_S = 0.05


def start_service(programs, home):
    service = subprocess.Popen(
        [os.path.join(programs, "dgx-music"), "serve", "--foreground", "--tcp", "0"],
        env=fake_engine.environment(programs, home), stderr=subprocess.PIPE, text=True)
    told = re.search(r"127\.0\.0\.1:(\d+)", service.stderr.readline())
    assert told and service.stderr.readline().startswith("serving "), "the service did not start"
    threading.Thread(target=service.stderr.read, daemon=True).start()
    return service, int(told.group(1))


def answer_time(path):
    """Seconds that a call takes from somebody else, on the Unix socket."""
    begin = time.monotonic()
    connection = http.client.HTTPConnection("localhost", timeout=10)
    connection.sock = socket.socket(socket.AF_UNIX)
    connection.sock.connect(path)
    connection.request("GET", "/health")
    assert connection.getresponse().status == 200
    connection.close()
    return time.monotonic() - begin


def drip(port, home):
    command = ["slowhttptest", "-H", "-c", str(CONNECTIONS), "-r", str(CONNECTIONS), "-i", "1"]
    command += ["-l", str(LIMIT_S), "-p", "3", "-g", "-o", os.path.join(home, "slow")]
    command += ["-u", f"http://127.0.0.1:{port}/health"]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def judge(report, rows, times):
    assert "No open connections left" in report, report
    most = max(int(row[3]) for row in rows)
    assert most >= CONNECTIONS * 0.9, f"only {most} connections were open at once"
    assert all(int(row[-1]) > 0 for row in rows), rows  # slowhttptest's own probe got an answer.
    p99 = sorted(times)[len(times) * 99 // 100]
    assert p99 <= OTHERS_P99_S, f"p99 of the others: {p99 * 1000:.1f} ms"
    print(f"slowhttptest: {most} slow callers, all of them ended by second {rows[-1][0]}; "
          f"{len(times)} other calls, p99 {p99 * 1000:.1f} ms")


def main(programs, home):
    service, port = start_service(programs, home)
    try:
        slow = drip(port, home)
        times = []
        while slow.poll() is None:
            times.append(answer_time(os.path.join(home, "dgx-music", "api.sock")))
            time.sleep(0.005)
        with open(os.path.join(home, "slow.csv"), encoding="ascii") as file:
            rows = [line.strip().split(",") for line in file][1:]
        judge(slow.stdout.read(), rows, times)
    finally:
        service.send_signal(signal.SIGTERM)
        ended = service.wait(timeout=30)
    assert ended == 0, f"the service left with {ended}"


if __name__ == "__main__":
    main(*sys.argv[1:])
