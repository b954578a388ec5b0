from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, strategies as st

from gateway.attendance.late_rules import Late, Lateness, Per, Taught, accumulated

ALGEBRA = Taught(1, "Algebra", "Mathematics")
GEOMETRY = Taught(2, "Geometry", "Mathematics")
CHOIR = Taught(3, "Choir")
MIA = Late(
    session_id=1,
    person_id=7,
    name="Mia Keller",
    title="Algebra · 16:00",
    day=date(2026, 11, 23),
    starts_at=datetime(2026, 11, 23, 16, tzinfo=UTC),
    arrived_at=None,
    minutes=12,
    reason="",
    marked_by="",
    is_excused=False,
    taught=(ALGEBRA,),
)
TOM = replace(MIA, person_id=8, name="Tom Berg")
lates = st.builds(
    replace,
    st.sampled_from([MIA, TOM]),
    minutes=st.integers(1, 60),
    is_excused=st.booleans(),
    taught=st.lists(st.sampled_from([ALGEBRA, GEOMETRY, CHOIR]), unique=True).map(tuple),
)


@pytest.mark.covers("LAT-02")
@pytest.mark.parametrize(
    ("per", "found"),
    [
        (
            Per.PERSON,
            (Lateness(7, "Mia Keller", "", 2, 1, 15), Lateness(8, "Tom Berg", "", 1, 0, 20)),
        ),
        (
            Per.OFFERING,
            (
                Lateness(7, "Mia Keller", "Algebra", 2, 0, 15),
                Lateness(7, "Mia Keller", "Geometry", 1, 0, 3),
                Lateness(7, "Mia Keller", "Choir", 0, 1, 0),
            ),
        ),
        (Per.SUBJECT, (Lateness(7, "Mia Keller", "Mathematics", 2, 0, 15),)),
    ],
)
def test_lates_add_up_per_person_offering_and_subject(
    per: Per, found: tuple[Lateness, ...]
) -> None:
    told = [
        replace(TOM, minutes=20, taught=()),
        MIA,
        replace(MIA, minutes=3, taught=(ALGEBRA, GEOMETRY)),
        replace(MIA, minutes=9, taught=(CHOIR,), is_excused=True),
    ]

    assert accumulated(told, per=per) == found


@pytest.mark.parametrize(("count", "minutes", "average"), [(0, 0, None), (3, 20, 6.7)])
def test_lates_have_an_average_where_one_counts(
    count: int, minutes: int, average: float | None
) -> None:
    assert Lateness(7, "Mia Keller", "", count, 1, minutes).average == average


@pytest.mark.covers("LAT-02")
@given(st.lists(lates))
def test_every_late_is_counted_once_per_person(told: list[Late]) -> None:
    found = accumulated(told, per=Per.PERSON)

    assert sum(each.count + each.excused for each in found) == len(told)
    assert sum(each.minutes for each in found) == sum(
        late.minutes for late in told if not late.is_excused
    )


@given(st.lists(lates), st.sampled_from(Per), st.randoms())
def test_the_order_of_lates_changes_nothing(told: list[Late], per: Per, chance: object) -> None:
    shuffled = list(told)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]  # a Random of Hypothesis

    assert accumulated(shuffled, per=per) == accumulated(told, per=per)
