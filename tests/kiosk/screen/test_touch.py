from dataclasses import replace
from pathlib import Path

import pytest

from kiosk import site
from kiosk.identify import roster
from kiosk.identify.tries import CLOSED_FOR, MOST
from kiosk.protocol.messages import Credential, Method, RosterPart
from kiosk.protocol.options import GroupName
from kiosk.protocol.pins import pin_value
from kiosk.screen.offers import Offers
from kiosk.screen.touch import Touch
from kiosk.visit import Sighting
from tests.kiosk.made import clock_at, site_settings
from tests.kiosk.neighbours import person

KEY, PIN = b"k" * 32, "481920"
HELD = Credential(method=Method.PIN, value=pin_value(PIN, KEY))
MIA = person(1, "Mia K.", credentials=(HELD,))
CROWD = tuple(person(number, f"Anna {number}") for number in range(10, 20))


class Screen:
    """A touch screen at a site that offers both, and what it lets in."""

    def __init__(self, folder: Path) -> None:
        database = site.open_site(folder)
        roster.apply(database, RosterPart(base=0, version=1, people=(MIA, *CROWD)))
        database.close()
        self.folder = folder
        self.clock = clock_at("08:00")
        self.offers = Offers(pin_key=KEY, names=True)
        self.seen: list[Sighting] = []
        self.touch = Touch(
            folder, self.clock, offers=lambda: self.offers, put=self.seen.append, language="en"
        )

    def enter(self, pin: str) -> object:
        return self.touch.enter_pin({"pin": pin})

    def let_in(self) -> list[tuple[Method, str]]:
        return [(each.method, each.value) for each in self.seen]


@pytest.fixture
def screen(tmp_path: Path) -> Screen:
    return Screen(tmp_path)


def test_who_has_the_pin_is_let_in_by_what_it_is_turned_into(screen: Screen) -> None:
    assert screen.enter(PIN) == {"text": ""}
    assert screen.let_in() == [(Method.PIN, HELD.value)]


def test_a_pin_nobody_has_lets_nobody_in_and_is_told_to_nobody(screen: Screen) -> None:
    assert screen.enter("730158") == {"text": "This PIN is not known. Please try again"}
    assert screen.let_in() == []


@pytest.mark.fault
def test_guessing_ends_soon_even_for_who_has_a_pin_of_their_own(screen: Screen) -> None:
    for guess in range(MOST - 1):
        screen.enter(f"7301{guess:02}")
    screen.enter(PIN)
    closing = screen.enter("730199")

    closed = screen.enter(PIN)

    too_many = {"text": "Too many tries. Please use your card or see the office"}
    assert (closing, closed) == (too_many, too_many)
    assert len(screen.seen) == 1


def test_after_a_while_a_pin_may_be_tried_again(screen: Screen) -> None:
    for guess in range(MOST):
        screen.enter(f"7301{guess:02}")
    screen.clock.advance(CLOSED_FOR)

    assert screen.enter(PIN) == {"text": ""}


def test_where_pins_are_not_offered_none_is_taken(screen: Screen) -> None:
    screen.offers = replace(screen.offers, pin_key=b"")

    with pytest.raises(ValueError, match="no such PIN"):
        screen.enter(PIN)

    assert screen.let_in() == []


@pytest.mark.fault
def test_without_a_roster_a_pin_is_neither_right_nor_counted_as_wrong(screen: Screen) -> None:
    (screen.folder / site.FILE).unlink()

    for _ in range(MOST + 1):
        with pytest.raises(ValueError, match="cannot be read"):
            screen.enter(PIN)


def test_a_name_is_found_with_what_the_school_calls_its_year(screen: Screen) -> None:
    database = site.open_site(screen.folder)
    called = (GroupName(id=MIA.year_group or 0, name="Year 3"),)
    site.take_settings(database, site_settings(year_groups=called))
    database.close()

    assert screen.touch.find_names({"letters": "mi"}) == {
        "people": [{"person": "1", "name": "Mia K.", "group": "Year 3"}],
        "text": "",
    }


def test_too_many_names_are_not_told(screen: Screen) -> None:
    assert screen.touch.find_names({"letters": "an"}) == {
        "people": [],
        "text": "Many names begin like this: one more letter, please",
    }


def test_the_person_chosen_is_let_in(screen: Screen) -> None:
    screen.touch.choose_name({"person": "1"})

    assert screen.let_in() == [(Method.NAME, "1")]


@pytest.mark.parametrize("person", ["", "x", "-1", "١", "9" * 20])
def test_what_is_no_number_chooses_nobody(screen: Screen, person: str) -> None:
    with pytest.raises(ValueError, match="by number"):
        screen.touch.choose_name({"person": person})

    assert screen.let_in() == []


def test_where_names_are_not_offered_none_is_found_or_chosen(screen: Screen) -> None:
    screen.offers = replace(screen.offers, names=False)

    for act in (screen.touch.find_names, screen.touch.choose_name):
        with pytest.raises(ValueError, match="cannot be looked for"):
            act({"letters": "mia", "person": "1"})


@pytest.mark.fault
def test_a_search_without_a_roster_says_that_it_failed(screen: Screen) -> None:
    (screen.folder / site.FILE).unlink()

    found = screen.touch.find_names({"letters": "mia"})

    assert found == {"people": [], "text": "This did not work. Please try again"}
