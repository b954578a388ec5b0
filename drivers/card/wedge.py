"""A USB reader that types card numbers like a keyboard, heard through python-evdev.

It is taken for the kiosk alone (an exclusive grab), so that nothing it types reaches the
screen's browser. Keys are read by their place on a US English keyboard, which is what these
readers are set to when they are sold.
"""

import errno
import select
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from time import monotonic

from evdev import InputDevice, InputEvent, ecodes, list_devices

from drivers.card import numbers
from drivers.card.numbers import Format
from drivers.card.reader import CardUid
from drivers.errors import DeviceAway, DeviceMisread

FOLDER = "/dev/input"
PAUSE = timedelta(milliseconds=150)
"""A number no Enter follows has ended when no key came for this long."""

RESTING = timedelta(seconds=1)
"""A reader that types the same number again within this time types of a card left lying."""

MOST_KEYS = 40
FIGURES = {f"KEY_{figure}": figure for figure in "0123456789ABCDEF"}
KEYPAD = {f"KEY_KP{figure}": figure for figure in "0123456789"}
MARKS = {"KEY_COMMA": ",", "KEY_KPCOMMA": ",", "KEY_MINUS": "-", "KEY_KPMINUS": "-"}
SIGNS: dict[int, str] = {
    ecodes.ecodes[name]: sign for name, sign in (FIGURES | KEYPAD | MARKS).items()
}
ENDS = frozenset((ecodes.KEY_ENTER, ecodes.KEY_KPENTER, ecodes.KEY_TAB))
NEEDED = frozenset((ecodes.KEY_1, ecodes.KEY_0, ecodes.KEY_ENTER))
"""What a device must be able to type: readers may have other parts that type nothing."""

PRESSED = 1
"""A key that goes down; 0 is one that goes up, 2 the kernel's own repetition."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """The keyboard that is the reader: part of its name, or its USB vendor and product.

    At least one has to be told, so that nobody's own keyboard is taken away.
    """

    name: str = ""
    vendor: int | None = None
    product: int | None = None

    def __post_init__(self) -> None:
        if not self.name and self.vendor is None:
            raise ValueError("tell the reader's name or its USB vendor number")

    def __str__(self) -> str:
        numbers_of = (f"{each:04x}" for each in (self.vendor, self.product) if each is not None)
        return " ".join(filter(None, (self.name, ":".join(numbers_of))))

    def fits(self, *, name: str, vendor: int, product: int) -> bool:
        """Whether a device of this name and these USB numbers is the one."""
        return (
            self.name.lower() in name.lower()
            and self.vendor in {None, vendor}
            and self.product in {None, product}
        )


@dataclass(frozen=True, slots=True)
class Typed:
    """A number as it was typed, and the kernel's time of its last key."""

    text: str
    at: timedelta


class Typing:
    """Puts keys together to numbers. An end key, or a pause by the kernel's time, ends one."""

    def __init__(self) -> None:
        self._open = Typed("", timedelta(0))
        self._whole: list[Typed] = []

    @property
    def has_begun(self) -> bool:
        """Whether keys or whole numbers wait."""
        return bool(self._open.text or self._whole)

    def hear(self, events: Iterable[InputEvent]) -> None:
        """Take in what the kernel told. Raises DeviceMisread when it had to drop keys."""
        for event in events:
            if event.type == ecodes.EV_SYN and event.code == ecodes.SYN_DROPPED:
                self._open, self._whole = Typed("", timedelta(0)), []
                raise DeviceMisread("keys were lost: the reader typed faster than it was heard")
            if event.type == ecodes.EV_KEY and event.value == PRESSED:
                self._press(event.code, timedelta(seconds=event.sec, microseconds=event.usec))

    def end(self) -> None:
        """A pause was heard: what stands there is whole."""
        if self._open.text:
            self._whole.append(self._open)
        self._open = Typed("", timedelta(0))

    def take(self) -> Typed | None:
        """The oldest whole number; None when there is none."""
        return self._whole.pop(0) if self._whole else None

    def _press(self, code: int, at: timedelta) -> None:
        is_late = abs(at - self._open.at) > PAUSE
        if code in ENDS or is_late or len(self._open.text) == MOST_KEYS:
            self.end()
        sign = SIGNS.get(code)
        if sign:
            self._open = Typed(self._open.text + sign, at)


