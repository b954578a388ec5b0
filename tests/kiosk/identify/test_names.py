from pathlib import Path

import pytest

from kiosk import site
from kiosk.identify import roster
from kiosk.identify.names import MOST_NAMES, Found, Named, find
from kiosk.protocol.messages import RosterPart
from kiosk.protocol.options import GroupName
from tests.kiosk.made import site_settings
from tests.kiosk.neighbours import person

PEOPLE = (
    person(1, "Mia K."),
    person(2, "Zoë Müller-Ångström"),
    person(3, "نُور ح."),
    person(4, "Mika L.", year_group=9),
    *(person(number, f"Anna {chr(55 + number)}.") for number in range(10, 18)),
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    database = site.open_site(tmp_path)
    roster.apply(database, RosterPart(base=0, version=1, people=PEOPLE))
    database.close()
    return tmp_path


def names(found: Found) -> list[str]:
    return [each.name for each in found.people]


@pytest.mark.parametrize(
    ("letters", "expected"),
    [
        ("mi", ["Mia K.", "Mika L."]),
        ("MIA", ["Mia K."]),
        ("mi l", ["Mika L."]),
        ("zoe mul", ["Zoë Müller-Ångström"]),
        ("نو", ["نُور ح."]),
        ("xy", []),
        ("%_", []),
    ],
)
def test_people_are_found_by_how_their_names_begin(
    folder: Path, letters: str, expected: list[str]
) -> None:
    assert names(find(folder, letters)) == expected


def test_what_the_school_calls_their_year_tells_two_of_one_name_apart(folder: Path) -> None:
    database = site.open_site(folder)
    called = (GroupName(id=9, name="Year 3"),)
    site.take_settings(database, site_settings(year_groups=called))
    database.close()

    assert find(folder, "mika").people == (Named(4, "Mika L.", "Year 3"),)


def test_a_year_that_was_not_told_yet_is_left_out(folder: Path) -> None:
    assert find(folder, "mika").people == (Named(4, "Mika L.", ""),)


@pytest.mark.parametrize("letters", ["", " ", "m", "a "])
def test_one_letter_finds_nobody_however_few_there_are(folder: Path, letters: str) -> None:
    assert find(folder, letters) in (Found((), too_many=True), Found((), too_many=False))


def test_a_long_list_is_never_told(folder: Path) -> None:
    assert find(folder, "an") == Found((), too_many=True)
    assert len(find(folder, "an a").people) <= MOST_NAMES
