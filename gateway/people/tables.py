"""Reads a table that somebody saved from a spreadsheet, and says what is wrong with it."""

import csv
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from gateway.people.errors import UnreadableFile

MOST_BYTES = 50_000_000
_SPREADSHEETS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_DELIMITERS = ",;\t"


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a table with the number of the line it begins on; one cell a known column."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong in one line of a file; `column` is empty where the whole line is."""

    line: int
    column: str
    what: str

    def __str__(self) -> str:
        place = f"line {self.line}, {self.column}" if self.column else f"line {self.line}"
        return f"{place}: {self.what}"


@dataclass(frozen=True, slots=True)
class Table:
    """The known columns and the lines below them; `ignored` are headings nobody knows."""

    columns: tuple[str, ...]
    lines: tuple[Line, ...]
    ignored: tuple[str, ...]
    problems: tuple[Problem, ...]


def read_table(path: Path, *, names: Mapping[str, Sequence[str]], required: Sequence[str]) -> Table:
    """Read a comma, semicolon or tab separated file in UTF-8 or UTF-16.

    `names` gives every column with the headings it may have; case, spaces and signs do not
    matter in them. Raises UnreadableFile, which says what to do about it.
    """
    rows = list(_rows(_text(path)))
    if not rows:
        raise UnreadableFile(f"{path.name} is empty: its first line must name the columns")
    if len(rows) == 1:
        raise UnreadableFile(f"{path.name} has no line below its headings: nothing to import")
    header = rows[0].cells
    places = _places(header, names)
    missing = [column for column in required if column not in places]
    if missing:
        raise UnreadableFile(
            f"{path.name} has no column {', '.join(missing)}; "
            f"its first line names {', '.join(header) or 'nothing'}"
        )
    known = set(places.values())
    return Table(
        columns=tuple(places),
        lines=tuple(_picked(row, places) for row in rows[1:]),
        ignored=tuple(h for n, h in enumerate(header) if n not in known and h.strip()),
        problems=tuple(
            _surplus(row, len(header)) for row in rows[1:] if len(row.cells) > len(header)
        ),
    )


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise UnreadableFile(f"{path.name} is larger than {MOST_BYTES // 1_000_000} MB")
        octets = path.read_bytes()
    except OSError as unreadable:
        raise UnreadableFile(f"{path} cannot be read: {unreadable.strerror}") from unreadable
    if octets.startswith(_SPREADSHEETS):
        raise UnreadableFile(f"{path.name} is a spreadsheet: save it as CSV UTF-8 and try again")
    text = _decoded(octets, path.name)
    if "\0" in text:
        raise UnreadableFile(f"{path.name} has signs that are no text: save it as CSV UTF-8")
    return text


def _decoded(octets: bytes, name: str) -> str:
    utf16 = octets.startswith((BOM_UTF16_LE, BOM_UTF16_BE))
    if b"\0" in octets and not utf16:
        raise UnreadableFile(f"{name} is no text file: save the table as CSV UTF-8")
    try:
        return octets.decode("utf-16" if utf16 else "utf-8-sig")
    except UnicodeDecodeError as wrong:
        line = octets[: wrong.start].count(b"\n") + 1
        raise UnreadableFile(
            f"{name} has signs in line {line} that are not UTF-8: save it as CSV UTF-8"
        ) from wrong


def _rows(text: str) -> Iterator[Line]:
    """Every row that is not blank, with the line it begins on."""
    first, _, _ = text.partition("\n")
    skipped = 1 if first.strip().casefold().startswith("sep=") else 0
    body = text.split("\n", 1)[-1] if skipped else text
    reader = csv.reader(StringIO(body, newline=""), delimiter=_delimiter(body), strict=True)
    begins = skipped + 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield Line(begins, tuple(cells))
            begins = skipped + reader.line_num + 1
    except csv.Error as broken:
        raise UnreadableFile(
            f"line {begins} cannot be read ({broken}): look for a quotation mark that is not closed"
        ) from broken


def _delimiter(text: str) -> str:
    header = text.lstrip("\r\n").partition("\n")[0]
    return max(_DELIMITERS, key=header.count)


def _places(header: Sequence[str], names: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """Where each known column stands. Raises UnreadableFile when one is there twice."""
    column_of = {_plain(name): column for column, all_ in names.items() for name in (column, *all_)}
    places: dict[str, int] = {}
    for place, heading in enumerate(header):
        column = column_of.get(_plain(heading))
        if column in places:
            raise UnreadableFile(
                f"the columns {header[places[column]]!r} and {heading!r} both mean {column}: "
                "remove one of them"
            )
        if column is not None:
            places[column] = place
    return places


def _plain(heading: str) -> str:
    return "".join(sign for sign in heading.casefold() if sign.isalnum())


def _picked(row: Line, places: Mapping[str, int]) -> Line:
    cells = (row.cells[n] if n < len(row.cells) else "" for n in places.values())
    return Line(row.number, tuple(cell.strip() for cell in cells))


def _surplus(row: Line, columns: int) -> Problem:
    return Problem(
        row.number,
        "",
        f"has {len(row.cells)} cells under {columns} headings: put text that holds the "
        "separator into quotation marks",
    )
