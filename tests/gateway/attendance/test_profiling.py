from datetime import timedelta
from string import Formatter
from typing import Any

import pytest

from gateway.attendance import status
from gateway.attendance.errors import UnknownProfile, WrongOverride
from gateway.attendance.policy import Deed, LateStep
from gateway.attendance.profiling import check_overrides, policy_with, profile_of, profiles
from gateway.attendance.status import Status
from gateway.attendance.values import Base, Mark
from gateway.people.values import Role

FIVE = ("activity", "coaching", "school", "training", "tuition")
BOTH = Mark(Base.PRESENT, late_minutes=12, left_early_minutes=20)


def named(mark: Mark, profile: str, *, is_over: bool = True) -> tuple[str, str]:
    found = status.status(mark, profile_of(profile), is_over=is_over)
    return found.name, found.short


def test_there_are_five_profiles() -> None:
    assert tuple(profiles()) == FIVE


@pytest.mark.parametrize("profile", FIVE)
def test_a_profile_names_every_status_once(profile: str) -> None:
    words = profile_of(profile).statuses

    assert set(words) == set(status.KEYS)
    assert all(word.name and word.short for word in words.values())


@pytest.mark.parametrize("profile", FIVE)
def test_status_words_hold_minutes_and_nothing_else(profile: str) -> None:
    words = [text for w in profile_of(profile).statuses.values() for text in (w.name, w.short)]
    fields = {field for text in words for _, field, _, _ in Formatter().parse(text) if field}

    assert fields <= {"late", "early"}


@pytest.mark.parametrize("profile", FIVE)
def test_an_administrator_may_do_everything_and_nobody_from_outside_anything(profile: str) -> None:
    found = profile_of(profile)

    assert all(found.allows(deed, frozenset({Role.ADMIN})) for deed in Deed)
    assert not any(found.allows(d, frozenset({Role.GUARDIAN, Role.STUDENT})) for d in Deed)


@pytest.mark.covers("OFF-04")
def test_the_same_mark_reads_differently_under_two_profiles() -> None:
    assert named(BOTH, "activity") == ("Tardy & Left Early", "T LE")
    assert named(BOTH, "tuition") == ("Late, Left Early", "L 12, EL 20")


@pytest.mark.covers("MRK-01", "OFF-04", "TRN-01")
@pytest.mark.parametrize(
    ("mark", "key"),
    [
        (Mark(Base.PENDING), "pending"),
        (Mark(Base.PRESENT), "present"),
        (Mark(Base.PRESENT, late_minutes=1), "late"),
        (Mark(Base.PRESENT, left_early_minutes=1), "left_early"),
        (BOTH, "late_left_early"),
        (Mark(Base.PRESENT, late_minutes=40, partial=True), "partial"),
        (Mark(Base.ABSENT, late_minutes=40), "absent"),
        (Mark(Base.EXCUSED), "excused"),
        (Mark(Base.MEDICAL_LEAVE), "medical_leave"),
        (Mark(Base.ON_HOLD), "on_hold"),
    ],
)
def test_a_mark_has_one_status(mark: Mark, key: str) -> None:
    assert status.key(mark, profile_of("coaching"), is_over=False) == key


@pytest.mark.covers("TRN-01")
def test_somebody_booked_is_pending_only_when_the_training_is_over() -> None:
    before = status.status(Mark(Base.PENDING), profile_of("training"), is_over=False)
    after = status.status(Mark(Base.PENDING), profile_of("training"), is_over=True)

    assert before == Status("booked", "Booked", "B")
    assert after == Status("pending", "Pending", "?")


@pytest.mark.covers("TRN-01")
def test_a_training_counts_nobody_absent_or_partial_for_coming_late() -> None:
    policy = profile_of("training").policy

    assert (policy.partial_after, policy.absent_after) == (None, None)


@pytest.mark.covers("POL-01", "POL-07")
def test_an_override_replaces_one_number_and_leaves_the_rest() -> None:
    profile = profile_of("tuition")

    policy = policy_with(profile, {"grace": 3})

    assert policy.grace == timedelta(minutes=3)
    assert policy.late_steps == (LateStep(3, 1), LateStep(7, 2)) == profile.policy.late_steps
    assert policy_with(profile, {}) is profile.policy


@pytest.mark.parametrize(
    "limit", ["partial_after", "absent_after", "absent_if_missed", "absence_limit", "lock_after"]
)
@pytest.mark.parametrize("word", ["off", None])
def test_a_limit_can_be_switched_off(limit: str, word: str | None) -> None:
    assert getattr(policy_with(profile_of("tuition"), {limit: word}), limit) is None


@pytest.mark.parametrize(
    ("overrides", "said"),
    [
        ({"gracee": 3}, "gracee: no policy has such a number"),
        ({"grace": -1}, "grace: Input should be greater than or equal to 0"),
        ({"grace": "off"}, "grace: Input should be a valid integer"),
        ({"absent_if_missed": 1}, "absent_if_missed: Input should be less than 1"),
        ({"late_steps": [{"lates": 0, "absences": 1}]}, "late_steps.0.lates"),
        ({"networks": ["here"]}, "networks.0"),
    ],
)
def test_a_wrong_override_is_refused_by_its_name(overrides: dict[str, Any], said: str) -> None:
    with pytest.raises(WrongOverride, match=said):
        check_overrides("coaching", overrides)


def test_an_unknown_profile_is_refused_with_those_there_are() -> None:
    with pytest.raises(UnknownProfile, match="choose one of activity, coaching"):
        check_overrides("circus", {})
