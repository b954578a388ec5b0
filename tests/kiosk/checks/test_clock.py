from datetime import UTC, datetime, timedelta

import pytest

from drivers.clock.clock import Reading
from kiosk.checks.clock import check_clock
from kiosk.checks.finding import Verdict
from tests.kiosk.made import BOOT, reading_at

pytestmark = pytest.mark.fault


def test_a_synchronised_clock_is_well() -> None:
    found = check_clock(reading_at("08:00"))

    assert (found.what, found.verdict) == (
        "2026-11-23 08:00:00 UTC, synchronised",
        Verdict.WELL,
    )


def test_a_clock_nobody_vouches_for_is_told() -> None:
    found = check_clock(reading_at("08:00", trusted=False))

    assert found.verdict is Verdict.FAULT
    assert "no time server has confirmed" in found.what
    assert "UDP port 123" in found.remedy


def test_a_clock_that_woke_up_in_the_past_is_told() -> None:
    woken = Reading(datetime(1970, 1, 1, tzinfo=UTC), BOOT, timedelta(0), trusted=True)

    assert check_clock(woken).what == "1970-01-01 00:00:00 UTC cannot be"
