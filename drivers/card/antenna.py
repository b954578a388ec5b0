"""The MFRC522 through the `mfrc522` library, with what that leaves out.

The library knows no end of a wait but an answer, reads four bytes of any number, and cannot
tell a reader that is gone. Imported only when there is a reader: it needs the Pi's pins.
"""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import reduce
from operator import xor

from mfrc522 import MFRC522
from RPi import GPIO

from drivers.card.pace import Pace
from drivers.card.place import Place
from drivers.card.reader import CardUid
from drivers.errors import DeviceAway, DeviceMisread

CASCADE_LEVELS = (0x93, 0x95, 0x97)
CASCADE_TAG, CASCADE_BIT = 0x88, 0x04
SELECT_ALL_BITS = 0x70
VERSIONS = frozenset({0x88, 0x90, 0x91, 0x92, 0xB2, 0x12})
"""What genuine chips and the copies sold as such answer to VersionReg."""

PART_LENGTH = 4

TIMER_RELOAD = 1
"""Two ticks, a millisecond: a card begins to answer after 0.09 ms (ISO/IEC 14443-3, 6.2.1.1)."""

LOOK_PAUSE = timedelta(microseconds=300)
MOST_LOOKS = 40
START_UP = timedelta(milliseconds=1)
"""The oscillator's start after a reset (data sheet 8.8)."""

_TIMER_IRQ, _ENDED_IRQ = 0x01, 0x10
_SAK_BITS = 24


@dataclass(frozen=True, slots=True)
class Setting:
    """What a register was set to; the bits outside `mask` are reserved."""

    register: int
    mask: int
    value: int


SETTINGS = (
    Setting(MFRC522.TxControlReg, 0x03, 0x03),
    Setting(MFRC522.TModeReg, 0xFF, 0x8D),
    Setting(MFRC522.TPrescalerReg, 0xFF, 0x3E),
    Setting(MFRC522.TReloadRegH, 0xFF, 0),
    Setting(MFRC522.TReloadRegL, 0xFF, TIMER_RELOAD),
    Setting(MFRC522.TxAutoReg, 0x40, 0x40),
    Setting(MFRC522.ModeReg, 0x2B, 0x29),
)
"""What the library writes at its start, and the timer as set here."""


