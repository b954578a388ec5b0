from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from drivers.clock.system import (
    BOOT_ID,
    STA_NANO,
    STA_UNSYNC,
    SystemClock,
    is_synchronised,
    kernel_utc,
)

SECONDS = 1_795_289_682
AT = datetime.fromtimestamp(SECONDS, UTC)


@pytest.mark.integration
def test_the_system_clock_tells_this_machines_time_and_boot() -> None:
    reading = SystemClock().read()

    assert abs(reading.utc - datetime.now(UTC)) < timedelta(seconds=5)
    assert reading.boot_id == UUID(BOOT_ID.read_text().strip())
    uptime = float(Path("/proc/uptime").read_text().split()[0])
    assert abs(reading.uptime.total_seconds() - uptime) < 5


@pytest.mark.integration
def test_uptime_never_goes_back() -> None:
    clock = SystemClock()

    assert clock.read().uptime <= clock.read().uptime


@pytest.mark.integration
def test_a_clock_can_be_trusted_without_the_kernels_word() -> None:
    assert SystemClock(assume_trusted=True).read().trusted


def test_the_kernel_counts_in_nanoseconds_when_it_says_so() -> None:
    told = kernel_utc(SECONDS, 250_000_000, STA_NANO)

    assert told == AT + timedelta(milliseconds=250)


def test_the_kernel_counts_in_microseconds_otherwise() -> None:
    told = kernel_utc(SECONDS, 250_000, 0)

    assert told == AT + timedelta(milliseconds=250)


def test_a_clock_the_kernel_doubts_is_not_synchronised() -> None:
    assert not is_synchronised(STA_UNSYNC)
    assert is_synchronised(STA_NANO)
