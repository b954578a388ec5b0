"""A reader that types, without a USB port: real `input_event` records through a pipe.

Everything evdev does after it opened a device (reading, parsing, hanging up) is its own.
What a pipe cannot have is set by hand: the name, the USB numbers and the keys that evdev
asks the kernel for when it opens a device, and the exclusive grab, which is only noted.
"""

import errno
import os
import struct
from contextlib import suppress

from evdev import InputDevice, ecodes
from evdev.device import DeviceInfo

_EVENT = struct.Struct("llHHi")
_NAMES = {",": "COMMA", "-": "MINUS", "\n": "ENTER", "\t": "TAB", "^": "LEFTSHIFT"}
USB_KEYS = {ecodes.EV_KEY: [ecodes.KEY_1, ecodes.KEY_0, ecodes.KEY_ENTER]}


class PipedKeyboard(InputDevice[str]):  # type: ignore[misc]  # its types are not followed
    """An evdev device over the reading end of a pipe."""

    def __init__(self, *, name: str = "Sycreader USB Reader", is_busy: bool = False) -> None:
        self.fd, self._typist = os.pipe()
        os.set_blocking(self.fd, False)
        self.path = "/dev/input/event0"
        self.name = name
        self.info = DeviceInfo(3, 0xFFFF, 0x0035, 0x110)
        self._rawcapabilities = USB_KEYS
        self._now_ms = 1_800_000_000_000
        self._is_busy = is_busy
        self.is_grabbed = False

    def grab(self) -> None:
        if self._is_busy:
            raise OSError(errno.EBUSY, "Device or resource busy")
        self.is_grabbed = True

    def type(self, text: str) -> None:
        """Let the reader type, a key a millisecond; a "." is a second without one."""
        sent = b""
        for sign in text:
            self._now_ms += 1000 if sign == "." else 1
            if sign != ".":
                sent += self._key(ecodes.ecodes[f"KEY_{_NAMES.get(sign, sign)}"])
        os.write(self._typist, sent)

    def overrun(self) -> None:
        """Let the kernel say that its queue ran over."""
        os.write(self._typist, self._event(ecodes.EV_SYN, ecodes.SYN_DROPPED, 0))

    def unplug(self) -> None:
        with suppress(OSError):
            os.close(self._typist)
        self._typist = -1

    def close(self) -> None:
        self.unplug()
        super().close()

    def _key(self, code: int) -> bytes:
        """Down, the kernel's own repetition, up, each with its report."""
        report = self._event(ecodes.EV_SYN, ecodes.SYN_REPORT, 0)
        return b"".join(self._event(ecodes.EV_KEY, code, each) + report for each in (1, 2, 0))

    def _event(self, kind: int, code: int, value: int) -> bytes:
        seconds, milliseconds = divmod(self._now_ms, 1000)
        return _EVENT.pack(seconds, milliseconds * 1000, kind, code, value)
