"""How the roles show that they work: each touches a file of its own, others read its age.

The file's time is the machine's monotonic clock, so that a jump of the wall clock makes
nobody look dead; a time from before the last reboot reads as no sign of life.
"""

import os
import time
from datetime import timedelta
from enum import StrEnum
from pathlib import Path


class Role(StrEnum):
    """The parts the gateway runs as, each a process of its own."""

    BROKER = "broker"
    WEB = "web"
    LIVE = "live"
    INGEST = "ingest"
    WORKER = "worker"


class Beats:
    """The signs of life in one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def beat(self, role: Role) -> None:
        """Say that `role` does its work now."""
        path = self._path(role)
        path.touch()
        now = time.monotonic_ns()
        os.utime(path, ns=(now, now))

    def clear(self, role: Role) -> None:
        """Forget what was said of `role`."""
        self._path(role).unlink(missing_ok=True)

    def age(self, role: Role) -> timedelta | None:
        """How long ago `role` last showed that it works; None when it never did."""
        try:
            since = time.monotonic_ns() - self._path(role).stat().st_mtime_ns
        except FileNotFoundError:
            return None
        return timedelta(microseconds=since // 1000) if since >= 0 else None

    def _path(self, role: Role) -> Path:
        return self._folder / role.value
