"""Whole days at the door, and what the rolls of classes say of them in the end."""

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from hypothesis.extra.django import TestCase

from gateway.attendance import lifecycle, marking, queries
from gateway.attendance.marking import Wanted
from gateway.attendance.models import Attendee, Mark as MarkRow, MarkRevision, Session
from gateway.attendance.recording import Heard
from gateway.attendance.saying import standing_marks, trail_of
from gateway.attendance.services import record_tracks
from gateway.attendance.settling import Settled, conflict
from gateway.attendance.values import Base, Mark
from gateway.people.models import Person
from kiosk.protocol.messages import TrackMade
from kiosk.protocol.movements import Presence
from tests.gateway.classes import enrol_in, make_learner, make_offering, make_session
from tests.gateway.factories import make_site
from tests.gateway.school import MONDAY, OFFICE, Door, at, make_kiosk

pytestmark = pytest.mark.django_db

TUESDAY = MONDAY + timedelta(days=1)
SLOW = [HealthCheck.too_slow]


class Evening:
    """A site with a kiosk, a learner, and a class of theirs."""

    def __init__(self, starts: str, ends: str, *, profile: str = "tuition") -> None:
        self.site = make_site()
        self.door: Door = make_kiosk(self.site)
        self.mia: Person = make_learner()
        self.offering = make_offering(self.site, profile=profile)
        enrol_in(self.offering, self.mia)
        self.session: Session = make_session(self.offering, starts=starts, ends=ends)

    def track(self, clock: str, day: date = MONDAY) -> TrackMade:
        return self.door.sees(self.mia, clock, day=day)

    def hear(self, *tracks: TrackMade) -> None:
        heard = [Heard(self.door.id, self.site.pk, self.door.install, each) for each in tracks]
        record_tracks(heard=heard, now=at("12:00", TUESDAY))

    def mark(self, session: Session | None = None) -> tuple[str, int | None, int | None] | None:
        rows = MarkRow.objects.filter(session=session or self.session, person=self.mia)
        return rows.values_list("base", "late_minutes", "left_early_minutes").first()


def test_two_classes_of_one_day_are_judged_each_by_its_own_taps() -> None:
    day = Evening("10:00", "11:00")
    music = make_offering(day.site, "Music", profile="tuition")
    enrol_in(music, day.mia)
    later = make_session(music, starts="15:00", ends="16:00")

    day.hear(day.track("10:12"), day.track("11:00"), day.track("14:58"), day.track("15:40"))

    assert day.mark() == ("present", 12, None)
    assert day.mark(later) == ("present", None, 20)


def test_between_two_classes_somebody_who_went_home_is_pending_at_the_second() -> None:
    day = Evening("10:00", "11:00", profile="coaching")
    music = make_offering(day.site, "Music", profile="coaching")
    enrol_in(music, day.mia)
    later = make_session(music, starts="15:00", ends="16:00")

    day.hear(day.track("09:50"), day.track("11:00"))

    assert (day.mark(), day.mark(later)) == (("present", None, None), None)


@pytest.mark.covers("BEY-02", "BEY-04")
class TestAnyOrder(TestCase):
    """Hypothesis opens and rolls back a transaction around each example."""

    @settings(max_examples=25, deadline=None, suppress_health_check=SLOW)
    @given(data=st.data(), size=st.integers(1, 3))
    def test_an_evening_that_passes_midnight_is_the_same_in_any_order_of_arrival(
        self, data: st.DataObject, size: int
    ) -> None:
        night = Evening("22:00", "01:00")
        told = [
            night.track("08:00"),
            night.track("12:00"),
            night.track("22:20"),
            night.track("00:30", TUESDAY),
            night.track("09:00", TUESDAY),
        ]
        came = data.draw(st.permutations(told))

        for start in range(0, len(came), size):
            night.hear(*came[start : start + size])

        assert night.mark() == ("present", 20, 30)


def test_a_tap_that_comes_late_replaces_what_was_judged_without_it() -> None:
    day = Evening("16:00", "17:00")
    first, last = day.track("16:05"), day.track("16:40")
    day.hear(last)
    assert day.mark() == ("absent", None, None)

    day.hear(first)

    assert day.mark() == ("present", None, 20)


def test_who_comes_after_the_roll_was_closed_is_marked_all_the_same() -> None:
    day = Evening("16:00", "17:00")
    lifecycle.complete(session_id=day.session.pk, by=OFFICE, now=at("17:00"))
    assert day.mark() == ("absent", None, None)

    day.hear(day.track("15:55"))

    assert day.mark() == ("present", None, None)


@pytest.mark.covers("TRN-09")
def test_a_walk_in_is_judged_as_everybody_else() -> None:
    day = Evening("16:00", "17:00")
    other = make_offering(day.site, "Music", profile="tuition")
    guest = make_session(other, starts="16:00", ends="17:00")
    Attendee.objects.create(
        session=guest,
        person=day.mia,
        state="booked",
        source="walk_in",
        queued_at=at("15:00"),
        added_by="office",
    )

    day.hear(day.track("16:12"))

    assert day.mark(guest) == day.mark() == ("present", 12, None)


@pytest.mark.covers("BIO-03")
def test_the_kiosk_says_in_the_teacher_says_absent_and_both_are_kept() -> None:
    day = Evening("16:00", "17:00")
    wanted = [Wanted(day.mia.pk, Mark(Base.ABSENT))]
    marking.mark(session_id=day.session.pk, wanted=wanted, by=OFFICE, now=at("16:10"))

    day.hear(day.track("15:55"))

    place = (day.session.pk, day.mia.pk)
    stands = standing_marks([place])[place]
    said = trail_of([place])[place]
    presence = queries.presence_at(day.mia.pk, day.site.pk, at("16:30"))
    assert conflict(said, Settled(stands.mark, stands.author))
    assert (stands.mark.base, presence) == (Base.ABSENT, Presence.SIGNED_IN)


def test_what_the_kiosk_goes_on_saying_is_kept_beside_once() -> None:
    day = Evening("16:00", "17:00")
    track = day.track("15:55")
    day.hear(track)
    wanted = [Wanted(day.mia.pk, Mark(Base.ABSENT))]
    marking.mark(session_id=day.session.pk, wanted=wanted, by=OFFICE, now=at("16:10"))

    day.hear(track)
    day.hear(day.track("17:05"))

    assert list(MarkRevision.objects.order_by("pk").values_list("author", "base")) == [
        ("rule", "present"),
        ("person", "absent"),
    ]
