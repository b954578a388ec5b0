"""Which of the Raspberry Pi's pins (BCM numbers) a lamp, buzzer or button may use."""

from collections.abc import Mapping

FIRST, LAST = 2, 27
"""Pins of the 40-pin header; 0 and 1 read the board's identity chip."""

RESERVED = {
    8: "the card reader's chip select (SPI0 CE0)",
    9: "the card reader's data out (SPI0 MISO)",
    10: "the card reader's data in (SPI0 MOSI)",
    11: "the card reader's clock (SPI0 SCLK)",
    25: "the card reader's reset",
}

ON_BOARD = {
    3: 2, 5: 3, 7: 4, 8: 14, 10: 15, 11: 17, 12: 18, 13: 27, 15: 22, 16: 23, 18: 24, 19: 10,
    21: 9, 22: 25, 23: 11, 24: 8, 26: 7, 29: 5, 31: 6, 32: 12, 33: 13, 35: 19, 36: 16, 37: 26,
    38: 20, 40: 21,
}  # fmt: skip
"""BCM numbers by the place on the 40-pin header; the rest is power, ground and identity."""

RESET = 22
"""Where on the board the card reader's reset is wired, unless the settings say otherwise."""


def check_pins(pins: Mapping[str, int]) -> None:
    """Raise ValueError, in words, when a pin of `pins` (use → BCM number) cannot be used so."""
    users: dict[int, str] = {}
    for use, pin in pins.items():
        if not FIRST <= pin <= LAST:
            raise ValueError(f"{use}: there is no pin BCM {pin}; choose one of {FIRST} to {LAST}")
        if pin in RESERVED:
            raise ValueError(f"{use}: pin BCM {pin} is {RESERVED[pin]}; choose another")
        if pin in users:
            raise ValueError(f"{use}: pin BCM {pin} already serves {users[pin]}; choose another")
        users[pin] = use
