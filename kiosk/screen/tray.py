"""The tray beside the page: the simulated hardware, as a page may use it."""

import csv
import sqlite3
from collections.abc import Callable, Mapping
from pathlib import Path

from kiosk import database as files, site
from kiosk.identify import roster
from kiosk.screen.server import Act

TRAY_CARDS = 60
BADGES = "tray-badges.csv"
"""Card numbers, each with the code on its holder's badge: the kiosk cannot make one itself."""


class Tray:
    """Cards and badges, and a hand that holds them up; without names where none are shown."""

    def __init__(
        self,
        folder: Path,
        hold_up: Callable[[str, str], None],
        *,
        shows_names: Callable[[], bool],
    ) -> None:
        """`hold_up` takes (method, value) and raises ValueError for what cannot be held up."""
        self._shows_names = shows_names
        self._path = folder / site.FILE
        self._badges = folder / BADGES
        self._hold_up = hold_up

    @property
    def asks(self) -> Mapping[str, Act]:
        """Cards whose holder's name contains `search`, with the holder's badge if there is one."""
        return {"/tray": lambda asked: self._cards(asked.get("search", ""))}

    @property
    def acts(self) -> Mapping[str, Act]:
        """Hold up what is named by its method."""
        return {"/tap": self._tap}

    def _tap(self, said: Mapping[str, str]) -> object:
        for method, value in said.items():
            self._hold_up(method, value)
        return {}

    def _cards(self, search: str) -> list[dict[str, str]]:
        try:
            database = files.connect(self._path, durability=files.Durability.NORMAL)
        except sqlite3.Error:
            return []
        try:
            held = roster.cards(database, search=search, most=TRAY_CARDS)
        except sqlite3.Error:
            return []
        finally:
            database.close()
        named, badges = self._shows_names(), self._codes()
        return [
            {
                "card": each.card,
                "name": each.name if named else each.card,
                "badge": badges.get(each.card, ""),
            }
            for each in held
        ]

    def _codes(self) -> dict[str, str]:
        try:
            with self._badges.open(encoding="utf-8", newline="") as rows:
                return dict(csv.reader(rows))
        except FileNotFoundError:
            return {}