class Antenna(MFRC522):  # type: ignore[misc]  # the library is not typed
    """Asks the cards before it. Raises DeviceAway when the chip does not answer."""

    def __init__(self, place: Place, pace: Pace) -> None:
        """Open the bus and set the chip up. Raises OSError or RuntimeError when it cannot."""
        self._place = place
        self._pace = pace
        self._looks = 0
        self._outcome = self.MI_ERR
        try:
            super().__init__(
                bus=place.bus,
                device=place.device,
                spd=place.speed_hz,
                pin_mode=GPIO.BOARD,
                pin_rst=place.reset_pin,
            )
        finally:  # the library adds one more each time it is made
            logging.getLogger("mfrc522Logger").handlers.clear()

    def wakes(self) -> bool:
        """Whether a card that was not halted answers. Raises DeviceMisread when it is garbled."""
        self.MFRC522_Request(self.PICC_REQIDL)
        if self._outcome == self.MI_ERR:
            raise DeviceMisread("several cards, or a card too far away")
        return bool(self._outcome == self.MI_OK)

    def number(self) -> CardUid:
        """The whole number of the card that was woken. Raises DeviceMisread."""
        octets = b""
        for level in CASCADE_LEVELS:
            part = self._part(level)
            sak = self._select(level, part)
            if not sak & CASCADE_BIT:
                return _whole(octets, part)
            if part[0] != CASCADE_TAG:
                break
            octets += bytes(part[1:4])
        raise DeviceMisread("a number without an end")

    def wakes_all(self) -> bool:
        """Whether any card at all answers, halted ones too."""
        self.MFRC522_Request(self.PICC_REQALL)
        return bool(self._outcome != self.MI_NOTAGERR)

    def has(self, card: CardUid) -> bool:
        """Whether this card is among those that were woken; it is halted again."""
        try:
            for level, part in zip(CASCADE_LEVELS, parts_of(card), strict=False):
                self._select(level, part)
        except DeviceMisread:
            return False
        self.halt()
        return True

    def halt(self) -> None:
        """Let the chosen card be silent until all are woken, or it is held up anew."""
        frame = [self.PICC_HALT, 0x00]
        self.MFRC522_ToCard(self.PCD_TRANSCEIVE, [*frame, *self.CalulateCRC(frame)])

    def is_well(self) -> bool:
        """Whether a chip answers, and still has the settings it was given."""
        if self.Read_MFRC522(self.VersionReg) not in VERSIONS:
            return False
        return all(self.Read_MFRC522(each.register) & each.mask == each.value for each in SETTINGS)

    def reset_by_pin(self) -> None:
        """Reset the chip the hard way, and set it up."""
        GPIO.output(self._place.reset_pin, 0)
        self._pace.wait(START_UP)
        GPIO.output(self._place.reset_pin, 1)
        self._pace.wait(START_UP)
        self.MFRC522_Init()

    def close(self) -> None:
        """Let go of the bus and of the reset pin, and of no other pin."""
        self.spi.close()
        GPIO.cleanup(self._place.reset_pin)

    def MFRC522_Init(self) -> None:  # noqa: N802 - the library's name
        """Set the chip up, with a timer that does not wait for cards that say nothing."""
        super().MFRC522_Init()
        self.Write_MFRC522(self.TReloadRegL, TIMER_RELOAD)

    def MFRC522_Reset(self) -> None:  # noqa: N802 - the library's name
        """Reset the chip softly, and give it the time it needs."""
        super().MFRC522_Reset()
        self._pace.wait(START_UP)

    def MFRC522_ToCard(  # noqa: N802 - the library's name
        self,
        command: int,
        sendData: list[int],  # noqa: N803 - the library's name
    ) -> tuple[int, list[int], int]:
        """The library's exchange, with its outcome remembered and its waiting bounded."""
        self._looks = 0
        answered: tuple[int, list[int], int] = super().MFRC522_ToCard(command, sendData)
        self._outcome = answered[0]
        return answered

    def Read_MFRC522(self, addr: int) -> int:  # noqa: N802 - the library's name
        """One register; the one the library waits on is given time to change."""
        if addr != self.CommIrqReg:
            return int(super().Read_MFRC522(addr))
        self._looks += 1
        if self._looks == 1:  # not yet the wait: the library clears old flags first
            return int(super().Read_MFRC522(addr))
        self._pace.wait(LOOK_PAUSE)
        return self._progress(super().Read_MFRC522(addr))

    def _progress(self, flags: int) -> int:
        """What the library's wait is to see: the timer's end told as the end it waits for."""
        if flags & _TIMER_IRQ:
            return flags | _ENDED_IRQ
        if self._looks > MOST_LOOKS:
            raise DeviceAway(self._place.silence)
        return flags

    def _part(self, level: int) -> list[int]:
        """One level's part of the number: four bytes and their check byte."""
        self.PICC_ANTICOLL = level
        status, part = self.MFRC522_Anticoll()
        if status != self.MI_OK:
            raise DeviceMisread("several cards, or one that left")
        return list(part)

    def _select(self, level: int, part: Sequence[int]) -> int:
        """Choose the card with this part; what it acknowledges with. Raises DeviceMisread."""
        frame = [level, SELECT_ALL_BITS, *part]
        frame += self.CalulateCRC(frame)
        status, answer, bits = self.MFRC522_ToCard(self.PCD_TRANSCEIVE, frame)
        if status != self.MI_OK or bits != _SAK_BITS:
            raise DeviceMisread("the card left before its number was whole")
        if self.CalulateCRC(answer[:1]) != answer[1:]:
            raise DeviceMisread("the card was not understood")
        return answer[0]


def parts_of(card: CardUid) -> Iterator[list[int]]:
    """A number cut into the parts its levels tell, each with its check byte."""
    rest = card.octets
    while len(rest) > PART_LENGTH:
        yield _checked(bytes((CASCADE_TAG,)) + rest[:3])
        rest = rest[3:]
    yield _checked(rest)


def _checked(part: bytes) -> list[int]:
    return [*part, reduce(xor, part)]


def _whole(octets: bytes, part: list[int]) -> CardUid:
    if not octets and part[0] == CASCADE_TAG:
        raise DeviceMisread("the beginning of a number, told as a whole one")
    return CardUid(octets + bytes(part[:4]))
