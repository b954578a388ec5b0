"""What lamp and buzzer promise: an answer for a kiosk without a screen."""

from enum import StrEnum
from typing import Protocol


class Signal(StrEnum):
    """What is told, each with its own colour, light and sound, so that any one is enough."""

    IN = "in"
    OUT = "out"
    ALREADY = "already"
    REFUSED = "refused"
    NOT_RECORDED = "not_recorded"


class Feedback(Protocol):
    """A lamp, a buzzer, or both. `name` stands in logs and in the diagnosis."""

    @property
    def name(self) -> str:
        """What it is called, such as "lamp"."""
        ...

    def check(self) -> None:
        """See that it is there, showing nothing. Raises DeviceAway when it does not answer."""
        ...

    def show(self, signal: Signal) -> None:
        """Begin the signal and come back at once; a new one cuts off the one before.

        Raises DeviceAway when the device does not answer.
        """
        ...

    def close(self) -> None:
        """All off, and let go of the device. Closing twice does no harm."""
        ...
