from base64 import b64encode
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from kiosk.protocol.options import SessionCode
from kiosk.screen.offers import INSTRUCTIONS, Offers, Senses, offers, senses
from kiosk.visit import SiteRules
from tests.kiosk.made import at

KEY = b64encode(b"key").decode()
RULES = SiteRules(ZoneInfo("UTC"), pin_key=KEY, finds_names=True, ask_late_reason=True)


def code(session: int, start: str, end: str) -> SessionCode:
    return SessionCode(
        session=session,
        title=f"Session {session}",
        shown_from=at(start),
        shown_until=at(end),
        url="https://muster.school/attend/1/",
        key=KEY,
    )


def shown(offered: Offers, clock: str) -> int | None:
    found = offered.code_at(at(clock))
    return found.session if found else None


def test_a_touch_screen_offers_what_the_site_switched_on() -> None:
    assert offers(RULES, touch=True) == Offers(pin_key=b"key", names=True, late_reasons=True)


def test_without_a_touch_screen_nothing_is_offered() -> None:
    assert offers(RULES, touch=False) == Offers()


def test_where_no_names_may_be_shown_none_can_be_looked_for() -> None:
    offered = offers(replace(RULES, show_names=False), touch=True)

    assert (offered.names, offered.pin, offered.late_reasons) == (False, True, True)


@pytest.mark.covers("BEY-07")
def test_a_code_is_shown_while_its_session_meets() -> None:
    offered = Offers(codes=(code(1, "08:45", "10:00"),))

    assert [shown(offered, at) for at in ("08:44", "08:45", "09:59", "10:00")] == [None, 1, 1, None]


def test_of_several_sessions_each_has_its_turn() -> None:
    offered = Offers(codes=(code(1, "08:00", "10:00"), code(2, "08:00", "10:00")))
    start = at("09:00")

    turns = [offered.code_at(start + timedelta(seconds=15) * n) for n in range(4)]

    assert sorted({each.session for each in turns if each}) == [1, 2]
    assert turns[0] != turns[1]


@pytest.mark.parametrize(
    ("away", "face", "expected"),
    [
        (frozenset[str](), False, Senses(card=True, code=True)),
        (frozenset({"card-reader"}), False, Senses(card=True, code=True)),
        (frozenset({"card-reader", "usb-reader"}), False, Senses(card=False, code=True)),
        (frozenset({"camera"}), True, Senses(card=True, code=False)),
        (frozenset[str](), True, Senses(card=True, code=True, face=True)),
    ],
)
def test_a_kiosk_senses_with_what_answers(
    away: frozenset[str], face: bool, expected: Senses
) -> None:
    readers = ("card-reader", "usb-reader")

    assert senses(readers=readers, camera="camera", away=away, face=face) == expected


def test_a_kiosk_without_a_camera_sees_no_codes_and_no_faces() -> None:
    found = senses(readers=("card-reader",), camera=None, away=frozenset(), face=True)

    assert found == Senses(card=True, code=False, face=False)


def test_every_way_to_sense_has_its_instruction() -> None:
    ways = [Senses(c, q, f) for c in (True, False) for q in (True, False) for f in (True, False)]

    assert [way for way in ways if way not in INSTRUCTIONS] == []
