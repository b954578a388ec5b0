from pathlib import Path

import pytest

from gateway.people.errors import UnreadableFile
from gateway.people.tables import MOST_BYTES, Line, Problem, Table, read_table

NAMES = {"external_id": ("student id",), "given_name": ("first name",)}


def read(path: Path) -> Table:
    return read_table(path, names=NAMES, required=("external_id",))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "people.csv"


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_a_table_is_read_however_a_spreadsheet_saved_it(
    file: Path, separator: str, encoding: str, ending: str
) -> None:
    text = ending.join(
        [separator.join(["Student ID", "First name"]), separator.join(["S1", "Zoë"])]
    )
    file.write_bytes(text.encode(encoding))

    assert read(file) == Table(
        columns=("external_id", "given_name"),
        lines=(Line(2, ("S1", "Zoë")),),
        ignored=(),
        problems=(),
    )


def test_a_line_that_names_the_separator_is_no_heading(file: Path) -> None:
    file.write_text("sep=;\nexternal_id;given_name\nS1;Mia\n")

    assert read(file).lines == (Line(3, ("S1", "Mia")),)


def test_headings_may_be_written_and_ordered_as_one_likes(file: Path) -> None:
    file.write_text("FIRST-NAME,shoe size,Student_Id\nMia,34,S1\n")

    table = read(file)

    assert (table.columns, table.ignored) == (("given_name", "external_id"), ("shoe size",))
    assert table.lines == (Line(2, ("Mia", "S1")),)


def test_lines_are_numbered_as_an_editor_shows_them(file: Path) -> None:
    file.write_text('external_id,given_name\n\nS1,"Mia\nMaria"\n,\nS2,Ben\n')

    assert [(line.number, line.cells[0]) for line in read(file).lines] == [(3, "S1"), (6, "S2")]


def test_missing_cells_are_empty_and_surplus_ones_are_a_problem(file: Path) -> None:
    file.write_text("external_id,given_name\nS1\nS2,Ben,Young\n")

    table = read(file)

    assert table.lines[0] == Line(2, ("S1", ""))
    assert [problem.line for problem in table.problems] == [3]


@pytest.mark.parametrize(
    ("octets", "says"),
    [
        (b"", "is empty"),
        (b"\n\n", "is empty"),
        (b"name,age\nMia,12\n", "has no column external_id; its first line names name, age"),
        (b"external_id,Student ID\nS1,S1\n", "both mean external_id"),
        (b"PK\x03\x04rest", "save it as CSV UTF-8"),
        (b"\xd0\xcf\x11\xe0rest", "save it as CSV UTF-8"),
        (b"external_id\nS1\nZo\xeb\n", "signs in line 3 that are not UTF-8"),
        (b"external_id\n", "has no line below its headings"),
        (b"external_id\nS\x001\n", "is no text file"),
        ("external_id\nS\x001\n".encode("utf-16"), "signs that are no text"),
        (bytes(range(256)), "is no text file"),
        (b'external_id\nS1\n"S2\n', "line 3 cannot be read"),
        (b"external_id\nS1\n" + b"x" * 1_000_000 + b"\n", "line 3 cannot be read"),
    ],
)
def test_what_is_no_table_is_refused_with_what_to_do(file: Path, octets: bytes, says: str) -> None:
    file.write_bytes(octets)

    with pytest.raises(UnreadableFile, match=says):
        read(file)


def test_a_file_no_school_could_need_is_not_even_read(file: Path) -> None:
    with file.open("wb") as empty:
        empty.truncate(MOST_BYTES + 1)

    with pytest.raises(UnreadableFile, match="larger than 50 MB"):
        read(file)


def test_a_file_that_is_not_there_is_named(file: Path) -> None:
    with pytest.raises(UnreadableFile, match="cannot be read: No such file"):
        read(file)


def test_a_problem_says_where_it_is() -> None:
    assert str(Problem(3, "card", "is empty")) == "line 3, card: is empty"
    assert str(Problem(3, "", "is odd")) == "line 3: is odd"
