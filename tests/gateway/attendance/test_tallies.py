from dataclasses import replace

import pytest
from hypothesis import given, strategies as st

from gateway.attendance import tallies
from gateway.attendance.policy import LateStep
from gateway.attendance.profiling import profile_of
from gateway.attendance.tallies import Counted, Tally, tally
from gateway.attendance.values import Base

PRESENT = Counted(Base.PRESENT)
LATE = Counted(Base.PRESENT, is_late=True)
LATE_EXCUSED = Counted(Base.PRESENT, is_late=True, is_excused=True)
ABSENT = Counted(Base.ABSENT)
EXCUSED = Counted(Base.EXCUSED, is_excused=True)
ILL = Counted(Base.MEDICAL_LEAVE, is_excused=True)
ON_HOLD = Counted(Base.ON_HOLD)
UNMARKED = Counted(Base.PENDING)
TO_COME = Counted(Base.PENDING, is_held=False)
STEPS = (LateStep(3, 1), LateStep(7, 2))
POLICY = replace(
    profile_of("tuition").policy, late_steps=STEPS, excused_weight=0.5, absence_limit=3
)
counted = st.builds(Counted, st.sampled_from(Base), st.booleans(), st.booleans(), st.booleans())


def percents(found: Tally) -> tuple[float | None, float | None, float | None]:
    return found.over_held, found.over_scheduled, found.reachable


@pytest.mark.covers("POL-02", "POL-04", "LAT-02")
@pytest.mark.parametrize(
    ("marks", "found"),
    [
        ([], Tally(0, 0, 0, 0, 0, 0, 0)),
        ([PRESENT, ABSENT], Tally(2, 2, 1, 1, 0, 0, 0)),
        ([LATE, LATE_EXCUSED], Tally(2, 2, 2, 0, 0, 1, 1)),
        ([EXCUSED, ILL, ABSENT], Tally(3, 3, 0, 1, 2, 0, 0)),
        ([PRESENT, UNMARKED, TO_COME], Tally(3, 1, 1, 0, 0, 0, 0)),
        ([PRESENT, ON_HOLD, ON_HOLD], Tally(1, 1, 1, 0, 0, 0, 0)),
        ([replace(PRESENT, is_held=False)], Tally(1, 0, 0, 0, 0, 0, 0)),
        ([replace(ABSENT, is_late=True)], Tally(1, 1, 0, 1, 0, 0, 0)),
    ],
    ids=[
        "nothing", "present and absent", "excused lates apart (POL-02)", "excused apart (POL-04)",
        "unmarked is scheduled, not held", "on hold counts for nothing",
        "said ahead counts when it is held", "who is absent is not late",
    ],
)  # fmt: skip
def test_marks_are_counted(marks: list[Counted], found: Tally) -> None:
    assert tally(marks) == found


@pytest.mark.covers("POL-02")
@pytest.mark.parametrize(
    ("lates", "absences"),
    [(0, 0), (1, 0), (2, 0), (3, 1), (4, 1), (6, 1), (7, 2), (8, 2), (100, 2)],
)
def test_three_lates_are_an_absence_and_seven_are_two(lates: int, absences: int) -> None:
    assert tallies.equivalent_absences(lates, STEPS) == absences
    assert tallies.equivalent_absences(lates, reversed(STEPS)) == absences


def test_without_steps_lates_are_no_absences() -> None:
    assert tallies.equivalent_absences(100, ()) == 0


@pytest.mark.covers("POL-02", "POL-04")
@pytest.mark.parametrize(
    ("marks", "weight", "absences", "is_over"),
    [
        ([ABSENT] * 3, 0, 3, False),
        ([ABSENT] * 4, 0, 4, True),
        ([ABSENT] * 3 + [EXCUSED] * 9, 0, 3, False),
        ([ABSENT] * 3 + [EXCUSED], 0.5, 3.5, True),
        ([ABSENT] * 2 + [EXCUSED] * 2, 0.5, 3, False),
        ([ABSENT] * 2 + [ILL] * 2, 1, 4, True),
        ([ABSENT] * 2 + [LATE] * 3, 0, 3, False),
        ([ABSENT] * 2 + [LATE] * 7, 0, 4, True),
        ([ABSENT] * 3 + [LATE] * 2 + [LATE_EXCUSED], 0, 3, False),
    ],
    ids=[
        "at the limit", "one over", "excused count for nothing (POL-04)",
        "an excused one by half puts over", "two by half reach the limit", "ill with full weight",
        "three lates reach the limit (POL-02)", "seven put over (POL-02)",
        "an excused late is none (POL-02)",
    ],
)  # fmt: skip
def test_absences_are_counted_against_the_limit(
    marks: list[Counted], weight: float, absences: float, is_over: bool
) -> None:
    policy = replace(POLICY, excused_weight=weight)

    assert tallies.absences(tally(marks), policy) == absences
    assert tallies.is_over_limit(tally(marks), policy) is is_over


def test_without_a_limit_nobody_is_over_it() -> None:
    assert not tallies.is_over_limit(tally([ABSENT] * 99), replace(POLICY, absence_limit=None))


@pytest.mark.parametrize(
    ("marks", "over_held", "over_scheduled", "reachable"),
    [
        ([], None, None, None),
        ([ON_HOLD], None, None, None),
        ([TO_COME], None, 0.0, 100.0),
        ([PRESENT, PRESENT, ABSENT], 66.7, 66.7, 66.7),
        ([PRESENT, ABSENT, TO_COME, TO_COME], 50.0, 25.0, 75.0),
        ([LATE, EXCUSED], 50.0, 50.0, 50.0),
    ],
)
def test_percentages_are_over_held_over_scheduled_and_what_can_still_be_reached(
    marks: list[Counted],
    over_held: float | None,
    over_scheduled: float | None,
    reachable: float | None,
) -> None:
    assert percents(tally(marks)) == (over_held, over_scheduled, reachable)


@given(st.lists(counted))
def test_what_can_be_reached_is_never_less_than_what_is(marks: list[Counted]) -> None:
    over_held, over_scheduled, reachable = percents(tally(marks))

    if over_scheduled is not None and reachable is not None:
        assert 0 <= over_scheduled <= reachable <= 100
    if over_held is not None and over_scheduled is not None:
        assert over_held >= over_scheduled


@given(st.lists(counted), st.randoms())
def test_the_order_of_marks_changes_no_tally(marks: list[Counted], chance: object) -> None:
    shuffled = list(marks)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]  # a Random of Hypothesis

    assert tally(shuffled) == tally(marks)


@given(st.lists(counted))
def test_everything_held_is_present_absent_or_excused(marks: list[Counted]) -> None:
    found = tally(marks)

    assert found.present + found.absent + found.excused == found.held <= found.scheduled
    assert found.lates + found.lates_excused <= found.present


@pytest.mark.covers("POL-02")
@given(st.integers(0, 50), st.lists(st.builds(LateStep, st.integers(1, 20), st.integers(1, 9))))
def test_one_more_late_takes_no_absence_away(lates: int, steps: list[LateStep]) -> None:
    found = tallies.equivalent_absences(lates, steps)

    assert tallies.equivalent_absences(lates + 1, steps) >= found


@pytest.mark.covers("POL-04")
@given(st.lists(counted), st.floats(0, 1))
def test_an_excuse_never_counts_for_more_than_the_absence(
    marks: list[Counted], weight: float
) -> None:
    policy = replace(POLICY, excused_weight=weight)
    excused = [replace(m, base=Base.EXCUSED) if m.base is Base.ABSENT else m for m in marks]

    assert tallies.absences(tally(excused), policy) <= tallies.absences(tally(marks), policy)
