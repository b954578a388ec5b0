"""Signed badges at the desk: decided with the public keys alone."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from drivers.clock.clock import Reading
from kiosk import site
from kiosk.desk import Desk
from kiosk.identify import roster
from kiosk.protocol.badge_reading import Refusal
from kiosk.protocol.badges import Badge, Kind, signed
from kiosk.protocol.messages import Credential, Method, RosterPart
from kiosk.visit import Answer, Outcome, Sighting
from tests.kiosk.made import at, reading_at, settings_in, site_settings
from tests.kiosk.neighbours import person
from tests.kiosk.protocol.test_badges import PRIVATE, public
from tests.kiosk.test_desk import told

BADGE = Badge(person=900, serial=5, expires_at=at("12:00"))
QR = Credential(method=Method.QR, value="badge:5")


class BadgeDoor:
    """A desk that has heard its site's settings, and of nobody."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        database = site.open_site(folder)
        site.take_settings(database, site_settings(badge_keys=(public(),)))
        database.close()
        self.desk = Desk(settings_in(folder))

    def hear(self, part: RosterPart) -> None:
        database = site.open_site(self.folder)
        assert roster.apply(database, part)
        database.close()

    def show(self, text: str, reading: Reading | None = None) -> Answer:
        return self.desk.answer(Sighting(Method.QR, text, reading or reading_at("08:00")))

    def show_badge(self, badge: Badge = BADGE, reading: Reading | None = None) -> Answer:
        return self.show(signed(badge, key=1, private=PRIVATE), reading)

    def journalled(self) -> list[tuple[str, int | None, str]]:
        return [(track.credential, track.person, track.shown) for track in told(self.folder)]


@pytest.fixture
def door(tmp_path: Path) -> Iterator[BadgeDoor]:
    opened = BadgeDoor(tmp_path)
    yield opened
    opened.desk.close()


@pytest.mark.covers("BEY-07", "QR-02")
def test_a_valid_badge_of_somebody_unheard_of_is_let_in_without_a_name(door: BadgeDoor) -> None:
    answer = door.show_badge()

    assert (answer.outcome, answer.name, answer.language) == (Outcome.SIGNED_IN, "", None)
    assert door.journalled() == [("badge:5", 900, "signed_in")]


def test_a_known_holder_is_greeted_by_name(door: BadgeDoor) -> None:
    door.hear(RosterPart(base=0, version=1, people=(person(900),)))

    answer = door.show_badge()

    assert (answer.outcome, answer.name) == (Outcome.SIGNED_IN, "Person 900")


def test_card_and_badge_of_one_person_count_together(door: BadgeDoor) -> None:
    door.show_badge()

    outcomes = [
        door.show_badge(reading=reading_at(clock)).outcome for clock in ("08:00:30", "11:00")
    ]

    assert outcomes == [Outcome.ALREADY_IN, Outcome.SIGNED_OUT]


@pytest.mark.covers("BEY-07")
def test_a_revoked_badge_is_blocked(door: BadgeDoor) -> None:
    door.hear(RosterPart(base=0, version=1, blocked=(QR,)))

    assert door.show_badge().outcome is Outcome.BLOCKED
    assert door.journalled() == [("badge:5", 900, "blocked")]


def test_the_roster_decides_whose_badge_it_is_now(door: BadgeDoor) -> None:
    taken_over = person(30).model_copy(update={"credentials": (QR,)})
    door.hear(RosterPart(base=0, version=1, people=(taken_over,)))

    door.show_badge()

    assert door.journalled() == [("badge:5", 30, "signed_in")]


def test_an_expired_badge_is_refused_in_words_and_counts_for_nobody(door: BadgeDoor) -> None:
    answer = door.show_badge(reading=reading_at("12:00"))

    assert (answer.outcome, answer.because) == (Outcome.UNKNOWN, Refusal.BADGE_EXPIRED)
    assert door.journalled() == [("badge-expired:5", None, "unknown")]


def test_a_rotating_badge_needs_a_clock_that_is_trusted(door: BadgeDoor) -> None:
    rotating = replace(BADGE, kind=Kind.ROTATING)

    unsure = door.show_badge(rotating, reading_at("11:59:50", trusted=False))
    sure = door.show_badge(rotating, reading_at("11:59:50"))

    assert (unsure.outcome, unsure.because) == (Outcome.UNKNOWN, Refusal.CLOCK_UNSURE)
    assert sure.outcome is Outcome.SIGNED_IN


def test_a_forged_badge_is_unknown_and_its_token_is_kept_nowhere(door: BadgeDoor) -> None:
    forged = signed(BADGE, key=1, private=bytes(32))

    answer = door.show(forged)

    assert (answer.outcome, answer.because) == (Outcome.UNKNOWN, None)
    assert all(forged.encode() not in file.read_bytes() for file in door.folder.iterdir())


def test_a_valid_token_is_kept_nowhere(door: BadgeDoor) -> None:
    door.show_badge()

    token = signed(BADGE, key=1, private=PRIVATE).encode()
    assert all(token not in file.read_bytes() for file in door.folder.iterdir())


def test_plain_codes_of_the_roster_go_on_working(door: BadgeDoor) -> None:
    plain = Credential(method=Method.QR, value="LIB-2231")
    holder = person(4).model_copy(update={"credentials": (plain,)})
    door.hear(RosterPart(base=0, version=1, people=(holder,)))

    assert door.show("LIB-2231").outcome is Outcome.SIGNED_IN
    assert door.show("LIB-9").outcome is Outcome.UNKNOWN


def test_the_credential_of_a_badge_written_as_text_opens_nothing(door: BadgeDoor) -> None:
    holder = person(30).model_copy(update={"credentials": (QR,)})
    door.hear(RosterPart(base=0, version=1, people=(holder,)))

    assert door.show("badge:5").outcome is Outcome.UNKNOWN
    assert [person for _, person, _ in door.journalled()] == [None]
