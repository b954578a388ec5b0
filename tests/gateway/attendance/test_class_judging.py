"""Taps at the door become marks on the rolls of classes."""

import pytest

from gateway.attendance import lifecycle
from gateway.attendance.models import Attendee, Excuse, Mark, Session, Track
from gateway.attendance.recording import Heard
from gateway.attendance.services import judge_session, record_tracks
from gateway.attendance.values import Base
from gateway.people.models import Person
from gateway.timetable.values import Standing
from tests.gateway.classes import enrol_in, make_learner, make_offering, make_session
from tests.gateway.factories import make_site
from tests.gateway.school import OFFICE, Door, at, make_kiosk

pytestmark = pytest.mark.django_db


def tap(door: Door, person: Person, clock: str, site_id: int) -> None:
    track = door.sees(person, clock)
    record_tracks(heard=[Heard(door.id, site_id, door.install, track)], now=at(clock))


def test_a_tap_marks_whoever_is_enrolled_in_what_meets_then() -> None:
    site = make_site()
    door, mia = make_kiosk(site), make_learner()
    algebra = make_offering(site, profile="tuition")
    enrol_in(algebra, mia)
    session = make_session(algebra, starts="16:00", ends="17:00")

    tap(door, mia, "16:12", site.pk)

    mark = Mark.objects.get(session=session)
    assert (mark.base, mark.late_minutes) == (Base.PRESENT.value, 12)
    assert mark.why == "arrived 16:12, 2 min after grace"


def test_one_tap_marks_in_both_of_two_sessions_on_site() -> None:
    site = make_site()
    door, mia = make_kiosk(site), make_learner()
    algebra, music = make_offering(site), make_offering(site, "Music")
    enrol_in(algebra, mia)
    enrol_in(music, mia)
    make_session(algebra, starts="16:00", ends="17:00")
    make_session(music, starts="17:00", ends="18:00")

    tap(door, mia, "15:50", site.pk)

    assert set(Mark.objects.values_list("base", flat=True)) == {Base.PRESENT.value}
    assert Mark.objects.count() == 2


def test_whoever_is_booked_is_marked_though_enrolled_in_nothing() -> None:
    site = make_site()
    door, mia = make_kiosk(site), make_learner()
    session = make_session(make_offering(site))
    Attendee.objects.create(
        session=session, person=mia, state="booked", source="booking", queued_at=at("08:00")
    )

    tap(door, mia, "15:59", site.pk)

    assert Mark.objects.get(session=session).base == Base.PRESENT.value


def test_an_enrolment_on_hold_is_marked_on_hold_whatever_the_door_saw() -> None:
    site = make_site()
    door, mia = make_kiosk(site), make_learner()
    algebra = make_offering(site)
    enrol_in(algebra, mia, standing=Standing.ON_HOLD)
    session = make_session(algebra)

    tap(door, mia, "15:59", site.pk)

    assert Mark.objects.get(session=session).base == Base.ON_HOLD.value


@pytest.mark.covers("SES-01")
@pytest.mark.parametrize("names", [("Algebra", "Music"), ("Music", "Algebra")])
def test_in_a_joined_session_who_is_held_in_one_offering_is_expected_by_the_other(
    names: tuple[str, str],
) -> None:
    site = make_site()
    door, mia, tom = make_kiosk(site), make_learner(), make_learner("Tom B")
    held, active = (make_offering(site, name) for name in names)
    for person in (mia, tom):
        enrol_in(active, person)
        enrol_in(held, person, standing=Standing.ON_HOLD)
    session = make_session(held, active)

    tap(door, mia, "15:59", site.pk)
    lifecycle.complete(session_id=session.pk, by=OFFICE, now=at("17:40"))

    marks = dict(Mark.objects.values_list("person", "base"))
    assert marks == {mia.pk: Base.PRESENT.value, tom.pk: Base.ABSENT.value}


def test_a_tap_of_the_night_belongs_to_the_evening_it_began_on() -> None:
    site = make_site()
    door, mia = make_kiosk(site), make_learner()
    dance = make_offering(site, "Dance", profile="tuition")
    enrol_in(dance, mia)
    session = make_session(dance, starts="23:50", ends="00:50")
    late = door.sees(mia, "00:05", day=session.day.replace(day=session.day.day + 1))

    record_tracks(heard=[Heard(door.id, site.pk, door.install, late)], now=late.made_at)

    mark = Mark.objects.get(session=session)
    assert (mark.base, mark.late_minutes) == (Base.PRESENT.value, 15)


def test_a_tap_after_midnight_leaves_for_whoever_came_before_it() -> None:
    site = make_site()
    door, mia = make_kiosk(site), make_learner()
    dance = make_offering(site, "Dance", profile="tuition", overrides={"arrival": "on_site"})
    enrol_in(dance, mia)
    session = make_session(dance, starts="22:00", ends="01:00")
    next_day = session.day.replace(day=session.day.day + 1)

    taps = (door.sees(mia, "21:58"), door.sees(mia, "00:20", day=next_day))
    for track in reversed(taps):
        record_tracks(
            heard=[Heard(door.id, site.pk, door.install, track)], now=at("00:30", next_day)
        )

    mark = Mark.objects.get(session=session)
    assert (mark.base, mark.left_early_minutes) == (Base.PRESENT.value, 40)


def test_a_day_judged_again_adds_nothing_where_an_excuse_turned_the_absence() -> None:
    site = make_site()
    door, mia = make_kiosk(site), make_learner()
    algebra = make_offering(site, profile="tuition")
    enrol_in(algebra, mia)
    session = make_session(algebra, starts="16:00", ends="18:30")
    Excuse.objects.create(
        person=mia, reason="medical", state="approved", asked_by="office",
        starts_at=at("00:00"), ends_at=at("23:59"), asked_at=at("08:00"), decided_at=at("08:00"),
    )  # fmt: skip

    tap(door, mia, "17:05", site.pk)
    judge_session(session=session, now=at("19:00"))

    assert Mark.objects.get(session=session).base == Base.MEDICAL_LEAVE.value
    assert session.revisions.count() == 2  # the absence by lateness, and what turned it


def test_who_did_not_come_after_all_is_absent_on_a_roll_that_was_closed() -> None:
    site = make_site()
    door, mia = make_kiosk(site), make_learner()
    algebra = make_offering(site)
    enrol_in(algebra, mia)
    session = make_session(algebra)
    tap(door, mia, "15:59", site.pk)
    Session.objects.update(state="completed")
    Track.objects.update(counts=False)

    judge_session(session=Session.objects.get(), now=at("19:00"))

    assert Mark.objects.get(session=session).base == Base.ABSENT.value
