"""The MFRC522 on a Pi's SPI bus.

Wiring, with the pins as counted on the board: SDA 24, SCK 23, MOSI 19, MISO 21, RST 22,
3.3V 17, GND 20; IRQ is not used.
"""

from datetime import timedelta
from typing import TYPE_CHECKING

from drivers.card.connecting import connected
from drivers.card.pace import Pace, RealPace
from drivers.card.place import Place
from drivers.card.reader import CardUid
from drivers.card.resting import Resting
from drivers.errors import DeviceAway

if TYPE_CHECKING:
    from drivers.card.antenna import Antenna

POLL_PAUSE = timedelta(milliseconds=25)
CHECKS_APART = timedelta(seconds=1)
RESTING_LOOKS_APART = timedelta(milliseconds=200)


class Mfrc522Reader:
    """Reads cards of 4, 7 and 10 bytes, one at a time; two at once are a misread.

    The field stays on between polls, so that a card which makes up a number keeps it for as
    long as it lies there; between polls nothing is sent. The reader may be missing or
    unplugged at any time: `read` says so, and finds it again by itself.
    """

    def __init__(self, place: Place | None = None, *, pace: Pace | None = None) -> None:
        self._place = place or Place()
        self._pace = pace or RealPace()
        self._resting = Resting()
        self._antenna: Antenna | None = None
        self._is_doubtful = self._is_chosen = False
        self._check_due = self._look_due = timedelta(0)

    def read(self, timeout: timedelta) -> CardUid | None:
        """Wait for a card that was not there before; None when none came within `timeout`.

        Raises DeviceAway with what to do about it, DeviceMisread when there are several
        cards or one left too early.
        """
        until = self._pace.elapsed() + timeout
        while self._pace.elapsed() < until:
            self._pace.wait(POLL_PAUSE)
            card = self._poll()
            if card is not None:
                return card
        return None

    def close(self) -> None:
        """Let go of the reader. Closing twice does no harm."""
        antenna, self._antenna = self._antenna, None
        if antenna is not None:
            antenna.close()

    def _poll(self) -> CardUid | None:
        try:
            return self._ask(self._ready())
        except OSError as gone:
            self.close()
            raise DeviceAway(f"{self._place} stopped working: {gone}") from gone
        except DeviceAway:
            self._is_doubtful = True
            raise

    def _ask(self, antenna: "Antenna") -> CardUid | None:
        """One question to the cards that were not read yet: those that were are halted."""
        if self._is_chosen:
            antenna.halt()
            self._is_chosen = False
        if not antenna.wakes():
            self._look_at_resting(antenna)
            return None
        card = antenna.number()
        self._is_chosen = True  # halted by the next poll: its holder does not wait for that
        return card if self._resting.came(card) else None

    def _look_at_resting(self, antenna: "Antenna") -> None:
        """See, now and then, whether those that were read still lie there: one a time."""
        now, cards = self._pace.elapsed(), self._resting.cards()
        if not cards or now < self._look_due:
            return
        self._look_due = now + RESTING_LOOKS_APART
        if not antenna.wakes_all():
            self._resting.missed(*cards)
        elif antenna.has(cards[0]):
            self._resting.came(cards[0])
        else:
            self._resting.missed(cards[0])

    def _ready(self) -> "Antenna":
        """The antenna, known to have been well a moment ago. Raises DeviceAway."""
        if self._antenna is None:
            self._antenna = connected(self._place, self._pace)
            self._is_doubtful = True
        now = self._pace.elapsed()
        if self._is_doubtful:
            self._mend(self._antenna)
        elif now >= self._check_due and not self._antenna.is_well():
            raise DeviceAway(self._place.silence)
        if now >= self._check_due:
            self._check_due = now + CHECKS_APART
        return self._antenna

    def _mend(self, antenna: "Antenna") -> None:
        """Set the reader up anew, the soft way first. Raises DeviceAway."""
        for reset in (antenna.MFRC522_Init, antenna.reset_by_pin):
            reset()
            if antenna.is_well():
                self._is_doubtful = False
                return
        raise DeviceAway(self._place.silence)
