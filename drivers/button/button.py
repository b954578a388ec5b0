"""What the staff's button promises, and how bouncing contacts become presses."""

from datetime import timedelta
from enum import StrEnum
from typing import Protocol

SETTLED = timedelta(milliseconds=30)
"""Contacts bounce for some milliseconds; a level that lasts this long is meant."""


class Press(StrEnum):
    """What a person did with the button. HELD is told while it is still down."""

    SHORT = "short"
    HELD = "held"


class Button(Protocol):
    """One button, out of the public's reach."""

    def read(self, timeout: timedelta) -> Press | None:
        """Wait for a press; None when none was within `timeout`. Raises DeviceAway."""
        ...

    def close(self) -> None:
        """Let go of the device. Closing twice does no harm."""
        ...


class Presses:
    """Turns edges, in the order they came, into presses. `at` and `now` never jump."""

    def __init__(self, *, hold: timedelta) -> None:
        self._hold = hold
        self._level, self._level_since = False, timedelta(0)
        self._is_down, self._down_since = False, timedelta(0)
        self._is_told = False

    def edge(self, *, is_down: bool, at: timedelta) -> None:
        """The contact closed, or opened."""
        if is_down != self._level:
            self._level, self._level_since = is_down, at

    def look(self, now: timedelta) -> Press | None:
        """The press that is complete by now, told once."""
        if self._level != self._is_down and now - self._level_since >= SETTLED:
            return self._settle()
        if self._is_down and not self._is_told and now - self._down_since >= self._hold:
            self._is_told = True
            return Press.HELD
        return None

    def due(self) -> timedelta | None:
        """When to look again though no edge came; None while nothing is under way."""
        if self._level != self._is_down:
            return self._level_since + SETTLED
        if self._is_down and not self._is_told:
            return self._down_since + self._hold
        return None

    def _settle(self) -> Press | None:
        self._is_down = self._level
        if self._is_down:
            self._down_since, self._is_told = self._level_since, False
            return None
        return None if self._is_told else Press.SHORT
