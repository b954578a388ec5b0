"""A card reader whose driver is loaded when it is first read."""

from collections.abc import Callable
from datetime import timedelta

from drivers.card.reader import CardReader, CardUid, TypingReader
from drivers.errors import DeviceAway


class LateReader:
    """Makes its reader at the first reading, and again until that works.

    A library that is missing is then a device that is away, and the kiosk goes on without it.
    """

    def __init__(self, make: Callable[[], CardReader]) -> None:
        self._make = make
        self._reader: CardReader | None = None

    @property
    def typed(self) -> str:
        """The number read last, as it was typed; empty where the reader does not type."""
        return self._reader.typed if isinstance(self._reader, TypingReader) else ""

    def read(self, timeout: timedelta) -> CardUid | None:
        """As CardReader.read."""
        if self._reader is None:
            self._reader = self._made()
        return self._reader.read(timeout)

    def close(self) -> None:
        """Let go of the device, if it was ever taken. Closing twice does no harm."""
        if self._reader is not None:
            self._reader.close()

    def _made(self) -> CardReader:
        try:
            return self._make()
        except ImportError as missing:
            raise DeviceAway(
                f"the reader's libraries cannot be used here ({missing}): install Muster with"
                " the extra `hardware`, and the system's package pcscd for a PC/SC reader"
            ) from missing