class WedgeReader:
    """Reads what the wanted keyboard types; found again by itself after it was unplugged.

    `form` tells how the reader spells numbers, None until it was learnt; it is asked for each
    number, because it may be learnt at any time. What is learnt is learnt from `typed`.
    """

    def __init__(
        self,
        wanted: Wanted,
        *,
        form: Callable[[], Format | None] = lambda: None,
        plug_in: Callable[[Wanted], InputDevice[str]] | None = None,
    ) -> None:
        self._wanted = wanted
        self._plug_in = plug_in or find
        self._keyboard: InputDevice[str] | None = None
        self._typing = Typing()
        self._last = Typed("", timedelta(0))
        self._form = form

    @property
    def typed(self) -> str:
        """The number read last, as it was typed; empty before the first."""
        return self._last.text

    def read(self, timeout: timedelta) -> CardUid | None:
        """As CardReader.read; a number that is being typed is waited for to its end."""
        deadline = monotonic() + timeout.total_seconds()
        while (left := deadline - monotonic()) > 0 or self._typing.has_begun:
            number = self._hear(PAUSE if self._typing.has_begun else timedelta(seconds=left))
            if number is not None and self._is_new(number):
                return self._card(number.text)
        return None

    def close(self) -> None:
        """Give the keyboard back. Closing twice does no harm."""
        keyboard, self._keyboard = self._keyboard, None
        self._typing = Typing()
        if keyboard is not None:
            with suppress(OSError):
                keyboard.close()

    def _hear(self, wait: timedelta) -> Typed | None:
        """What was typed to its end within `wait`. Raises DeviceAway when the keyboard is gone."""
        waiting = self._typing.take()
        if waiting is not None:
            return waiting
        try:
            events = self._events(wait)
        except OSError as gone:
            self.close()
            raise DeviceAway(f"the reader {self._wanted} was unplugged") from gone
        if events is None:
            self._typing.end()
        else:
            self._typing.hear(events)
        return self._typing.take()

    def _events(self, wait: timedelta) -> tuple[InputEvent, ...] | None:
        """What the kernel tells next; None when it told nothing within `wait`."""
        if self._keyboard is None:
            self._keyboard = self._plug_in(self._wanted)
        poll = select.poll()
        poll.register(self._keyboard, select.POLLIN)
        ready = poll.poll(max(wait.total_seconds() * 1000, 0))
        if any(what & ~select.POLLIN for _, what in ready):
            raise OSError(errno.ENODEV, "the device hung up")
        return tuple(self._keyboard.read()) if ready else None

    def _is_new(self, number: Typed) -> bool:
        """False for a number that is typed again and again while its card lies there."""
        last, self._last = self._last, number
        return number.text != last.text or abs(number.at - last.at) >= RESTING

    def _card(self, typed: str) -> CardUid:
        form = self._form()
        if form is None:
            found = numbers.candidates(typed)
            card = found[0].card if found else None
        else:
            card = numbers.meant(typed, form)
        if card is None:
            raise DeviceMisread(f"{len(typed)} keys were typed that are no card's number here")
        return card


def find(
    wanted: Wanted,
    *,
    folder: str = FOLDER,
    open_device: Callable[[str], InputDevice[str]] = InputDevice,
) -> InputDevice[str]:
    """The wanted keyboard, taken for this program alone.

    Raises DeviceAway when it is not plugged in, or another program has taken it.
    """
    for path in sorted(list_devices(folder)):
        try:
            device = open_device(path)
        except OSError:
            continue
        if _is_meant(device, wanted):
            return _taken(device)
        device.close()
    raise DeviceAway(
        f"no USB reader {wanted} is plugged in that this program may read: "
        "see that it is in the group input, and that lsusb shows the reader"
    )


def _is_meant(device: InputDevice[str], wanted: Wanted) -> bool:
    usb, keys = device.info, device.capabilities().get(ecodes.EV_KEY, ())
    fits = wanted.fits(name=device.name, vendor=usb.vendor, product=usb.product)
    return fits and NEEDED.issubset(keys)


def _taken(device: InputDevice[str]) -> InputDevice[str]:
    try:
        device.grab()
    except OSError as busy:
        device.close()
        raise DeviceAway(f"another program has taken the reader {device.name}") from busy
    return device
