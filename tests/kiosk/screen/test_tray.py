from pathlib import Path

import pytest

from kiosk.screen.tray import BADGES, Tray
from tests.kiosk.made import fill
from tests.kiosk.neighbours import card_of


def tray_in(folder: Path, held: list[tuple[str, str]], *, named: bool = True) -> Tray:
    return Tray(
        folder, lambda method, value: held.append((method, value)), shows_names=lambda: named
    )


def test_cards_are_found_by_their_holders_name(tmp_path: Path) -> None:
    fill(tmp_path, 1, 17)

    found = tray_in(tmp_path, []).asks["/tray"]({"search": "17"})

    assert found == [{"card": card_of(17), "name": "Person 17", "badge": ""}]


def test_where_no_names_may_be_shown_cards_go_by_their_number(tmp_path: Path) -> None:
    fill(tmp_path, 17)

    found = tray_in(tmp_path, [], named=False).asks["/tray"]({"search": ""})

    assert found == [{"card": card_of(17), "name": card_of(17), "badge": ""}]


def test_a_badge_lies_beside_its_holders_card(tmp_path: Path) -> None:
    fill(tmp_path, 1, 17)
    (tmp_path / BADGES).write_text(f"{card_of(17)},MB:SIGNED\n", encoding="utf-8")

    found = tray_in(tmp_path, []).asks["/tray"]({"search": ""})

    assert found == [
        {"card": card_of(1), "name": "Person 1", "badge": ""},
        {"card": card_of(17), "name": "Person 17", "badge": "MB:SIGNED"},
    ]


@pytest.mark.fault
def test_without_a_roster_there_are_no_cards(tmp_path: Path) -> None:
    assert tray_in(tmp_path, []).asks["/tray"]({}) == []


def test_what_is_tapped_is_held_up(tmp_path: Path) -> None:
    held: list[tuple[str, str]] = []

    tray_in(tmp_path, held).acts["/tap"]({"qr": "abc"})

    assert held == [("qr", "abc")]
