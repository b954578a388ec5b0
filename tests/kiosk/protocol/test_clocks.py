from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given, strategies as st

from kiosk.protocol.clocks import Anchor, clamped, repaired

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
ANCHOR = Anchor(UUID(int=1), utc=NOON, uptime=timedelta(hours=1))
SPANS = st.timedeltas(timedelta(0), timedelta(days=60))


def test_what_happened_before_the_anchor_is_put_where_it_happened() -> None:
    assert repaired(timedelta(minutes=50), ANCHOR) == NOON - timedelta(minutes=10)


@given(earlier=SPANS, later=SPANS)
def test_repair_keeps_every_distance_within_a_boot(earlier: timedelta, later: timedelta) -> None:
    assert repaired(later, ANCHOR) - repaired(earlier, ANCHOR) == later - earlier


def test_a_claim_before_its_interval_is_moved_to_its_beginning() -> None:
    assert clamped(NOON.replace(year=1970), earliest=NOON, latest=NOON + timedelta(1)) == NOON


def test_a_claim_after_its_interval_is_moved_to_its_end() -> None:
    assert clamped(NOON + timedelta(hours=1), earliest=None, latest=NOON) == NOON


def test_a_claim_within_its_interval_is_kept() -> None:
    assert clamped(NOON, earliest=NOON - timedelta(1), latest=NOON + timedelta(1)) == NOON


def test_an_interval_turned_round_gives_its_latest_end() -> None:
    later = NOON + timedelta(hours=1)

    assert clamped(NOON - timedelta(1), earliest=later, latest=NOON) == NOON
