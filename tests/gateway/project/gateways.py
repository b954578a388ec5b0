"""A whole gateway in processes of its own, on free ports, with a store of its own."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil

PATIENCE = 40.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def eventually(holds: Callable[[], bool], *, within: float = PATIENCE) -> bool:
    """Whether something comes to hold in time."""
    pause, give_up_at = threading.Event(), time.monotonic() + within
    while not holds():
        if time.monotonic() > give_up_at:
            return False
        pause.wait(0.05)
    return True


class Gateway:
    """Settings and store in one folder; commands and roles run on them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.web, self.live, self.broker = free_port(), free_port(), free_port()
        self.process: subprocess.Popen[bytes] | None = None
        self.settings = folder / "gateway.toml"
        self.settings.write_text(self._toml(), encoding="utf-8")

    def command(self, *words: str, text: str = "") -> subprocess.CompletedProcess[str]:
        """Run one command of the command line to its end."""
        return subprocess.run(
            [sys.executable, "-m", "gateway", "--config", str(self.settings), *words],
            check=False,
            capture_output=True,
            text=True,
            input=text,
            env=self._environment(),
            timeout=PATIENCE,
        )

    def start(self, *words: str, **variables: str) -> subprocess.Popen[bytes]:
        """Start `run` in the background."""
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "gateway", "--config", str(self.settings), "run", *words],
                stdout=log,
                stderr=log,
                env={**self._environment(), **variables},
            )
        return self.process

    def children(self) -> dict[str, int]:
        """The pid of each role that the supervisor started last."""
        lines = (self.folder / "log").read_text(encoding="utf-8").splitlines()
        told = [json.loads(line) for line in lines if line.startswith("{")]
        return {t["role"]: t["pid"] for t in told if t["event"] == "role_started"}

    def processes(self) -> list[psutil.Process]:
        """The supervisor and everything below it."""
        assert self.process is not None
        whole = psutil.Process(self.process.pid)
        return [whole, *whole.children(recursive=True)]

    def get(self, path: str, *, port: int | None = None) -> tuple[int, str]:
        """Status and body of a page; 0 when nobody answers."""
        connection = http.client.HTTPConnection("127.0.0.1", port or self.web, timeout=5)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        except (OSError, http.client.HTTPException):
            return 0, ""
        finally:
            connection.close()

    def is_ready(self) -> bool:
        """Whether every part can do its work."""
        return self.get("/readyz")[0] == 200 and self.get("/healthz", port=self.live)[0] == 200

    def log(self) -> str:
        """What the gateway wrote."""
        return (self.folder / "log").read_text(encoding="utf-8")

    def _toml(self) -> str:
        return "\n".join(
            [
                f'secret_key = "{"x" * 40}"',
                f'data = "{self.folder / "data"}"',
                f"broker = {{ port = {self.broker} }}",
                f"web = {{ port = {self.web}, live_port = {self.live} }}",
                "",
            ]
        )

    def _environment(self) -> dict[str, str]:
        ours = {k: v for k, v in os.environ.items() if not k.startswith("MUSTER_")}
        return {**ours, "PYTHONWARNINGS": "default"}


@contextmanager
def gateway_in(folder: Path) -> Iterator[Gateway]:
    """A migrated gateway; whatever is left of it is ended with the block."""
    folder.mkdir(parents=True, exist_ok=True)
    gateway = Gateway(folder)
    done = gateway.command("migrate")
    assert done.returncode == 0, done.stderr
    try:
        yield gateway
    finally:
        if gateway.process is not None:
            _end(gateway.process)


def _end(process: subprocess.Popen[Any]) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGKILL)
    process.wait()
