from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, strategies as st

from gateway.attendance import excuse_rules as rules
from gateway.attendance.excuse_rules import Span, Standpoint, Step
from gateway.attendance.policy import Deed, Profile
from gateway.attendance.profiling import profile_of
from gateway.attendance.values import Base, ExcuseReason, ExcuseState, Mark
from gateway.people.values import Role

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
LONDON = ZoneInfo("Europe/London")
TUITION = profile_of("tuition")
TRAINING = profile_of("training")
NOBODY = Standpoint(frozenset())
GUARDIAN = Standpoint(frozenset({Role.GUARDIAN}), is_guardian=True)
STUDENT = Standpoint(frozenset({Role.STUDENT}), is_themselves=True)
TEACHER = Standpoint(frozenset({Role.TEACHER}))
OFFICE = Standpoint(frozenset({Role.OFFICE}))
ADMIN = Standpoint(frozenset({Role.ADMIN}))
states = st.sampled_from(ExcuseState)
steps = st.sampled_from(Step)
reasons = st.sampled_from(ExcuseReason)
standpoints = st.builds(
    Standpoint,
    st.frozensets(st.sampled_from(Role)),
    st.booleans(),
    st.booleans(),
    st.booleans(),
    st.booleans(),
)


@pytest.mark.covers("POL-03")
@pytest.mark.parametrize(
    ("state", "step", "after"),
    [
        (ExcuseState.REQUESTED, Step.APPROVE, ExcuseState.APPROVED),
        (ExcuseState.REQUESTED, Step.REFUSE, ExcuseState.REFUSED),
        (ExcuseState.REQUESTED, Step.WITHDRAW, ExcuseState.WITHDRAWN),
        (ExcuseState.APPROVED, Step.APPROVE, None),
        (ExcuseState.APPROVED, Step.REFUSE, None),
        (ExcuseState.APPROVED, Step.WITHDRAW, ExcuseState.WITHDRAWN),
        (ExcuseState.REFUSED, Step.APPROVE, None),
        (ExcuseState.REFUSED, Step.WITHDRAW, None),
        (ExcuseState.WITHDRAWN, Step.APPROVE, None),
    ],
)
def test_an_excuse_goes_only_these_ways(
    state: ExcuseState, step: Step, after: ExcuseState | None
) -> None:
    assert rules.following(state, step) is after


@given(st.lists(steps, max_size=6))
def test_whatever_is_tried_only_a_request_is_ever_approved(tried: list[Step]) -> None:
    state = ExcuseState.REQUESTED
    for step in tried:
        after = rules.following(state, step)
        if after is ExcuseState.APPROVED:
            assert state is ExcuseState.REQUESTED
        state = after or state


@pytest.mark.covers("POL-03")
@pytest.mark.parametrize(
    ("who", "may"),
    [(GUARDIAN, True), (STUDENT, True), (TEACHER, False), (OFFICE, True), (ADMIN, True)],
)
def test_family_and_office_ask_for_excuses(who: Standpoint, may: bool) -> None:
    assert rules.may_ask(who) is may


def test_a_guardian_asks_for_no_others_child() -> None:
    assert not rules.may_ask(replace(GUARDIAN, is_guardian=False))


@pytest.mark.covers("POL-03")
@pytest.mark.parametrize(
    ("who", "reason", "may"),
    [
        (GUARDIAN, ExcuseReason.MEDICAL, False),
        (STUDENT, ExcuseReason.MEDICAL, False),
        (TEACHER, ExcuseReason.MEDICAL, False),
        (OFFICE, ExcuseReason.MEDICAL, True),
        (OFFICE, ExcuseReason.PRE_APPROVED, True),
        (OFFICE, ExcuseReason.OTHER, False),
        (ADMIN, ExcuseReason.OTHER, True),
    ],
)
def test_excuses_are_decided_by_whom_the_profile_names(
    who: Standpoint, reason: ExcuseReason, may: bool
) -> None:
    assert rules.may_decide(who, reason, [TUITION]) is may


@given(standpoints, st.lists(st.sampled_from([TUITION, TRAINING]), max_size=2))
def test_another_reason_always_needs_an_administrator(
    who: Standpoint, profiles: list[Profile]
) -> None:
    if rules.may_decide(who, ExcuseReason.OTHER, profiles):
        assert Role.ADMIN in who.roles


def test_one_profile_that_does_not_let_the_office_decide_is_enough() -> None:
    strict = replace(
        TUITION,
        permissions={**TUITION.permissions, Deed.DECIDE_EXCUSE: frozenset({Role.ADMIN})},
    )

    assert not rules.may_decide(OFFICE, ExcuseReason.MEDICAL, [TUITION, strict])
    assert rules.may_decide(ADMIN, ExcuseReason.MEDICAL, [TUITION, strict])


@given(standpoints, reasons)
def test_whom_no_profile_judges_the_office_decides_about(
    who: Standpoint, reason: ExcuseReason
) -> None:
    if rules.may_decide(who, reason, []):
        assert who.roles & rules.OFFICE


