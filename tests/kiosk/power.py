"""A disk that forgets, at a power cut, whatever it was not told to make durable."""

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import apsw

VFS_NAME = "forgetful"


class PowerCut(Exception):
    """The lights went out in the middle of a write or a sync."""


class Disk:
    """What each file holds for certain, and what was written since it was last synced."""

    def __init__(self, *, cut_after: int, seed: int) -> None:
        self._steps_left = cut_after
        self._chance = random.Random(seed)
        self._durable: dict[str, bytearray] = {}
        self._pending: dict[str, list[tuple[int, bytes] | int]] = {}

    def step(self) -> None:
        """One write or sync more; raises PowerCut when it is the last one."""
        self._steps_left -= 1
        if self._steps_left <= 0:
            raise PowerCut

    def write(self, name: str, data: bytes, offset: int) -> None:
        self._pending.setdefault(name, []).append((offset, bytes(data)))

    def truncate(self, name: str, size: int) -> None:
        self._pending.setdefault(name, []).append(size)

    def sync(self, name: str) -> None:
        content = self._durable.setdefault(name, bytearray())
        for change in self._pending.pop(name, []):
            _apply(content, change)

    def delete(self, name: str) -> None:
        self._durable.pop(name, None)
        self._pending.pop(name, None)

    def restore(self, folder: Path) -> None:
        """Write down what is left after the cut: all that was synced, some of the rest."""
        for name in self._durable.keys() | self._pending.keys():
            content = bytearray(self._durable.get(name, b""))
            for change in self._pending.get(name, []):
                if self._chance.random() < 0.5:
                    _apply(content, change)
            (folder / name).write_bytes(content)


def _apply(content: bytearray, change: tuple[int, bytes] | int) -> None:
    if isinstance(change, int):
        del content[change:]
        return
    offset, data = change
    if len(content) < offset + len(data):
        content.extend(bytes(offset + len(data) - len(content)))
    content[offset : offset + len(data)] = data


class ForgetfulFile(apsw.VFSFile):
    """Writes to a real file, and tells the disk of every step."""

    def __init__(self, path: Any, flags: Any, disk: Disk) -> None:
        super().__init__("", path, flags)
        name = path.filename() if isinstance(path, apsw.URIFilename) else str(path)
        self._name, self._disk = Path(name).name, disk

    def xWrite(self, data: Any, offset: int) -> None:  # noqa: N802 - apsw's name
        self._disk.step()
        self._disk.write(self._name, bytes(data), offset)
        super().xWrite(data, offset)

    def xTruncate(self, newsize: int) -> None:  # noqa: N802 - apsw's name
        self._disk.step()
        self._disk.truncate(self._name, newsize)
        super().xTruncate(newsize)

    def xSync(self, flags: int) -> None:  # noqa: N802 - apsw's name
        self._disk.step()
        super().xSync(flags)
        self._disk.sync(self._name)


class ForgetfulVfs(apsw.VFS):
    """The file system on such a disk."""

    def __init__(self, disk: Disk) -> None:
        self._disk = disk
        super().__init__(VFS_NAME, "")

    def xOpen(self, name: Any, flags: Any) -> Any:  # noqa: N802 - apsw's name
        return ForgetfulFile(name, flags, self._disk)

    def xDelete(self, filename: str, syncdir: bool) -> None:  # noqa: N802 - apsw's name
        super().xDelete(filename, syncdir)
        self._disk.delete(Path(filename).name)


class ApswConnection:
    """As much of `sqlite3.Connection` as the journal uses, over such a disk."""

    def __init__(self, path: Path) -> None:
        self.isolation_level: str | None = None
        self._connection = apsw.Connection(str(path), vfs=VFS_NAME)
        self.execute("PRAGMA locking_mode=EXCLUSIVE")

    @property
    def in_transaction(self) -> bool:
        return self._connection.in_transaction

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> "ApswCursor":
        return ApswCursor(self._connection, sql, parameters)

    def close(self) -> None:
        self._connection.close(True)


class ApswCursor:
    """As much of `sqlite3.Cursor` as the journal uses."""

    def __init__(self, connection: apsw.Connection, sql: str, parameters: Sequence[Any]) -> None:
        rows = connection.execute(sql, tuple(parameters))
        self._rows = list(rows)
        self.description = None
        self.lastrowid = connection.last_insert_rowid()
        self.rowcount = connection.changes()

    def fetchone(self) -> Any:
        return self._rows[0] if self._rows else None

    def fetchall(self) -> list[Any]:
        return self._rows
