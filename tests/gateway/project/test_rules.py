from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from gateway.project.rules import firing_key, latest_firing

LONDON = ZoneInfo("Europe/London")
DAY = timedelta(hours=24)
ABSENCE = "10 8-12 * * 1-5"


def latest(line: str, now: datetime, *, look_back: timedelta = DAY) -> datetime | None:
    found = latest_firing(line, zone=LONDON, now=now, look_back=look_back)
    return None if found is None else found.astimezone(LONDON)


def london(hour: int, minute: int = 0, *, day: int = 20, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=LONDON)


def test_the_newest_of_several_missed_firings_is_due() -> None:
    assert latest(ABSENCE, london(10, 45)) == london(10, 10)


def test_a_firing_is_due_in_the_minute_it_names() -> None:
    assert latest(ABSENCE, london(8, 10)) == london(8, 10)


def test_nothing_is_due_before_the_first_firing_of_the_day() -> None:
    assert latest(ABSENCE, london(8, 9)) is None


def test_a_gateway_that_was_off_all_morning_still_runs_the_last_firing() -> None:
    assert latest(ABSENCE, london(15, 0)) == london(12, 10)


def test_what_was_missed_yesterday_stays_missed() -> None:
    assert latest(ABSENCE, london(0, 1, day=21)) is None


def test_a_weekday_line_is_not_due_on_a_saturday() -> None:
    assert latest(ABSENCE, london(11, 0, day=21)) is None


def test_a_firing_older_than_the_look_back_is_not_caught_up() -> None:
    assert latest("0 8 * * *", london(8, 3), look_back=timedelta(minutes=2)) is None


def test_midnight_itself_is_of_the_day_that_begins() -> None:
    assert latest("0 0 * * *", london(0, 0)) == london(0, 0)


@pytest.mark.parametrize("minute", [31, 45, 59])
def test_a_time_the_spring_night_skips_fires_once_after_it(minute: int) -> None:
    skipped = latest("30 1 * * *", london(2, minute, day=29, month=3))

    assert skipped is not None
    assert skipped.astimezone(UTC) == datetime(2026, 3, 29, 1, 0, tzinfo=UTC)


def test_a_time_the_autumn_night_repeats_fires_once() -> None:
    instants = [datetime(2026, 10, 25, 0, 0, tzinfo=UTC) + timedelta(minutes=m) for m in range(180)]

    keys = {firing_key("main", due) for now in instants if (due := latest("30 1 * * *", now))}

    assert keys == {"main 2026-10-25T00:30Z"}


def test_a_firing_has_the_same_key_whatever_clock_says_it() -> None:
    assert firing_key("main", london(8, 10)) == firing_key("main", london(8, 10).astimezone(UTC))
