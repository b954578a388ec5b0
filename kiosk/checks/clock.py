"""The clock: does it tell a possible time, and does anyone vouch for it."""

from drivers.clock.clock import Reading
from kiosk.checks.finding import Finding, fault, well

FIRST_YEAR = 2025
"""Before this software was written: a machine without a battery wakes up in the past."""


def check_clock(reading: Reading) -> Finding:
    """Whether the time can be relied on."""
    what = f"{reading.utc:%Y-%m-%d %H:%M:%S} UTC"
    if reading.utc.year < FIRST_YEAR:
        return fault(
            "clock",
            f"{what} cannot be",
            "let it reach a time server (timedatectl), or fit a clock module with a battery",
        )
    if not reading.trusted:
        return fault(
            "clock",
            f"{what}, which no time server has confirmed: times are shown as approximate",
            "timedatectl must say `System clock synchronized: yes`; let UDP port 123 out, or "
            "name the building's time server in /etc/systemd/timesyncd.conf",
        )
    return well("clock", f"{what}, synchronised")
