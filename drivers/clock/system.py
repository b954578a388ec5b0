"""The clock of a Linux machine, with the kernel's own word on whether it is synchronised."""

import ctypes
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from drivers.clock.clock import Reading

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
STA_UNSYNC = 0x0040
STA_NANO = 0x2000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class _Timeval(ctypes.Structure):
    _fields_ = (("seconds", ctypes.c_long), ("fraction", ctypes.c_long))


class _Timex(ctypes.Structure):
    """`struct timex` of adjtimex(2)."""

    _fields_ = (
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long),
        ("status", ctypes.c_int),
        ("constant", ctypes.c_long),
        ("precision", ctypes.c_long),
        ("tolerance", ctypes.c_long),
        ("time", _Timeval),
        ("tick", ctypes.c_long),
        ("rest", ctypes.c_long * 16),
    )


def kernel_utc(seconds: int, fraction: int, status: int) -> datetime:
    """The instant in a `struct timex`; `fraction` is in ns or µs, as `status` says."""
    microseconds = fraction // 1000 if status & STA_NANO else fraction
    return EPOCH + timedelta(0, seconds, microseconds)


def is_synchronised(status: int) -> bool:
    """What the kernel thinks of its own time."""
    return not status & STA_UNSYNC


class SystemClock:
    """Reads adjtimex(2), so that a time and its trust belong together even when it jumps.

    `assume_trusted` is for machines whose time is right without NTP: the kernel's doubt
    is then not asked.
    """

    def __init__(self, *, assume_trusted: bool = False) -> None:
        self._assume_trusted = assume_trusted
        self._adjtimex = ctypes.CDLL(None, use_errno=True).adjtimex
        self._adjtimex.argtypes = (ctypes.POINTER(_Timex),)
        self._boot_id = UUID(BOOT_ID.read_text().strip())

    def read(self) -> Reading:
        """One reading. A kernel that refuses adjtimex is read as not synchronised."""
        uptime, told = self.uptime(), _Timex()
        if self._adjtimex(told) < 0:
            return Reading(datetime.now(UTC), self._boot_id, uptime, self._assume_trusted)
        status, at = told.status, told.time
        trusted = self._assume_trusted or is_synchronised(status)
        return Reading(kernel_utc(at.seconds, at.fraction, status), self._boot_id, uptime, trusted)

    def uptime(self) -> timedelta:
        """The time since the machine was started, sleep included."""
        return timedelta(microseconds=time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1000)
