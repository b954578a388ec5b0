from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, strategies as st

from gateway.attendance.deadlines import Deadline, Due, Roll, deadline, is_past_term
from gateway.attendance.profiling import profile_of
from gateway.timetable.rules import Span

ENDS = datetime(2026, 11, 23, 17, tzinfo=UTC)
HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)
ROLL = Roll(ENDS)
POLICY = replace(
    profile_of("tuition").policy,
    due_after=24 * HOUR,
    escalate_after=24 * HOUR,
    lock_after=72 * HOUR,
)
AUTUMN = Span(date(2026, 9, 1), date(2026, 12, 18))
SPRING = Span(date(2027, 1, 4), date(2027, 3, 26))
instants = st.timedeltas(-100 * HOUR, 100 * HOUR).map(lambda since: ENDS + since)


@pytest.mark.covers("MRK-03", "POL-06", "ALR-05")
@pytest.mark.parametrize(
    ("since", "due"),
    [
        (-SECOND, Due.NOT_YET),
        (timedelta(0), Due.DUE),
        (24 * HOUR - SECOND, Due.DUE),
        (24 * HOUR, Due.OVERDUE),
        (48 * HOUR - SECOND, Due.OVERDUE),
        (48 * HOUR, Due.ESCALATED),
        (9999 * HOUR, Due.ESCALATED),
    ],
    ids=[
        "while it is on", "at the end it is due", "a second before it is overdue",
        "X hours after class it is overdue (MRK-03)", "a second before the admin is told",
        "24 h overdue the admin is told (ALR-05)", "it stays so",
    ],
)  # fmt: skip
def test_a_roll_that_nobody_submits_goes_these_ways(since: timedelta, due: Due) -> None:
    assert deadline(ROLL, POLICY, now=ENDS + since).due is due


@pytest.mark.covers("POL-06")
@pytest.mark.parametrize(
    ("since", "is_locked"),
    [(72 * HOUR - SECOND, False), (72 * HOUR, True), (72 * HOUR + SECOND, True)],
)
def test_a_roll_is_locked_so_many_hours_after_the_end(since: timedelta, is_locked: bool) -> None:
    found = deadline(ROLL, POLICY, now=ENDS + since)

    assert (found.is_locked, found.locks_at) == (is_locked, ENDS + 72 * HOUR)


@pytest.mark.covers("POL-06")
@pytest.mark.parametrize(
    ("left", "is_locked"), [(-SECOND, True), (timedelta(0), True), (SECOND, False)]
)
def test_an_unlocking_holds_until_its_expiry(left: timedelta, is_locked: bool) -> None:
    now = ENDS + 80 * HOUR

    found = deadline(replace(ROLL, unlocked_until=now + left), POLICY, now=now)

    assert found.is_locked is is_locked


def test_without_a_lock_a_roll_stays_open() -> None:
    found = deadline(ROLL, replace(POLICY, lock_after=None), now=ENDS + 9999 * HOUR)

    assert found == Deadline(Due.ESCALATED, ENDS + 24 * HOUR, None, is_locked=False)


@pytest.mark.covers("POL-06", "ALR-05")
@pytest.mark.parametrize(
    ("roll", "due"),
    [
        (replace(ROLL, is_empty=True), Due.NOT_YET),
        (replace(ROLL, is_in_term=False), Due.NOT_YET),
        (replace(ROLL, is_cancelled=True), Due.NOT_YET),
        (replace(ROLL, submitted_at=ENDS), Due.SUBMITTED),
        (replace(ROLL, submitted_at=ENDS + 99 * HOUR), Due.SUBMITTED),
    ],
    ids=["empty", "of a term that is over", "cancelled", "submitted", "submitted late"],
)
def test_nobody_is_reminded_of_these(roll: Roll, due: Due) -> None:
    assert deadline(roll, POLICY, now=ENDS + 100 * HOUR).due is due


def test_a_submitted_roll_is_locked_all_the_same() -> None:
    assert deadline(replace(ROLL, submitted_at=ENDS), POLICY, now=ENDS + 72 * HOUR).is_locked


@given(instants, instants)
def test_time_only_ever_makes_a_roll_more_urgent(one: datetime, other: datetime) -> None:
    order = list(Due)
    first, second = sorted((one, other))

    before, after = (deadline(ROLL, POLICY, now=now) for now in (first, second))

    assert order.index(before.due) <= order.index(after.due)
    assert before.is_locked <= after.is_locked


@pytest.mark.covers("POL-06")
@pytest.mark.parametrize(
    ("day", "today", "is_past"),
    [
        (date(2026, 11, 23), date(2026, 12, 18), False),
        (date(2026, 11, 23), date(2026, 12, 19), True),
        (date(2027, 1, 4), date(2027, 3, 26), False),
        (date(2026, 12, 28), date(2027, 1, 3), False),
        (date(2026, 12, 28), date(2027, 1, 4), False),
        (date(2026, 12, 28), date(2027, 3, 27), False),
    ],
    ids=[
        "on the last day", "a day later", "in the next", "a camp between terms",
        "between terms, in the next", "between terms, after the next",
    ],
)  # fmt: skip
def test_a_term_is_over_the_day_after_its_last(day: date, today: date, is_past: bool) -> None:
    assert is_past_term(day, [AUTUMN, SPRING], today=today) is is_past


def test_where_nobody_entered_terms_none_is_over() -> None:
    assert not is_past_term(date(2020, 1, 1), [], today=date(2026, 1, 1))
