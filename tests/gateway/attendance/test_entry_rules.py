from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, strategies as st

from gateway.attendance.entry_rules import (
    SAME_PHONE,
    CodeKeys,
    Entry,
    Use,
    entry_by_code,
    entry_by_oneself,
    is_within,
    marked_another,
    method_of,
)
from gateway.attendance.policy import Policy, Window
from gateway.attendance.profiling import policy_with, profile_of
from gateway.attendance.values import CheckInMethod
from kiosk.protocol.rotating import code_at

START = datetime(2026, 11, 23, 16, tzinfo=UTC)
WINDOW = Window(START, START + timedelta(hours=1))
SECOND = timedelta(seconds=1)
KEYS = CodeKeys(b"k" * 32, "P" * 16)
times = st.integers(-7200, 7200).map(lambda seconds: START + timedelta(seconds=seconds))


def policy(**overrides: object) -> Policy:
    return policy_with(profile_of("coaching"), overrides)


@pytest.mark.covers("QR-01")
@pytest.mark.parametrize(
    ("at", "entry"),
    [
        (START - timedelta(minutes=15, seconds=1), Entry.NOT_YET),
        (START - timedelta(minutes=15), Entry.OPEN),
        (START + timedelta(minutes=90), Entry.OPEN),
        (START + timedelta(minutes=90, seconds=1), Entry.OVER),
    ],
)
def test_a_code_holds_from_15_minutes_before_to_30_after(at: datetime, entry: Entry) -> None:
    assert entry_by_code(WINDOW, policy(), at=at) is entry


@pytest.mark.covers("QR-01")
def test_the_window_of_a_code_is_the_policys() -> None:
    narrow = policy(opens_before=0, closes_after=0)

    found = [entry_by_code(WINDOW, narrow, at=START + timedelta(minutes=m)) for m in (-1, 0, 61)]

    assert found == [Entry.NOT_YET, Entry.OPEN, Entry.OVER]


@pytest.mark.covers("SLF-01")
def test_one_checks_oneself_in_until_the_end_and_not_a_second_longer() -> None:
    ends = WINDOW.ends_at
    instants = (START - timedelta(minutes=15, seconds=1), ends, ends + SECOND)

    found = [entry_by_oneself(WINDOW, policy(), at=at) for at in instants]

    assert found == [Entry.NOT_YET, Entry.OPEN, Entry.OVER]


@pytest.mark.covers("BEY-07")
@given(scanned=times, late=st.integers(0, 14))
def test_a_rotating_code_holds_for_its_step_and_the_next(scanned: datetime, late: int) -> None:
    step = policy().code_step
    begin = START + (scanned - START) // step * step
    code = code_at(KEYS.rotating, scanned, step=step)

    def method(after: timedelta) -> CheckInMethod | None:
        return method_of(code, KEYS, policy(), at=begin + after + timedelta(seconds=late))

    assert (method(timedelta()), method(step)) == (CheckInMethod.CODE, CheckInMethod.CODE)
    assert (method(2 * step), method(-step)) == (None, None)


@given(at=times)
def test_a_printed_code_holds_only_where_it_is_allowed(at: datetime) -> None:
    assert method_of("p" * 16, KEYS, policy(printed_code=True), at=at) is CheckInMethod.PRINTED_CODE
    assert method_of("P" * 16, KEYS, policy(), at=at) is None


def test_sessions_without_codes_know_no_code() -> None:
    code = code_at(KEYS.rotating, START, step=policy().code_step)

    assert method_of(code, KEYS, policy(session_code=False), at=START) is None


@given(text=st.text(max_size=20), at=times)
def test_whatever_is_scanned_is_an_answer(text: str, at: datetime) -> None:
    assert method_of(text, KEYS, policy(printed_code=True), at=at) in {None, *CheckInMethod}


uses = st.lists(st.builds(Use, st.integers(1, 3), times), max_size=5)


@pytest.mark.covers("BIO-02")
@given(uses=uses, person=st.integers(1, 3), at=times, data=st.data())
def test_a_phone_is_shared_when_it_marked_another_within_30_minutes(
    uses: list[Use], person: int, at: datetime, data: st.DataObject
) -> None:
    found = marked_another(uses, person, at=at)

    near = [u for u in uses if u.person_id != person and abs(u.at - at) < SAME_PHONE]
    assert (found is None) == (near == [])
    shuffled = data.draw(st.permutations(uses))
    assert marked_another(shuffled, person, at=at) == found


@pytest.mark.covers("BIO-02")
def test_exactly_30_minutes_later_the_phone_may_mark_another() -> None:
    use = Use(1, START)

    assert marked_another([use], 2, at=START + SAME_PHONE - SECOND) == use
    assert marked_another([use], 2, at=START + SAME_PHONE) is None


@pytest.mark.parametrize(
    ("address", "is_in"),
    [
        ("10.1.2.3", True),
        ("::ffff:10.1.2.3", True),
        ("10.2.0.1", False),
        ("2001:db8::7", True),
        ("unix:", False),
        ("", False),
    ],
)
def test_an_address_is_within_the_networks_it_lies_in(address: str, is_in: bool) -> None:
    assert is_within(address, ("10.1.0.0/16", "2001:db8::/32")) is is_in
