from dataclasses import replace
from datetime import timedelta

import pytest

from kiosk.protocol.badge_reading import Read, Refusal, read
from kiosk.protocol.badges import Badge, Kind, Verifier, signed
from tests.kiosk.made import at
from tests.kiosk.protocol.test_badges import PRIVATE, public

VERIFIER = Verifier([public()])
PRINTED = Badge(person=17, serial=5, expires_at=at("12:00"))
ROTATING = replace(PRINTED, kind=Kind.ROTATING)
LET_IN = Read("badge:5", 17)
EXPIRED = Read("badge-expired:5", None, Refusal.BADGE_EXPIRED)
UNSURE = Read("clock-unsure:5", None, Refusal.CLOCK_UNSURE)


def shown(badge: Badge, clock: str, *, exact: bool = True) -> Read:
    return read(signed(badge, key=1, private=PRIVATE), VERIFIER, at=at(clock), exact=exact)


@pytest.mark.parametrize(("clock", "answer"), [("11:59:59", LET_IN), ("12:00", EXPIRED)])
def test_a_printed_badge_holds_until_it_expires(clock: str, answer: Read) -> None:
    assert shown(PRINTED, clock) == answer


def test_a_doubtful_clock_turns_no_printed_badge_away() -> None:
    assert shown(PRINTED, "18:00", exact=False) == LET_IN


@pytest.mark.parametrize(
    ("clock", "answer"),
    [
        ("11:59:34", UNSURE),
        ("11:59:35", LET_IN),
        ("12:00", LET_IN),
        ("12:00:04", LET_IN),
        ("12:00:05", EXPIRED),
    ],
)
@pytest.mark.covers("BEY-07")
def test_a_rotating_badge_holds_for_seconds(clock: str, answer: Read) -> None:
    assert shown(ROTATING, clock) == answer


@pytest.mark.covers("BEY-07")
def test_a_photograph_of_a_rotating_badge_is_useless_after_30_seconds() -> None:
    made_at = at("12:00") - timedelta(seconds=20)

    photographed = signed(ROTATING, key=1, private=PRIVATE)
    later = made_at + timedelta(seconds=30)

    assert read(photographed, VERIFIER, at=later, exact=True) == EXPIRED


def test_a_kiosk_that_does_not_know_the_time_refuses_rotating_badges() -> None:
    assert shown(ROTATING, "12:00", exact=False) == UNSURE


def test_a_forged_badge_is_journalled_by_a_fingerprint_that_nobody_holds() -> None:
    forged = signed(PRINTED, key=1, private=bytes(32))

    answer = read(forged, VERIFIER, at=at("08:00"), exact=True)

    assert (answer.person, answer.refusal) == (None, None)
    assert answer.credential.startswith("unread-badge:")
    assert forged not in answer.credential
