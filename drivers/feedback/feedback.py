"""What lamp and buzzer promise: an answer for a kiosk without a screen."""

from enum import StrEnum
from typing import Protocol


class Signal(StrEnum):
    """What is told, each with its own colour and sound so that neither is needed alone."""

    IN = "in"
    OUT = "out"
    ALREADY = "already"
    ASK = "ask"
    STOP = "stop"


class Feedback(Protocol):
    """Lamps and a buzzer."""

    def show(self, signal: Signal) -> None:
        """Begin the signal and come back at once; a new one cuts off the one before.

        Raises DeviceAway when the device does not answer.
        """
        ...

    def close(self) -> None:
        """All off, and let go of the device. Closing twice does no harm."""
        ...
