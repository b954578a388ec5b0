from datetime import UTC, datetime, timedelta

from drivers.clock.simulated import SimulatedClock

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def test_time_passes_for_wall_clock_and_uptime_alike() -> None:
    clock = SimulatedClock(NOON)
    before = clock.read()

    clock.advance(HOUR)

    assert clock.read().utc - before.utc == clock.read().uptime - before.uptime == HOUR


def test_a_clock_can_be_set() -> None:
    clock = SimulatedClock(NOON)

    clock.set(NOON + HOUR)

    assert clock.read().utc == NOON + HOUR


def test_a_jump_moves_the_wall_clock_alone() -> None:
    clock = SimulatedClock(NOON)
    before = clock.read()

    clock.jump(-HOUR)

    assert clock.read().utc == NOON - HOUR
    assert clock.read().uptime == before.uptime


def test_trust_is_given_and_taken() -> None:
    clock = SimulatedClock(NOON, trusted=False)

    clock.trust()

    assert clock.read().trusted


def test_a_reboot_begins_another_boot() -> None:
    clock = SimulatedClock(NOON)
    before = clock.read()

    clock.reboot(NOON.replace(year=1970))

    assert clock.read().boot_id != before.boot_id
    assert clock.read().uptime < before.uptime
    assert not clock.read().trusted
