"""The clock of a Linux machine, with the kernel's own word on whether it is synchronised."""

import ctypes
import time
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class KernelTime:
    """What adjtimex(2) told in one call."""

    utc: datetime
    synchronised: bool


def kernel_time(seconds: int, fraction: int, status: int) -> KernelTime:
    """Read a `struct timex`; `fraction` is in ns or µs, as `status` says."""
    microseconds = fraction // 1000 if status & STA_NANO else fraction
    utc = EPOCH + timedelta(seconds=seconds, microseconds=microseconds)
    return KernelTime(utc, synchronised=not status & STA_UNSYNC)


class SystemClock:
    """Reads adjtimex(2), so that a time and its trust belong together even when it jumps.

    `assume_trusted` is for machines whose time is right without NTP: the kernel's doubt
    is then not asked.
    """

    def __init__(self, *, assume_trusted: bool = False) -> None:
        self._assume_trusted = assume_trusted
        self._adjtimex = ctypes.CDLL(None, use_errno=True).adjtimex
        self._boot_id = UUID(BOOT_ID.read_text().strip())

    def read(self) -> Reading:
        """One reading. A kernel that refuses adjtimex is read as not synchronised."""
        uptime = timedelta(microseconds=time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1000)
        told = self._ask()
        trusted = told.synchronised or self._assume_trusted
        return Reading(told.utc, self._boot_id, uptime, trusted)

    def _ask(self) -> KernelTime:
        answer = _Timex()
        if self._adjtimex(ctypes.byref(answer)) < 0:
            return KernelTime(datetime.now(UTC), synchronised=False)
        return kernel_time(answer.time.seconds, answer.time.fraction, answer.status)
