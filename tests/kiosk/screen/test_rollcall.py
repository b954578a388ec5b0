from dataclasses import asdict
from zoneinfo import ZoneInfo

import pytest

from kiosk.present import Copy, Known, OnSite
from kiosk.protocol.messages import PersonKind
from kiosk.screen.panel import Moment
from kiosk.screen.rollcall import RollCallShown, lines
from kiosk.screen.words import CATALOGUE
from tests.kiosk.made import reading_at

COPY = Copy(
    present={1: OnSite(1, approximate=True), 2: OnSite(2, approximate=False)},
    people={
        1: Known(1, "Mia K.", PersonKind.STUDENT, 7),
        2: Known(2, "Ruth O.", PersonKind.STAFF, None),
    },
    groups={7: "Year 7"},
)


def drawn(shown: RollCallShown, language: str = "en") -> dict[str, object]:
    return asdict(shown.draw(Moment(reading_at("09:00"), ZoneInfo("UTC"), language)))


@pytest.mark.parametrize(
    ("on_site", "to_find", "count"),
    [
        (340, 12, "12 of 340 to find"),
        (340, 0, "All 340 are accounted for"),
        (0, 0, "Nobody is signed in"),
    ],
)
def test_it_says_how_many_are_to_be_found(on_site: int, to_find: int, count: str) -> None:
    told = drawn(RollCallShown(1, on_site, to_find))

    assert (told["count"], told["all_found"]) == (count, to_find == 0)


@pytest.mark.parametrize("language", CATALOGUE)
def test_the_picture_has_its_words_in_every_language_and_no_name(language: str) -> None:
    told = drawn(RollCallShown(1, 340, 12), language)

    assert all(text for text in told.values() if isinstance(text, str))
    assert "340" in str(told["count"])


def test_who_left_and_is_safe_is_on_the_list_though_not_on_site() -> None:
    listed = lines(COPY, {1, 2, 3}, {3}, language="en")

    assert [(each.name, each.group, each.is_safe, each.approximate) for each in listed] == [
        ("Mia K.", "Year 7", False, True),
        ("#3", "Others", True, False),
        ("Ruth O.", "Staff", False, False),
    ]
