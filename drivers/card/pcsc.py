"""A contactless reader behind the PC/SC service (pcscd), such as an ACR122U, through pyscard.

The service tells of cards as they come and go, so nothing is polled. Every reader of this
kind answers GET DATA (PC/SC part 3, 3.2.2.1.3) with the card's number.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from time import monotonic

from smartcard import scard

from drivers.card.reader import CardUid
from drivers.errors import DeviceAway, DeviceMisread

GET_NUMBER = [0xFF, 0xCA, 0x00, 0x00, 0x00]
WELL = b"\x90\x00"
MOST_TRIES = 3
"""Readings of one held card, after which it is left alone until it was away."""

COUNT = 16
"""From this bit on, a reader's state counts the comings and goings of cards."""

EITHER_PROTOCOL = scard.SCARD_PROTOCOL_T0 | scard.SCARD_PROTOCOL_T1
HEADERS = {
    scard.SCARD_PROTOCOL_T0: scard.SCARD_PCI_T0,
    scard.SCARD_PROTOCOL_T1: scard.SCARD_PCI_T1,
}
GONE = scard.SCARD_STATE_UNKNOWN | scard.SCARD_STATE_UNAVAILABLE
NO_SERVICE = frozenset((scard.SCARD_E_NO_SERVICE, scard.SCARD_E_SERVICE_STOPPED))
THE_CARDS_OWN = frozenset(
    (
        scard.SCARD_E_NO_SMARTCARD,
        scard.SCARD_E_NOT_TRANSACTED,
        scard.SCARD_E_PROTO_MISMATCH,
        scard.SCARD_E_SHARING_VIOLATION,
        scard.SCARD_W_REMOVED_CARD,
        scard.SCARD_W_RESET_CARD,
        scard.SCARD_W_UNPOWERED_CARD,
        scard.SCARD_W_UNRESPONSIVE_CARD,
    )
)
"""Failures of a card, not of its reader: gone too early, held too far away, not understood."""


class PcscReader:
    """Reads at the first reader whose name contains `name`; found again after it was away."""

    def __init__(self, name: str = "") -> None:
        self._name = name
        self._line: _Line | None = None
        self._forget()

    def read(self, timeout: timedelta) -> CardUid | None:
        """As CardReader.read; a card that cannot be read is tried three times while it is held."""
        deadline = monotonic() + timeout.total_seconds()
        with self._plugged_in() as line:
            while not self._has_new_card():
                left = deadline - monotonic()
                if left <= 0:
                    return None
                self._follow(line.wait(timedelta(seconds=left), self._state))
            return self._number(line)

    def close(self) -> None:
        """Let go of the service. Closing twice does no harm."""
        line, self._line = self._line, None
        self._forget()
        if line is not None:
            line.release()

    @contextmanager
    def _plugged_in(self) -> "Iterator[_Line]":
        """The line to the reader, which is given up when it breaks."""
        try:
            if self._line is None:
                self._line = _Line(self._name)
            yield self._line
        except DeviceAway:
            self.close()
            raise

    def _forget(self) -> None:
        self._state: int = scard.SCARD_STATE_UNAWARE
        self._count: int | None = None
        self._tries = 0

    def _follow(self, state: int) -> None:
        """Take over the reader's state; a card that comes, or comes again, is a new one."""
        if state >> COUNT != self._count:
            self._count, self._tries = state >> COUNT, 0
        self._state = state

    def _has_new_card(self) -> bool:
        return bool(self._state & scard.SCARD_STATE_PRESENT) and self._tries < MOST_TRIES

    def _number(self, line: "_Line") -> CardUid:
        self._tries += 1
        self._state = scard.SCARD_STATE_UNAWARE  # look anew before the next try: it may have left
        number = _parsed(line.ask_card(GET_NUMBER))
        self._tries = MOST_TRIES
        return number


class _Line:
    """One connection to the service, and the reader chosen there."""

    def __init__(self, name: str) -> None:
        """Raises DeviceAway when there is no service or no such reader."""
        code, self._context = scard.SCardEstablishContext(scard.SCARD_SCOPE_USER)
        _check(code)
        try:
            self._reader = self._choose(name)
        except DeviceAway:
            self.release()
            raise

    def wait(self, timeout: timedelta, state: int) -> int:
        """The reader's state as soon as it is not `state`; the same after `timeout`."""
        known = [(self._reader, state)]
        wait_ms = int(timeout.total_seconds() * 1000)
        code, states = scard.SCardGetStatusChange(self._context, wait_ms, known)
        if code == scard.SCARD_E_TIMEOUT:
            return state
        _check(code)
        found = int(states[0][1])
        if found & GONE:
            raise DeviceAway(f"the reader {self._reader} was unplugged")
        return found

    def ask_card(self, command: list[int]) -> bytes:
        """The card's answer, status at its end. Raises DeviceMisread when it gives none."""
        code, card, protocol = scard.SCardConnect(
            self._context, self._reader, scard.SCARD_SHARE_SHARED, EITHER_PROTOCOL
        )
        _check(code)
        try:
            code, answer = scard.SCardTransmit(card, HEADERS[protocol], command)
            _check(code)
        finally:
            scard.SCardDisconnect(card, scard.SCARD_LEAVE_CARD)
        return bytes(each & 0xFF for each in answer)

    def release(self) -> None:
        """Give the connection back; a service that is gone has forgotten it already."""
        scard.SCardReleaseContext(self._context)

    def _choose(self, name: str) -> str:
        code, readers = scard.SCardListReaders(self._context, [])
        if code != scard.SCARD_E_NO_READERS_AVAILABLE:
            _check(code)
        fitting = [each for each in readers or () if name.lower() in each.lower()]
        if not fitting:
            raise DeviceAway(f"no card reader {name or 'at all'} is plugged in: see `pcsc_scan`")
        return str(fitting[0])


def _check(code: int) -> None:
    """Raise what the service's code means for who asked; nothing when it is well."""
    if code == scard.SCARD_S_SUCCESS:
        return
    said = scard.SCardGetErrorMessage(code)
    if code in THE_CARDS_OWN:
        raise DeviceMisread(f"the card was not read: {said}")
    if code in NO_SERVICE:
        raise DeviceAway("the card service does not answer: `systemctl start pcscd.socket`")
    raise DeviceAway(f"the card reader does not answer: {said}")


def _parsed(answer: bytes) -> CardUid:
    number, status = answer[:-2], answer[-2:]
    if status != WELL:
        raise DeviceMisread(f"the reader knows no number of this card: status {status.hex()}")
    try:
        return CardUid(number)
    except ValueError as wrong:
        raise DeviceMisread(str(wrong)) from wrong