@pytest.mark.covers("POL-03")
@pytest.mark.parametrize(
    ("reason", "in_tuition", "in_training"),
    [
        (ExcuseReason.MEDICAL, True, False),
        (ExcuseReason.FAMILY_EMERGENCY, True, False),
        (ExcuseReason.SCHOOL_EVENT, True, False),
        (ExcuseReason.RELIGIOUS, True, False),
        (ExcuseReason.PRE_APPROVED, False, False),
        (ExcuseReason.OTHER, False, False),
    ],
)
def test_a_teacher_excuses_at_once_for_the_reasons_the_profile_allows(
    reason: ExcuseReason, in_tuition: bool, in_training: bool
) -> None:
    assert rules.may_excuse_at_session(TEACHER, reason, TUITION) is in_tuition
    assert rules.may_excuse_at_session(TEACHER, reason, TRAINING) is in_training


@pytest.mark.covers("POL-03")
@pytest.mark.parametrize(
    ("who", "is_requested", "has_begun", "may"),
    [
        (GUARDIAN, True, True, True),
        (GUARDIAN, False, False, True),
        (GUARDIAN, False, True, False),
        (STUDENT, True, False, False),
        (replace(STUDENT, asked=True), True, False, True),
        (replace(STUDENT, asked=True), False, True, False),
        (TEACHER, False, True, False),
        (replace(TEACHER, decided=True), False, True, True),
        (OFFICE, False, True, True),
        (NOBODY, True, False, False),
    ],
)
def test_an_excuse_is_withdrawn_by_these(
    who: Standpoint, is_requested: bool, has_begun: bool, may: bool
) -> None:
    found = rules.may_withdraw(
        who, ExcuseReason.MEDICAL, [TUITION], is_requested=is_requested, has_begun=has_begun
    )

    assert found is may


@pytest.mark.covers("OFF-04")
@pytest.mark.parametrize(
    ("mark", "may"),
    [
        (Mark(Base.PRESENT), True),
        (Mark(Base.ABSENT), True),
        (Mark(Base.EXCUSED), False),
        (Mark(Base.EXCUSED, reason="religious"), True),
        (Mark(Base.EXCUSED, reason="pre_approved"), False),
        (Mark(Base.EXCUSED, reason="overslept"), False),
        (Mark(Base.MEDICAL_LEAVE), True),
    ],
)
def test_a_teacher_marks_excused_for_valid_reasons(mark: Mark, may: bool) -> None:
    assert rules.may_mark(mark, TEACHER.roles, TUITION) is may
    assert rules.may_mark(mark, OFFICE.roles, TUITION)


@pytest.mark.parametrize(
    ("zone", "starts", "first", "last", "span"),
    [
        (LONDON, time(0), date(2026, 7, 1), date(2026, 7, 1), "2026-06-30T23:00/2026-07-01T23:00"),
        (
            LONDON, time(0), date(2026, 3, 29), date(2026, 3, 30),
            "2026-03-29T00:00/2026-03-30T23:00",
        ),
        (LONDON, time(4), date(2026, 1, 9), date(2026, 1, 9), "2026-01-09T04:00/2026-01-10T04:00"),
        (
            ZoneInfo("Asia/Tokyo"), time(0), date(2026, 1, 9), date(2026, 1, 9),
            "2026-01-08T15:00/2026-01-09T15:00",
        ),
    ],
    ids=["summer", "clock changes", "day begins at four", "east"],
)  # fmt: skip
def test_whole_days_are_days_of_the_site(
    zone: ZoneInfo, starts: time, first: date, last: date, span: str
) -> None:
    begins, after = (datetime.fromisoformat(f"{each}:00+00:00") for each in span.split("/"))

    found = rules.whole_days(first, last, zone=zone, day_starts=starts)

    assert found == Span(begins, after - timedelta(microseconds=1))


@pytest.mark.parametrize(
    ("starts", "ends", "fault"),
    [
        (timedelta(0), timedelta(0), ""),
        (timedelta(0), timedelta(days=366), ""),
        (timedelta(0), timedelta(days=366, microseconds=1), "for a year at most"),
        (timedelta(0), timedelta(seconds=-1), "ends after it begins"),
        (timedelta(days=732), timedelta(days=732), ""),
        (timedelta(days=733), timedelta(days=733), "within two years"),
        (timedelta(days=-733), timedelta(days=-733), "within two years"),
    ],
)
def test_nobody_is_excused_for_an_absurd_time(
    starts: timedelta, ends: timedelta, fault: str
) -> None:
    found = rules.fault_of(Span(NOW + starts, NOW + ends), now=NOW)

    assert fault in found
    assert bool(found) is bool(fault)


@pytest.mark.covers("POL-03")
@pytest.mark.parametrize(
    ("reason", "state", "certificates", "due"),
    [
        (ExcuseReason.MEDICAL, ExcuseState.REQUESTED, 0, True),
        (ExcuseReason.MEDICAL, ExcuseState.APPROVED, 0, True),
        (ExcuseReason.MEDICAL, ExcuseState.APPROVED, 1, False),
        (ExcuseReason.MEDICAL, ExcuseState.REFUSED, 0, False),
        (ExcuseReason.MEDICAL, ExcuseState.WITHDRAWN, 0, False),
        (ExcuseReason.RELIGIOUS, ExcuseState.APPROVED, 0, False),
    ],
)
def test_a_medical_excuse_without_a_file_has_its_certificate_due(
    reason: ExcuseReason, state: ExcuseState, certificates: int, due: bool
) -> None:
    assert rules.is_certificate_due(reason, state, certificates=certificates) is due
