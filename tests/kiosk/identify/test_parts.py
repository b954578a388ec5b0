from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlite_utils import Database

from drivers.card.numbers import Format
from drivers.card.reader import CardUid
from kiosk import site
from kiosk.identify import roster
from kiosk.identify.parts import PartFinder
from kiosk.protocol.messages import Credential, Method, RosterPart
from tests.kiosk.neighbours import person

CARDS = ("04A224B1C95E80", "04A224B1C95E81", "04FF24B1C95E80", "16A41AB1", "0102030405")


@pytest.fixture
def roster_of(tmp_path: Path) -> Iterator[Database]:
    database = site.open_site(tmp_path)
    cards = tuple(Credential(method=Method.CARD, value=each) for each in CARDS)
    lost = (Credential(method=Method.CARD, value="99887766554433"),)
    people = (person(1, credentials=cards),)
    roster.apply(database, RosterPart(base=0, version=1, people=people, blocked=lost))
    yield database
    database.close()


@pytest.mark.parametrize(
    ("form", "seen", "whole"),
    [
        ("hex:last-4", "B1C95E81", "04A224B1C95E81"),
        ("hex:first-4", "04FF24B1", "04FF24B1C95E80"),
        ("facility", "00C95E81", "04A224B1C95E81"),
        ("facility", "00A41AB1", "16A41AB1"),
        ("hex:first-3", "16A41A00", "16A41AB1"),
        ("hex:last-4", "66554433", "99887766554433"),
    ],
)
def test_a_part_finds_the_one_card_it_is_of(
    roster_of: Database, form: str, seen: str, whole: str
) -> None:
    found = PartFinder(roster_of, schema="main").whole(CardUid.parse(seen), Format.parse(form))

    assert str(found) == whole


@pytest.mark.parametrize(
    ("form", "seen"),
    [
        ("hex:last-4", "B1C95E80"),
        ("hex:first-4", "04A224B1"),
        ("hex:last-4", "AABBCCDD"),
        ("hex:last-4", "02030405"),
        ("hex", "B1C95E81"),
    ],
)
def test_none_is_guessed_where_several_fit_or_none_does(
    roster_of: Database, form: str, seen: str
) -> None:
    found = PartFinder(roster_of, schema="main").whole(CardUid.parse(seen), Format.parse(form))

    assert found is None
