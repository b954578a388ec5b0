"""Stands in for the module `RPi.GPIO`: outputs only, as the card reader's library uses them."""

from drivers.emulated.sockets import SOCKETS

BOARD, BCM = 10, 11
OUT = 0
BOARD_PINS = range(1, 41)
_LOW = 0


def getmode() -> int | None:
    """How pins are numbered; None before anybody chose."""
    return SOCKETS.numbering


def setmode(mode: int) -> None:
    """Choose once how pins are numbered."""
    if SOCKETS.numbering not in (None, mode):
        raise ValueError("A different mode has already been set!")
    SOCKETS.numbering = mode


def setup(channel: int, direction: int) -> None:
    """Take a pin as an output. Raises ValueError when the board has no such pin."""
    if channel not in BOARD_PINS:
        raise ValueError("The channel sent is invalid on a Raspberry Pi")
    if direction != OUT:
        raise ValueError("only outputs are emulated")
    SOCKETS.outputs.add(channel)


def output(channel: int, value: int) -> None:
    """Drive a pin; what is wired to it feels it. Raises RuntimeError when it was not set up."""
    if channel not in SOCKETS.outputs:
        raise RuntimeError("You must setup() the GPIO channel first")
    if channel in SOCKETS.pins:
        SOCKETS.pins[channel](high=value != _LOW)


def cleanup(channel: int | None = None) -> None:
    """Let go of one pin, or of every pin of the process."""
    if channel is not None:
        SOCKETS.outputs.discard(channel)
        return
    SOCKETS.outputs.clear()
    SOCKETS.numbering = None
