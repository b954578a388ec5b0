"""The policy's limits as a table: each row names the requirement it is taken from."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given, strategies as st

from gateway.attendance.judgement import Evidence, Stay, judged, stay_of, through_the_night
from gateway.attendance.policy import Policy, Window
from gateway.attendance.profiling import policy_with, profile_of
from gateway.attendance.values import ArrivalMode, Base, Mark
from gateway.timetable.values import Standing
from kiosk.protocol.movements import Direction, Movement, Track
from tests.gateway.school import LONDON, MONDAY, at

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
WINDOW = Window(at("16:00").astimezone(LONDON), at("18:00").astimezone(LONDON))
"""Two hours, so that 60 minutes late and half missed are told apart."""


def policy(**numbers: Any) -> Policy:
    return policy_with(profile_of("coaching"), {"grace": 10, **numbers})


INOUT = ("in", "out")
ON_SITE = policy()
IN_WINDOW = policy(arrival="tap_in_window")


def moves(*clocks: str, begin: Direction = Direction.IN) -> tuple[Movement, ...]:
    """Taps as the door counts them: in, out, in, ..."""
    both = [begin, Direction.OUT if begin is Direction.IN else Direction.IN]
    return tuple(
        Movement(Track(at(clock), uuid4()), both[place % 2]) for place, clock in enumerate(clocks)
    )


def gaps(gone: str, back: str) -> tuple[Window, ...]:
    return (Window(at(gone), at(back)),)


def verdict(*clocks: str, by: Policy = ON_SITE, window: Window = WINDOW) -> Mark | None:
    found = judged(Evidence(moves(*clocks)), window, by)
    return None if found is None else replace(found.mark, arrived_at=None)


def present(late: int | None = None, early: int | None = None, *, partial: bool = False) -> Mark:
    return Mark(Base.PRESENT, late, early, partial)


ABSENT = Mark(Base.ABSENT)


@pytest.mark.parametrize(
    ("row", "clocks", "expected"),
    [
        pytest.param("POL-01", ["15:59:59"], present(), id="POL-01 before the start"),
        pytest.param("POL-01", ["16:00"], present(), id="POL-01 at the start"),
        pytest.param("POL-01", ["16:10:00"], present(), id="POL-01 at grace is present"),
        pytest.param("POL-01", ["16:10:01"], present(10), id="POL-01 one second later is late"),
        pytest.param("QR-03", ["16:12:59"], present(12), id="QR-03 minutes are whole"),
        pytest.param("POL-07", ["16:30:00"], present(30), id="POL-07 at the limit is late"),
        pytest.param(
            "POL-07", ["16:30:01"], present(30, partial=True), id="POL-07 a second later is partial"
        ),
        pytest.param(
            "POL-07", ["17:00:00"], present(60, partial=True), id="POL-07 at the limit is partial"
        ),
        pytest.param("POL-07", ["17:00:01"], ABSENT, id="POL-07 a second later is absent"),
        pytest.param("POL-07", ["16:00", "17:00:00"], present(None, 60), id="POL-07 half missed"),
        pytest.param("POL-07", ["16:00", "16:59:59"], ABSENT, id="POL-07 more than half missed"),
        pytest.param("POL-07", ["16:20", "17:19:59"], ABSENT, id="POL-07 both ends together"),
        pytest.param("OFF-04", ["16:00", "17:55:00"], present(), id="OFF-04 within tolerance"),
        pytest.param("OFF-04", ["16:00", "17:54:59"], present(None, 5), id="OFF-04 left early"),
        pytest.param("OFF-04", ["16:12", "17:40"], present(12, 20), id="OFF-04 tardy, left early"),
        pytest.param("OFF-04", ["16:00", "18:00"], present(), id="OFF-04 out at the end"),
        pytest.param("OFF-04", ["16:00", "16:30", "16:40"], present(), id="OFF-04 came back"),
        pytest.param("POL-07", ["16:00", "16:30", "17:30"], present(), id="POL-07 half in between"),
        pytest.param(
            "POL-07", ["16:00", "16:30", "17:30:01"], ABSENT, id="POL-07 more than half in between"
        ),
        pytest.param(
            "OFF-04", ["16:00", "17:40", "18:10"], present(None, 20), id="OFF-04 back after the end"
        ),
    ],
)
@pytest.mark.parametrize("by", [ON_SITE, IN_WINDOW], ids=["on site", "in window"])
@pytest.mark.covers("POL-01", "POL-07", "OFF-04", "QR-03")
def test_the_limits_are_exact(row: str, clocks: list[str], expected: Mark, by: Policy) -> None:
    assert verdict(*clocks, by=by) == expected


@pytest.mark.covers("POL-01", "QR-01")
@pytest.mark.parametrize(
    ("clocks", "on_site", "in_window"),
    [
        (["08:00"], present(), None),
        (["08:00", "12:00"], None, None),
        (["08:00", "12:00", "15:50"], present(), present()),
        (["08:00", "15:50"], None, present()),
        (["15:44:59"], present(), None),
        (["15:45:00"], present(), present()),
        (["08:00", "16:05", "16:20"], present(), ABSENT),
        (["08:00", "15:58", "16:20"], present(20), ABSENT),
        (["15:46", "15:58"], None, None),
        (["15:46", "15:58", "16:20"], present(20), present(20)),
        (["15:46", "15:50", "15:58"], present(), present()),
        (["15:46", "15:58", "18:10"], None, None),
        (["18:00"], None, None),
        (["18:30"], None, None),
        (["15:50", "18:20"], present(), present()),
        ([], None, None),
    ],
)
def test_what_counts_as_having_come_is_the_offerings_choice(
    clocks: list[str], on_site: Mark | None, in_window: Mark | None
) -> None:
    assert verdict(*clocks, by=ON_SITE) == on_site
    assert verdict(*clocks, by=IN_WINDOW) == in_window


@pytest.mark.covers("POL-07")
@pytest.mark.parametrize(
    ("numbers", "clock", "expected"),
    [
        ({"partial_after": "off"}, "16:50", present(50)),
        ({"absent_after": "off", "absent_if_missed": "off"}, "17:30", present(90, partial=True)),
        ({"absent_after": "off"}, "17:00:01", ABSENT),
    ],
)
def test_a_limit_that_is_off_turns_nothing(
    numbers: dict[str, str], clock: str, expected: Mark
) -> None:
    assert verdict(clock, by=policy(**numbers)) == expected


def test_a_class_that_passes_midnight_is_judged_across_it() -> None:
    begins = at("22:00").astimezone(LONDON)
    evening = Window(begins, begins + timedelta(hours=3))
    tap = Movement(Track(at("00:30", MONDAY + timedelta(days=1)), uuid4()), Direction.IN)

    found = judged(Evidence(through_the_night(moves("22:20"), [tap])), evening, ON_SITE)

    assert found is not None
    assert (found.mark.late_minutes, found.mark.left_early_minutes) == (20, 30)


@pytest.mark.parametrize(
    ("evening", "directions"),
    [([], ["in", "out"]), (["22:20"], ["in", "out", "in"]), (["20:00", "21:00"], [*INOUT, *INOUT])],
)
def test_who_is_still_on_site_at_midnight_leaves_by_the_next_tap(
    evening: list[str], directions: list[str]
) -> None:
    night = moves("00:10", "00:20")

    through = through_the_night(moves(*evening), night)

    assert [move.direction.value for move in through] == directions


@pytest.mark.parametrize("by", [ON_SITE, IN_WINDOW])
def test_nothing_is_judged_from_an_instant_in_doubt(by: Policy) -> None:
    assert judged(Evidence(moves("15:50"), doubtful=True), WINDOW, by) is None


@pytest.mark.covers("QR-02")
def test_a_check_in_counts_where_the_taps_are_in_doubt() -> None:
    evidence = Evidence(moves("15:50"), doubtful=True, check_ins=(at("16:11"),))

    assert judged(evidence, WINDOW, ON_SITE) is not None
    assert stay_of(evidence, WINDOW, ON_SITE) == Stay(at("16:11"))


@pytest.mark.covers("QR-01", "QR-02")
@pytest.mark.parametrize(
    ("clocks", "check_ins", "expected"),
    [
        ([], ["16:05"], Stay(at("16:05"))),
        ([], ["15:44:59"], None),
        ([], ["18:30:01"], None),
        ([], ["16:20", "16:05"], Stay(at("16:05"))),
        (["16:20"], ["16:05"], Stay(at("16:05"))),
        (["16:02"], ["16:05"], Stay(at("16:02"))),
        (["16:20", "17:30"], ["16:05"], Stay(at("16:05"), at("17:30"))),
        (["15:50", "16:30"], ["16:45"], Stay(at("15:50"), None, gaps("16:30", "16:45"))),
        (["15:50", "16:30", "17:40"], [], Stay(at("15:50"), None, gaps("16:30", "17:40"))),
        (["15:50", "16:30", "17:40"], ["16:35"], Stay(at("15:50"), None, gaps("16:30", "16:35"))),
    ],
)
def test_the_earlier_of_tap_and_check_in_is_the_arrival(
    clocks: list[str], check_ins: list[str], expected: Stay | None
) -> None:
    evidence = Evidence(moves(*clocks), check_ins=tuple(map(at, check_ins)))

    assert stay_of(evidence, WINDOW, ON_SITE) == expected


@pytest.mark.covers("MRK-01")
@pytest.mark.parametrize(
    ("standing", "base"),
    [
        (Standing.ON_HOLD, Base.ON_HOLD),
        (Standing.SUSPENDED, Base.ON_HOLD),
        (Standing.ACTIVE, Base.PRESENT),
        (Standing.TRIAL, Base.PRESENT),
        (None, Base.PRESENT),
    ],
)
def test_who_is_on_hold_stays_so_even_when_seen(standing: Standing | None, base: Base) -> None:
    found = judged(Evidence(moves("15:50"), standing=standing), WINDOW, ON_SITE)

    assert found is not None
    assert found.mark.base is base


@pytest.mark.parametrize(
    ("clocks", "why"),
    [
        (["15:50"], "arrived 15:50, in time"),
        (["16:04"], "arrived 16:04, within grace"),
        (["16:12"], "arrived 16:12, 2 min after grace"),
        (
            ["16:40", "17:40"],
            "arrived 16:40, 30 min after grace, left 20 min early, partial attendance",
        ),
        (["17:05"], "arrived 17:05, more than 60 min late counts as absent"),
        (["16:00", "16:30"], "arrived 16:00, missed 90 of 120 min: absent"),
    ],
)
def test_a_judgement_says_why_in_words(clocks: list[str], why: str) -> None:
    found = judged(Evidence(moves(*clocks)), WINDOW, ON_SITE)

    assert found is not None
    assert found.why == why


instants = st.lists(
    st.integers(-60 * 60, 3 * 60 * 60).map(lambda s: WINDOW.starts_at + s * SECOND),
    max_size=6,
    unique=True,
)


def told(points: list[datetime]) -> tuple[Movement, ...]:
    both = (Direction.IN, Direction.OUT)
    return tuple(
        Movement(Track(point, uuid4()), both[n % 2]) for n, point in enumerate(sorted(points))
    )


@pytest.mark.covers("BEY-02")
@given(points=instants, data=st.data(), mode=st.sampled_from(ArrivalMode))
def test_the_order_in_which_evidence_comes_never_changes_a_judgement(
    points: list[datetime], data: st.DataObject, mode: ArrivalMode
) -> None:
    by = policy(arrival=mode.value)
    ordered = told(points)
    came = tuple(data.draw(st.permutations(ordered)))

    assert judged(Evidence(came), WINDOW, by) == judged(Evidence(ordered), WINDOW, by)


@given(points=instants, mode=st.sampled_from(ArrivalMode))
def test_a_stay_lies_in_the_window_and_runs_forward(
    points: list[datetime], mode: ArrivalMode
) -> None:
    by = policy(arrival=mode.value)
    stay = stay_of(Evidence(told(points)), WINDOW, by)

    if stay is not None:
        assert stay.arrived_at < WINDOW.ends_at
        assert stay.left_at is None or max(stay.arrived_at, WINDOW.starts_at) <= stay.left_at
        assert stay.left_at is None or stay.left_at < WINDOW.ends_at


@given(late=st.integers(0, 2 * 60 * 60 - 1), more=st.integers(0, 3600))
def test_nobody_is_better_off_for_coming_later(late: int, more: int) -> None:
    order = [present(), present(1), present(1, partial=True), ABSENT]

    def rank(seconds: int) -> int:
        point = WINDOW.starts_at + seconds * SECOND
        found = judged(Evidence(told([point])), WINDOW, ON_SITE)
        assert found is not None
        is_late = None if found.mark.late_minutes is None else 1
        return order.index(Mark(found.mark.base, is_late, None, found.mark.partial))

    assert rank(late) <= rank(min(late + more, 2 * 60 * 60 - 1))
