"""A card reader on an emulated chip, and cards to hold to it; no time passes but its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from drivers.card.mfrc522 import Mfrc522Reader
from drivers.card.reader import CardUid
from drivers.emulated.mfrc522_chip import Mfrc522Chip
from drivers.emulated.plugging import plugged_in
from drivers.emulated.proximity import EmulatedCard, Field
from drivers.emulated.times import SteppedTime
from drivers.errors import DeviceAway, DeviceMisread

ONE_POLL = timedelta(milliseconds=1)
SECOND = timedelta(seconds=1)
SHORT = CardUid.parse("A1B2C3D4")
DOUBLE = CardUid.parse("04A224B1C95E80")
TRIPLE = CardUid.parse("04112233445566778899")


class Desk:
    """The reader, the chip it talks to, and the field before it."""

    def __init__(self, time: SteppedTime | None = None) -> None:
        self.time = time or SteppedTime()
        self.field = Field()
        self.chip = Mfrc522Chip(self.field, self.time)
        self.reader = Mfrc522Reader(pace=self.time)

    def hold(self, *cards: CardUid) -> None:
        self.field.put(*(EmulatedCard(card) for card in cards))

    def poll(self) -> CardUid | None:
        """What one poll answers."""
        return self.reader.read(ONE_POLL)

    def read(self, *, within: timedelta = SECOND) -> list[CardUid]:
        """All that is told in this time. Raises the driver's errors."""
        until = self.time.elapsed() + within
        told = []
        while (left := until - self.time.elapsed()) > timedelta(0):
            told.append(self.reader.read(left))
        return [card for card in told if card is not None]

    def told(self, *, polls: int) -> list[CardUid | str]:
        """What so many polls told: numbers, and the names of errors."""
        told = [self._outcome() for _ in range(polls)]
        return [each for each in told if each is not None]

    def notices(self, *, within: timedelta) -> bool:
        """Whether the reader is said to be away in this time."""
        try:
            self.read(within=within)
        except DeviceAway:
            return True
        return False

    def _outcome(self) -> CardUid | str | None:
        try:
            return self.poll()
        except (DeviceMisread, DeviceAway) as error:
            return type(error).__name__


@contextmanager
def open_desk(time: SteppedTime | None = None) -> Iterator[Desk]:
    """A desk with a reader that works and has been polled once."""
    desk = Desk(time)
    with plugged_in(desk.chip):
        desk.poll()
        yield desk
        desk.reader.close()
