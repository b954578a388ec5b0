"""Ways in which an SD card breaks a database, by name, and at random."""

import random
from collections.abc import Callable, Mapping
from pathlib import Path

PAGE = 4096

Break = Callable[[Path], None]


def overwrite(path: Path, at: int, octets: bytes) -> None:
    """Put other octets in the middle of a file, without opening it as a database."""
    with path.open("r+b") as file:
        file.seek(at)
        file.write(octets)


def break_header(path: Path) -> None:
    """The first sector is gone."""
    overwrite(path, 0, b"\xa5" * 512)


def zero_pages(path: Path) -> None:
    """Pages in the middle read as nothing."""
    overwrite(path, 2 * PAGE, bytes(2 * PAGE))


def truncate(path: Path) -> None:
    """The file ends in the middle of a page."""
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size // 2 + 100)


def empty(path: Path) -> None:
    """Nothing is left but the name."""
    path.write_bytes(b"")


def break_wal(path: Path) -> None:
    """The WAL's beginning is garbage, so that SQLite would not look at the rest."""
    overwrite(path.with_name(f"{path.name}-wal"), 0, b"\xa5" * 512)


def delete(path: Path) -> None:
    """Somebody deleted it."""
    path.unlink()


BREAKS: Mapping[str, Break] = {
    "header": break_header,
    "pages": zero_pages,
    "truncated": truncate,
    "empty": empty,
}


def damage(path: Path, chance: random.Random) -> None:
    """Flip, zero or cut off something at random, in the file or its WAL."""
    wal = path.with_name(f"{path.name}-wal")
    files = [file for file in (path, wal) if file.exists() and file.stat().st_size > PAGE]
    file = chance.choice(files)
    size = file.stat().st_size
    at = chance.randrange(size)
    kind = chance.choice(("flip", "flip", "zero", "noise", "truncate"))
    if kind == "flip":
        overwrite(file, at, bytes([file.read_bytes()[at] ^ 1 << chance.randrange(8)]))
    elif kind == "truncate":
        with file.open("r+b") as cut:
            cut.truncate(at)
    else:
        length = min(chance.choice((16, 512, PAGE, 3 * PAGE)), size - at)
        overwrite(file, at, bytes(length) if kind == "zero" else chance.randbytes(length))
