from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, strategies as st

from gateway.attendance.laying_rules import (
    LONGEST_TITLE,
    Laying,
    Met,
    Sketch,
    There,
    numbers_for,
    overlap,
    plan,
    profile_for,
    title_of,
    whole,
    window_on,
)
from gateway.attendance.policy import Window
from kiosk.protocol.days import school_day

LONDON, HOUR = ZoneInfo("Europe/London"), timedelta(hours=1)
FORWARD, BACK = date(2026, 3, 29), date(2026, 10, 25)
CHANGES = {day - n * timedelta(days=1) for day in (FORWARD, date(2027, 3, 28)) for n in (0, 1)}
"""Dates into which the hour that is skipped falls."""
MONDAY = date(2026, 11, 23)

zones = st.sampled_from(
    [ZoneInfo(name) for name in ("Europe/London", "America/New_York", "Asia/Dubai")]
)
dates = st.dates(date(2026, 1, 1), date(2027, 12, 31)) | st.sampled_from([FORWARD, BACK])
clocks = st.integers(0, 24 * 12 - 1).map(lambda n: time(n // 12, n % 12 * 5))


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def at(starts: str, ends: str, day: date = MONDAY) -> Window:
    return window_on(day, time.fromisoformat(starts), time.fromisoformat(ends), zone=LONDON)


@given(day=dates, starts=clocks, ends=clocks, zone=zones)
def test_a_session_runs_forward_and_belongs_to_the_date_it_starts_on(
    day: date, starts: time, ends: time, zone: ZoneInfo
) -> None:
    window = window_on(day, starts, ends, zone=zone)

    assert timedelta(0) < window.length <= 25 * HOUR
    assert school_day(window.starts_at, zone=zone) == day


@given(day=dates, starts=clocks, ends=clocks, day_starts=st.sampled_from([time(4), time(6)]))
def test_where_the_day_begins_later_a_session_after_midnight_belongs_to_the_evening_before(
    day: date, starts: time, ends: time, day_starts: time
) -> None:
    window = window_on(day, starts, ends, zone=LONDON, day_starts=day_starts)

    assert school_day(window.starts_at, zone=LONDON, day_starts=day_starts) == day


@given(day=dates.filter(lambda day: day not in CHANGES), starts=clocks, ends=clocks)
def test_the_clock_on_the_wall_shows_start_and_end(day: date, starts: time, ends: time) -> None:
    window = window_on(day, starts, ends, zone=LONDON)

    shown = [each.astimezone(LONDON).time() for each in (window.starts_at, window.ends_at)]
    assert shown == [starts, ends]


@pytest.mark.parametrize(
    ("day", "starts", "ends", "window"),
    [
        (MONDAY, "16:00", "17:00", ("2026-11-23T16:00", "2026-11-23T17:00")),
        (MONDAY, "22:00", "00:30", ("2026-11-23T22:00", "2026-11-24T00:30")),
        (FORWARD, "00:30", "02:30", ("2026-03-29T00:30", "2026-03-29T01:30")),
        (FORWARD, "01:30", "02:10", ("2026-03-29T01:30", "2026-03-29T02:10")),
        (BACK, "00:30", "02:30", ("2026-10-24T23:30", "2026-10-25T02:30")),
    ],
)
def test_nights_when_the_clock_changes(
    day: date, starts: str, ends: str, window: tuple[str, str]
) -> None:
    assert at(starts, ends, day) == Window(utc(window[0]), utc(window[1]))


def test_joined_offerings_meet_from_the_earliest_start_to_the_latest_end() -> None:
    joined = whole([at("16:00", "17:00"), at("15:30", "16:30"), at("16:30", "18:00")])

    assert joined == at("15:30", "18:00")


@pytest.mark.parametrize(
    ("other", "meets"), [(("16:30", "18:00"), True), (("17:00", "18:00"), False)]
)
def test_sessions_in_a_row_do_not_overlap(other: tuple[str, str], *, meets: bool) -> None:
    assert overlap(at("16:00", "17:00"), at(*other)) is meets


@pytest.mark.covers("SES-02")
@pytest.mark.parametrize(
    ("met", "title"),
    [
        ([Met("Batch A")], "Batch A · 16:00"),
        ([Met("Batch A", "Algebra")], "Algebra: Batch A · 16:00"),
        ([Met("Algebra A", "Algebra")], "Algebra A · 16:00"),
        ([Met("A", "Algebra"), Met("B", "Algebra")], "Algebra: A + B · 16:00"),
        ([Met("A", "Algebra"), Met("C", "Physics")], "A + C · 16:00"),
    ],
)
def test_a_title_tells_course_offerings_and_time(met: list[Met], title: str) -> None:
    assert title_of(met, time(16)) == title


@given(names=st.lists(st.text(min_size=1, max_size=120), min_size=1, max_size=5))
def test_a_title_is_never_too_long_and_always_tells_the_time(names: list[str]) -> None:
    title = title_of([Met(name) for name in names], time(16))

    assert len(title) <= LONGEST_TITLE
    assert title.endswith(" · 16:00")


def test_later_layers_replace_single_numbers() -> None:
    met = [Met("A", overrides={"grace": 2, "due_after": 5}), Met("B", overrides={"grace": 3})]

    numbers = numbers_for({"grace": 1, "lock_after": 9}, met, {"due_after": 7})

    assert numbers == {"grace": 3, "lock_after": 9, "due_after": 7}


def test_the_first_offering_that_picks_a_profile_decides() -> None:
    assert profile_for([Met("A"), Met("B", profile="activity")], "school") == "activity"
    assert profile_for([Met("A")], "school") == "school"


HOUR_LONG = Sketch(at("16:00", "17:00"), "Algebra · 16:00", None, "coaching", {})
LATER = replace(HOUR_LONG, window=at("17:00", "18:00"), title="Algebra · 17:00")


def there(**how: bool) -> There:
    facts = {"is_open": True, "is_touched": False, "is_recorded": False} | how
    return There(7, 1, HOUR_LONG, **facts)


def nothing(
    *,
    make: Mapping[int, Sketch] = {},
    change: Mapping[int, Sketch] = {},
    withdraw: tuple[int, ...] = (),
    left: tuple[int, ...] = (),
) -> Laying:
    return Laying(make, change, withdraw, left)


@pytest.mark.parametrize(
    ("wanted", "laid", "outcome"),
    [
        ({1: HOUR_LONG}, [], nothing(make={1: HOUR_LONG})),
        ({1: HOUR_LONG}, [there()], nothing()),
        ({1: LATER}, [there()], nothing(change={7: LATER})),
        ({1: LATER}, [there(is_recorded=True)], nothing(change={7: LATER})),
        ({1: LATER}, [there(is_touched=True)], nothing()),
        ({1: LATER}, [there(is_open=False)], nothing()),
        ({}, [there()], nothing(withdraw=(7,))),
        ({}, [there(is_recorded=True)], nothing(left=(7,))),
        ({}, [there(is_touched=True)], nothing(left=(7,))),
        ({}, [there(is_open=False)], nothing()),
        ({2: LATER}, [there()], nothing(make={2: LATER}, withdraw=(7,))),
    ],
)
def test_what_laying_ahead_does(
    wanted: dict[int, Sketch], laid: list[There], outcome: Laying
) -> None:
    assert plan(wanted, laid) == outcome


sketches = st.sampled_from([HOUR_LONG, LATER])
laid_ones = st.lists(
    st.builds(
        There, st.integers(1, 99), st.none() | st.integers(1, 4), sketches,
        st.booleans(), st.booleans(), st.booleans(),
    ),
    max_size=6, unique_by=(lambda each: each.session_id, lambda each: each.slot_id),
)  # fmt: skip


def carried_out(laying: Laying, laid: list[There]) -> list[There]:
    kept = [
        replace(each, sketch=laying.change.get(each.session_id, each.sketch))
        for each in laid
        if each.session_id not in laying.withdraw
    ]
    made = [
        There(100 + slot, slot, sketch, is_open=True, is_touched=False, is_recorded=False)
        for slot, sketch in laying.make.items()
    ]
    return [*kept, *made]


@given(wanted=st.dictionaries(st.integers(1, 4), sketches), laid=laid_ones)
def test_laying_twice_is_laying_once(wanted: dict[int, Sketch], laid: list[There]) -> None:
    first = plan(wanted, laid)

    again = plan(wanted, carried_out(first, laid))

    assert again == nothing(left=first.left)


@given(wanted=st.dictionaries(st.integers(1, 4), sketches), laid=laid_ones)
def test_what_a_person_touched_or_what_began_stays_as_it_is(
    wanted: dict[int, Sketch], laid: list[There]
) -> None:
    fixed = [each for each in laid if each.is_touched or not each.is_open]

    after = carried_out(plan(wanted, laid), laid)

    assert [each for each in after if each in fixed] == fixed


@given(wanted=st.dictionaries(st.integers(1, 4), sketches), laid=laid_ones)
def test_no_weekly_time_has_two_sessions_on_a_date(
    wanted: dict[int, Sketch], laid: list[There]
) -> None:
    after = carried_out(plan(wanted, laid), laid)

    slots = [each.slot_id for each in after if each.slot_id is not None]
    assert len(slots) == len(set(slots))
