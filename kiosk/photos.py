"""Sealed stills that the gateway does not have yet: a file each.

They are the first to go when the disk is short.
"""

import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

import structlog

from kiosk.database import from_micros, to_micros
from kiosk.protocol.messages import MOST_SEALED_PHOTO

log = structlog.get_logger()

FOLDER = "photos"
SUFFIX = ".sealed"
MOST_KEPT = 2_000
MOST_OCTETS = MOST_SEALED_PHOTO * 3 // 4
"""A longer still is more than a message carries once it is written in Base64."""
SPARED = 200_000_000
"""Bytes of free disk below which no still is kept: tracks need it more."""


@dataclass(frozen=True, slots=True)
class Still:
    """A sealed JPEG of the moment of a track."""

    track: UUID
    made_at: datetime
    sealed: bytes


class PhotoBox:
    """The stills in one folder. Any thread may use it. Methods raise OSError.

    At most `most` are kept, and none while less than `spared` bytes of the disk are free.
    """

    def __init__(self, folder: Path, *, most: int = MOST_KEPT, spared: int = SPARED) -> None:
        self._most = most
        self._spared = spared
        self._folder = folder / FOLDER
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def add(self, still: Still) -> bool:
        """Keep a still; False, and not kept, when the disk is short."""
        self._make_room()
        if shutil.disk_usage(self._folder).free < self._spared:
            return False
        fresh = self._folder / f"{still.track}.new"
        try:
            fresh.write_bytes(still.sealed)
        except OSError:
            fresh.unlink(missing_ok=True)
            raise
        fresh.rename(self._folder / f"{to_micros(still.made_at):020d}_{still.track}{SUFFIX}")
        return True

    def oldest(self) -> Still | None:
        """The still that waits longest; None when none does.

        A file that is no still, or more than may be told, is dropped: it would hold up the rest.
        """
        for path in self._waiting():
            try:
                return _still(path)
            except FileNotFoundError:
                continue
            except (ValueError, OverflowError):
                log.error("still_unreadable", file=path.name)
                path.unlink(missing_ok=True)
        return None

    def forget(self, tracks: Iterable[UUID]) -> None:
        """The gateway has these."""
        for track in tracks:
            for path in self._folder.glob(f"*_{track}{SUFFIX}"):
                path.unlink(missing_ok=True)

    def count(self) -> int:
        """How many wait."""
        return len(self._waiting())

    def _make_room(self) -> None:
        """Drop the oldest while there are too many, or all while the disk is short."""
        waiting = self._waiting()
        is_short = shutil.disk_usage(self._folder).free < self._spared
        dropped = waiting if is_short else waiting[: max(0, len(waiting) + 1 - self._most)]
        for path in dropped:
            path.unlink(missing_ok=True)

    def _waiting(self) -> list[Path]:
        return sorted(self._folder.glob(f"*{SUFFIX}"))


def _still(path: Path) -> Still:
    micros, track = path.name.removesuffix(SUFFIX).split("_")
    if not 0 < path.stat().st_size <= MOST_OCTETS:
        raise ValueError("a still is never of this size")
    return Still(UUID(track), from_micros(int(micros)), path.read_bytes())
