"""An `atelier serve` to be measured, in a folder of its own."""

import atexit
import json
import os
import socket
import subprocess
import time
import urllib.request


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    def __init__(self, binary, data, settings=None, before=()):
        self.data, self.port = data, free_port()
        os.makedirs(data, exist_ok=True)
        if settings:
            with open(f"{data}/atelier.json", "w") as file:
                json.dump(settings, file)
        self.log = open(f"{data}.log", "ab")
        start = time.monotonic()
        command = [*before, binary, "serve", "--data", data, "--port", str(self.port)]
        self.process = subprocess.Popen(command, stdout=self.log, stderr=self.log)
        # A bench that breaks off must not leave a server behind.
        atexit.register(self.process.kill)
        self.ready_ms = self.wait_until_ready(start)

    def wait_until_ready(self, start):
        while True:
            try:
                self.counts()
                return (time.monotonic() - start) * 1000
            except OSError:
                if self.process.poll() is not None or time.monotonic() - start > 60:
                    raise SystemExit(f"The server did not start; see {self.data}.log") from None
                time.sleep(0.002)

    def get(self, path):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=60) as answer:
            return json.load(answer)

    def counts(self):
        return self.get("/readyz")

    def wait_until_idle(self):
        while True:
            counts = self.counts()
            if counts["queued"] + counts["running"] == 0:
                return
            time.sleep(0.02)

    def memory_mb(self, field):
        with open(f"/proc/{self.process.pid}/status") as status:
            for line in status:
                if line.startswith(field + ":"):
                    return int(line.split()[1]) / 1024
        return 0.0

    def stop(self):
        # Asked until it hears: a signal in its first moments may be lost.
        for _ in range(60):
            self.process.terminate()
            try:
                self.process.wait(1)
                break
            except subprocess.TimeoutExpired:
                continue
        self.log.close()

    def kill(self):
        self.process.kill()
        self.process.wait(60)
        self.log.close()
