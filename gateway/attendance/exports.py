"""A roll as a file: CSV and Excel, with the same columns in the same order for good.

A cell that a spreadsheet would take for a formula is told as text.
"""

import csv
from collections.abc import Iterator, Sequence
from enum import StrEnum
from io import BytesIO, StringIO
from zoneinfo import ZoneInfo

import xlsxwriter

from gateway.attendance.rolls import RollLine
from gateway.attendance.sheets import Sheet

COLUMNS = (
    "date", "session", "person_id", "name", "group", "status", "short", "base", "late_minutes",
    "left_early_minutes", "arrived_at", "reason", "note", "why", "said_by", "enrolled",
)  # fmt: skip
"""Headings, in English whatever the reader's language: programs read them, too."""
BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"
"""Without it Excel takes UTF-8 for something else."""
RISKY = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What spreadsheets take for the beginning of a formula."""

Cell = str | int


class Format(StrEnum):
    """The kinds of file, by the ending of their names."""

    CSV = "csv"
    XLSX = "xlsx"


CONTENT_TYPES = {
    Format.CSV: "text/csv; charset=utf-8",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def exported(sheet: Sheet, kind: Format, *, zone: ZoneInfo) -> bytes:
    """The roll as a file, its times on the clock of `zone` (SES-06)."""
    rows = [COLUMNS, *_rows(sheet, zone)]
    return _csv(rows) if kind is Format.CSV else _xlsx(rows)


def file_name(sheet: Sheet, kind: Format) -> str:
    """What the file is called: no name of a person or a session is in it."""
    return f"roll-{sheet.session.day}-{sheet.session.id}.{kind.value}"


def as_text(cell: Cell) -> Cell:
    """The cell as no spreadsheet takes it for a formula; numbers stay numbers."""
    if isinstance(cell, str) and cell.startswith(RISKY):
        return f"'{cell}"
    return cell


def _csv(rows: Sequence[Sequence[Cell]]) -> bytes:
    text = StringIO(newline="")
    csv.writer(text).writerows([as_text(cell) for cell in row] for row in rows)
    return (BOM + text.getvalue()).encode()


def _xlsx(rows: Sequence[Sequence[Cell]]) -> bytes:
    octets = BytesIO()
    with xlsxwriter.Workbook(octets, {"in_memory": True}) as book:
        page = book.add_worksheet("Roll")
        for place, row in enumerate(rows):
            for column, cell in enumerate(row):
                write = page.write_string if isinstance(cell, str) else page.write_number
                write(place, column, as_text(cell))
        page.freeze_panes(1, 0)
        page.set_column(0, len(COLUMNS) - 1, 16)
    return octets.getvalue()


def _rows(sheet: Sheet, zone: ZoneInfo) -> Iterator[Sequence[Cell]]:
    for line in sheet.lines:
        yield (
            sheet.session.day.isoformat(),
            sheet.session.title,
            line.person_id,
            line.name,
            line.year_group,
            line.status_name,
            line.status_short,
            line.base.value,
            *_minutes(line),
            f"{line.arrived_at.astimezone(zone):%Y-%m-%d %H:%M}" if line.arrived_at else "",
            line.reason,
            line.note,
            line.why,
            line.author,
            "no" if line.is_subdued else "yes",
        )


def _minutes(line: RollLine) -> tuple[Cell, Cell]:
    return line.late_minutes or "", line.left_early_minutes or ""
