from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, strategies as st

from kiosk.protocol.rotating import code_at, is_current

KEY = b"the key of one session"
STEP = timedelta(seconds=15)
NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
instants = st.datetimes(datetime(2020, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - the zone is given beside


@pytest.mark.covers("BEY-07")
@given(at=instants)
def test_a_code_holds_in_its_own_step_and_the_next(at: datetime) -> None:
    code = code_at(KEY, at, step=STEP)

    assert is_current(code, key=KEY, at=at, step=STEP)
    assert is_current(code, key=KEY, at=at + STEP, step=STEP)


@pytest.mark.covers("BEY-07")
@given(at=instants)
def test_a_photographed_code_is_useless_two_steps_later(at: datetime) -> None:
    code = code_at(KEY, at, step=STEP)

    assert not is_current(code, key=KEY, at=at + 2 * STEP, step=STEP)


@given(at=instants)
def test_a_code_does_not_hold_before_its_step(at: datetime) -> None:
    later = code_at(KEY, at + STEP, step=STEP)

    assert not is_current(later, key=KEY, at=at, step=STEP)


def test_another_sessions_key_makes_another_code() -> None:
    assert code_at(b"another", NOON, step=STEP) != code_at(KEY, NOON, step=STEP)


def test_the_code_changes_with_its_step_and_not_within_it() -> None:
    code = code_at(KEY, NOON, step=STEP)

    assert code_at(KEY, NOON + STEP - timedelta(milliseconds=1), step=STEP) == code
    assert code_at(KEY, NOON + STEP, step=STEP) != code
