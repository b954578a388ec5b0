import csv
from collections.abc import Iterator, Sequence
from io import BytesIO, StringIO
from xml.etree import ElementTree
from zipfile import ZipFile

import pytest

from gateway.attendance import marking
from gateway.attendance.exports import BOM, COLUMNS, Format, as_text, exported, file_name
from gateway.attendance.models import Session
from gateway.attendance.sheets import sheet_of
from gateway.attendance.values import Base, Mark
from gateway.people.models import Person
from tests.gateway.classes import enrol_in, make_learner, make_offering, make_session
from tests.gateway.school import LONDON, OFFICE, at, make_school

pytestmark = pytest.mark.django_db
SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def make_roll(name: str = "Mia Keller", note: str = "new glasses") -> tuple[Session, Person]:
    """One who came twelve minutes late and left twenty early, with a note."""
    offering, mia = make_offering(make_school().site), make_learner(name)
    enrol_in(offering, mia)
    session = make_session(offering)
    mark = Mark(
        Base.PRESENT, late_minutes=12, left_early_minutes=20, reason="bus", arrived_at=at("16:12")
    )
    marking.mark(
        session_id=session.pk,
        wanted=[marking.Wanted(mia.pk, mark, note)],
        by=OFFICE,
        now=at("16:30"),
    )
    return session, mia


def octets(session: Session, kind: Format) -> bytes:
    return exported(sheet_of(session.pk, by=OFFICE, now=at("16:30")), kind, zone=LONDON)


def rows_of_csv(content: bytes) -> list[list[str]]:
    return list(csv.reader(StringIO(content.decode().removeprefix(BOM), newline="")))


def rows_of_xlsx(content: bytes) -> list[list[str]]:
    """Every cell of the first page as it is shown; numbers as they are written."""
    with ZipFile(BytesIO(content)) as book:
        shared = ElementTree.fromstring(book.read("xl/sharedStrings.xml"))  # noqa: S314 - our own
        page = ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml"))  # noqa: S314 - the same
    texts = ["".join(each.itertext()) for each in shared]
    return [list(_cells(row, texts)) for row in page.iter(f"{SHEET}row")]


def _cells(row: ElementTree.Element, texts: Sequence[str]) -> Iterator[str]:
    for cell in row:
        assert cell.find(f"{SHEET}f") is None, "a formula"
        value = cell.findtext(f"{SHEET}v") or ""
        yield texts[int(value)] if cell.get("t") == "s" else value


def told(session: Session, mia: Person, name: str = "Mia Keller") -> list[list[str]]:
    line = [
        "2026-11-23", "Algebra", str(mia.pk), name, "Algebra", "Late & Left Early",
        "L 12, EL 20", "present", "12", "20", "2026-11-23 16:12", "bus", "new glasses",
        "marked by office", "person", "yes",
    ]  # fmt: skip
    return [list(COLUMNS), line]


@pytest.mark.covers("SES-06")
def test_a_roll_is_read_back_from_its_csv_file() -> None:
    session, mia = make_roll()

    content = octets(session, Format.CSV)

    assert content.startswith(b"\xef\xbb\xbf")
    assert rows_of_csv(content) == told(session, mia)


@pytest.mark.covers("SES-06")
def test_a_roll_is_read_back_from_its_excel_file() -> None:
    session, mia = make_roll("Zoë Ådahl")

    assert rows_of_xlsx(octets(session, Format.XLSX)) == told(session, mia, "Zoë Ådahl")


@pytest.mark.parametrize("kind", Format)
def test_no_name_and_no_note_becomes_a_formula(kind: Format) -> None:
    session, _ = make_roll('=HYPERLINK("http://evil") Keller', "@SUM(1)")

    content = octets(session, kind)

    _, line = rows_of_csv(content) if kind is Format.CSV else rows_of_xlsx(content)
    assert (line[3], line[12]) == ('\'=HYPERLINK("http://evil") Keller', "'@SUM(1)")


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@a", "\t=1", "\r=1", "\n=1", "＝1", "－1"])
def test_what_a_spreadsheet_would_reckon_with_is_told_as_text(text: str) -> None:
    assert as_text(text) == f"'{text}"


def test_numbers_and_plain_text_stay_as_they_are() -> None:
    assert [as_text(cell) for cell in (12, "", "L 12, EL 20", "–")] == [12, "", "L 12, EL 20", "–"]


def test_a_file_is_named_by_date_and_number_alone() -> None:
    session, _ = make_roll()

    name = file_name(sheet_of(session.pk, by=OFFICE, now=at("16:30")), Format.XLSX)

    assert name == f"roll-2026-11-23-{session.pk}.xlsx"
