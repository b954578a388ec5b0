"""However tracks come to the store, in which order and how often, the day is the same."""

from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from hypothesis.extra.django import TestCase

from gateway.attendance.models import Difference, PersonDay, Track
from gateway.ingest.parsing import Told
from gateway.ingest.services import keep_batch
from kiosk.protocol.messages import Shown
from tests.faults.stage import Kept
from tests.gateway.school import Door, at, make_school

pytestmark = pytest.mark.django_db

SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]
MINUTE = timedelta(minutes=1)

moments = st.lists(
    st.tuples(st.integers(0, 1), st.integers(0, 600), st.booleans()), min_size=1, max_size=8
)
"""(door, minute of the morning, whether it was shown as a sign-in) of each tap of one person."""


def truth(tracks: list[Kept]) -> tuple[int, dict[UUID, str]]:
    """Movements and differences, told in other words than the product's."""
    moves, wrong, last = 0, {}, None
    for track in sorted(tracks):
        if last is not None and track.at - last < MINUTE:
            is_truly = "repeat"
        else:
            last, moves = track.at, moves + 1
            is_truly = "in" if moves % 2 else "out"
        if {"signed_in": "in", "signed_out": "out"}[track.shown] != is_truly:
            wrong[track.id] = is_truly
    return moves, wrong


@pytest.mark.covers("BEY-02", "BEY-04", "TRK-02")
class TestAnyOrder(TestCase):
    """Hypothesis opens and rolls back a transaction around each example."""

    @settings(max_examples=40, deadline=None, suppress_health_check=SLOW)
    @given(morning=moments, data=st.data())
    def test_order_and_repetition_of_arrival_never_change_a_day(
        self, morning: list[tuple[int, int, bool]], data: st.DataObject
    ) -> None:
        school = make_school()
        doors = [school.kiosk("gate"), school.kiosk("gym")]
        [mia] = school.pupils(1)
        told = [_told(doors[d], mia, minute, is_in) for d, minute, is_in in morning]
        heard = data.draw(st.permutations(told + data.draw(st.lists(st.sampled_from(told)))))
        size = data.draw(st.integers(1, 4))

        for start in range(0, len(heard), size):
            keep_batch(told=heard[start : start + size], asides=(), now=at("23:00"))

        kept = [Kept(t.track.made_at, t.track.id, mia.pk, t.track.shown.value) for t in told]
        moves, wrong = truth(kept)
        assert Track.objects.count() == len(told)
        assert PersonDay.objects.get().movements == moves
        assert dict(Difference.objects.values_list("track_id", "truth")) == wrong


def _told(door: Door, person: object, minute: int, is_in: bool) -> Told:
    shown = Shown.SIGNED_IN if is_in else Shown.SIGNED_OUT
    track = door.sees(person, "07:00", shown=shown)  # type: ignore[arg-type]  # a person of the school
    made_at = at("07:00") + minute * MINUTE
    return Told(door.id, door.install, track.model_copy(update={"made_at": made_at}))
