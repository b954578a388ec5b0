"""What a card reader promises, and the number it reads."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol, Self, runtime_checkable

LENGTHS = (4, 7, 10)
"""Bytes of a single, double and triple size number (ISO/IEC 14443-3, 6.5.4)."""


@dataclass(frozen=True, slots=True)
class CardUid:
    """A card's number as the card sends it: 4, 7 or 10 bytes, first byte first."""

    octets: bytes

    def __post_init__(self) -> None:
        if len(self.octets) not in LENGTHS:
            raise ValueError(f"a card number has 4, 7 or 10 bytes, not {len(self.octets)}")

    @classmethod
    def parse(cls, text: str) -> Self:
        """The number written in hex, as `str` writes it. Raises ValueError."""
        try:
            octets = bytes.fromhex(text)
        except ValueError:
            raise ValueError("a card number is written with the digits 0-9 and A-F") from None
        return cls(octets)

    def __str__(self) -> str:
        return self.octets.hex().upper()


RANDOM_PREFIX = 0x08
"""A single size number that begins so is thrown anew each time (ISO/IEC 14443-3, 6.5.4)."""


def is_random(card: CardUid) -> bool:
    """Whether the number tells nothing: the same card or phone shows another one next time."""
    return len(card.octets) == LENGTHS[0] and card.octets[0] == RANDOM_PREFIX


class CardReader(Protocol):
    """Reads the cards held to one antenna.

    A card that stays on the antenna is told once; told again only after it was away.
    """

    def read(self, timeout: timedelta) -> CardUid | None:
        """Wait for a card to be held up; None when none was within `timeout`.

        Raises DeviceAway when the reader does not answer, DeviceMisread when the card
        left before its number was whole.
        """
        ...

    def close(self) -> None:
        """Let go of the device. Closing twice does no harm."""
        ...


@runtime_checkable
class TypingReader(Protocol):
    """A reader that types: the same card may be written in many ways."""

    @property
    def typed(self) -> str:
        """The number read last, as it was typed."""
        ...
