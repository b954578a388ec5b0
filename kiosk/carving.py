"""Rows read out of a damaged SQLite file page by page, whether or not anything still leads to them.

https://sqlite.org/fileformat2.html: a table's leaf names its cells; a WAL is a row of frames,
each a header and a page. Older copies of a page hold the same rows, for tracks never change.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PAGE = 4096
WAL_HEADER, FRAME_HEADER = 32, 24
LEAF = 0x0D
MOST_LOCAL = PAGE - 35
"""A longer row goes on in other pages; the kiosk writes none."""

INTEGER_SIZES = {1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8}

Value = int | str | bytes | None


class _Unreadable(Exception):
    """Here lies no whole row."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of some table."""

    number: int
    values: tuple[Value, ...]


def rows(path: Path) -> Iterator[Row]:
    """Every row that can be read in the file at `path` and in the WAL beside it, newest last."""
    for page in (*_pages(path), *wal_pages(path.with_name(f"{path.name}-wal"))):
        yield from leaf_rows(page)


def wal_pages(path: Path) -> list[bytes]:
    """The pages of a WAL up to its last commit, whatever became of its header."""
    found: list[bytes] = []
    committed = 0
    for frame in _blocks(path, WAL_HEADER, FRAME_HEADER + PAGE):
        found.append(frame[FRAME_HEADER:])
        if any(frame[4:8]):
            committed = len(found)
    return found[:committed]


def leaf_rows(page: bytes) -> Iterator[Row]:
    """The rows of a table's leaf, but for those that do not read.

    The kiosk numbers its rows without holes: a number that breaks the row was damaged.
    """
    if page[0] != LEAF:
        return
    read = list(_cells(page))
    steps = Counter(row.number - place for place, row in read)
    if steps:
        first = steps.most_common(1)[0][0]
        yield from (row for place, row in read if row.number - place == first)


def _pages(path: Path) -> Iterator[bytes]:
    return _blocks(path, 0, PAGE)


def _blocks(path: Path, start: int, size: int) -> Iterator[bytes]:
    """Whole blocks of a file; one that the disk does not give is left out."""
    if not path.exists():
        return
    with path.open("rb", buffering=0) as file:
        for offset in range(start, path.stat().st_size - size + 1, size):
            try:
                file.seek(offset)
                block = file.read(size)
            except OSError:
                continue
            if len(block) == size:
                yield block


def _cells(page: bytes) -> Iterator[tuple[int, Row]]:
    for place in range(min(_big(page[3:5]), PAGE // 4)):
        pointer = 8 + 2 * place
        try:
            yield place, _cell(page, _big(page[pointer : pointer + 2]))
        except (_Unreadable, UnicodeDecodeError):
            continue


def _cell(page: bytes, at: int) -> Row:
    length, at = _varint(page, at)
    number, at = _varint(page, at)
    if length > MOST_LOCAL or at + length > PAGE:
        raise _Unreadable
    return Row(number, _record(page[at : at + length]))


def _record(body: bytes) -> tuple[Value, ...]:
    header, at = _varint(body, 0)
    kinds: list[int] = []
    while at < header:
        kind, at = _varint(body, at)
        kinds.append(kind)
    if at != header or header + sum(map(_size, kinds)) != len(body):
        raise _Unreadable
    values: list[Value] = []
    for kind in kinds:
        values.append(_value(kind, body[at : at + _size(kind)]))
        at += _size(kind)
    return tuple(values)


def _size(kind: int) -> int:
    if kind >= 12:
        return (kind - 12) // 2
    return INTEGER_SIZES.get(kind, 0)


def _value(kind: int, octets: bytes) -> Value:
    if kind >= 12:
        return octets.decode() if kind % 2 else octets
    if kind in INTEGER_SIZES:
        return int.from_bytes(octets, "big", signed=True)
    if kind in (8, 9):
        return kind - 8
    if kind == 0:
        return None
    raise _Unreadable


def _varint(octets: bytes, at: int) -> tuple[int, int]:
    """The number that begins at `at`, and where it ends."""
    value = 0
    for place, octet in enumerate(octets[at : at + 8], start=at + 1):
        value = value << 7 | octet & 0x7F
        if octet < 0x80:
            return value, place
    raise _Unreadable


def _big(octets: bytes) -> int:
    return int.from_bytes(octets, "big")
