from datetime import timedelta

import pytest
from pytest_django.fixtures import DjangoAssertNumQueries

from gateway.attendance import excusing
from gateway.attendance.excuse_rules import Span
from gateway.attendance.excusing import Wish
from gateway.attendance.gathering import Scope
from gateway.attendance.late_rules import Late, Lateness, Per, Taught
from gateway.attendance.lateness import lateness_of, lates_of
from gateway.attendance.reasons import keep_reason
from gateway.attendance.recording import Heard
from gateway.attendance.services import record_tracks
from gateway.attendance.values import Base, ExcuseReason, Mark
from gateway.fleet.models import Kiosk
from gateway.people.models import Person
from gateway.people.services import set_credential
from gateway.timetable.models import Course, Subject
from kiosk.protocol.messages import Method
from kiosk.protocol.remarks import LateReason
from tests.gateway.classes import enrol_in, make_learner, make_offering, make_session
from tests.gateway.factories import make_site
from tests.gateway.school import (
    MONDAY,
    OFFICE,
    Door,
    at,
    card_of,
    make_kiosk,
    make_school,
    mark_by_hand,
)

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


def with_card(person: Person) -> Person:
    set_credential(person_id=person.pk, method=Method.CARD, value=card_of(person))
    return person


def tap(door: Door, site_id: int, person: Person, clock: str, reason: LateReason | None) -> None:
    track = door.sees(person, clock)
    record_tracks(heard=[Heard(door.id, site_id, door.install, track)], now=track.made_at)
    if reason is not None:
        kiosk = Kiosk.objects.get(pk=door.id)
        keep_reason(track=track.id, kiosk=kiosk, reason=reason, now=track.made_at)


@pytest.mark.covers("LAT-01")
def test_a_late_tap_is_recorded_with_the_reason_given_at_the_kiosk() -> None:
    site = make_site()
    maths = Subject.objects.create(name="Mathematics")
    algebra = make_offering(
        site, profile="tuition", course=Course.objects.create(name="Algebra I", subject=maths)
    )
    mia = with_card(make_learner())
    enrol_in(algebra, mia)
    session = make_session(algebra)
    door = make_kiosk(site)

    tap(door, site.pk, mia, "16:12", LateReason.TRANSPORT)

    assert lates_of([mia.pk], Scope(site.pk, MONDAY, MONDAY)) == (
        Late(
            session_id=session.pk,
            person_id=mia.pk,
            name="Mia Keller",
            title="Algebra",
            day=MONDAY,
            starts_at=at("16:00"),
            arrived_at=at("16:12"),
            minutes=12,
            reason="transport",
            marked_by="",
            is_excused=False,
            taught=(Taught(algebra.pk, "Algebra", "Mathematics"),),
        ),
    )


@pytest.mark.covers("LAT-01")
def test_a_late_marked_by_hand_has_its_reason_and_who_marked_it() -> None:
    site = make_site()
    algebra, mia = make_offering(site), make_learner()
    enrol_in(algebra, mia)
    session = make_session(algebra)
    late = Mark(Base.PRESENT, late_minutes=20, reason="bus broke down", arrived_at=at("16:20"))

    mark_by_hand(session_id=session.pk, person_id=mia.pk, mark=late, by="tess", now=at("16:21"))

    [found] = lates_of([mia.pk], Scope(site.pk, MONDAY, MONDAY))
    assert (found.minutes, found.arrived_at, found.reason, found.marked_by) == (
        20, at("16:20"), "bus broke down", "tess",
    )  # fmt: skip


@pytest.mark.covers("LAT-01")
@pytest.mark.parametrize(
    ("clock", "reason", "found"),
    [
        ("08:12", LateReason.TRAFFIC, [("08:12", 12, "traffic")]),
        ("08:12", None, [("08:12", 12, "")]),
        ("07:59", None, []),
    ],
)
def test_a_late_registration_says_when_the_person_came(
    clock: str, reason: LateReason | None, found: list[tuple[str, int, str]]
) -> None:
    school = make_school()
    [pupil] = school.pupils(1)

    tap(school.kiosk(), school.site.pk, pupil, clock, reason)

    lates = lates_of([pupil.pk], Scope(school.site.pk, MONDAY, MONDAY))
    assert [(late.arrived_at, late.minutes, late.reason) for late in lates] == [
        (at(came), minutes, why) for came, minutes, why in found
    ]


def test_a_reason_is_of_the_arrival_it_was_given_for() -> None:
    site = make_site()
    mia = with_card(make_learner())
    for name, starts in (("Algebra", "10:00"), ("Physics", "16:00")):
        offering = make_offering(site, name, profile="tuition")
        enrol_in(offering, mia)
        make_session(offering, starts=starts, ends=f"{starts[:1]}7:00")
    door = make_kiosk(site)

    tap(door, site.pk, mia, "10:12", LateReason.TRAFFIC)
    tap(door, site.pk, mia, "16:12", None)

    lates = lates_of([mia.pk], Scope(site.pk, MONDAY, MONDAY))
    assert [(late.title, late.reason) for late in lates] == [
        ("Algebra", "traffic"),
        ("Physics", ""),
    ]


@pytest.mark.covers("LAT-02", "POL-02")
def test_lates_add_up_over_a_term_and_an_excuse_takes_one_out() -> None:
    site = make_site()
    mia = make_learner()
    algebra, physics = make_offering(site), make_offering(site, "Physics")
    for offering in (algebra, physics):
        enrol_in(offering, mia)
    met = [(algebra, 0), (algebra, 1), (physics, 2)]
    sessions = [make_session(offering, day=MONDAY + days * DAY) for offering, days in met]
    for session, minutes in zip(sessions, (12, 20, 5), strict=True):
        late = Mark(Base.PRESENT, late_minutes=minutes)
        mark_by_hand(
            session_id=session.pk, person_id=mia.pk, mark=late, by="tess", now=session.starts_at
        )
    start = sessions[0].starts_at
    wish = Wish(mia.pk, ExcuseReason.SCHOOL_EVENT, Span(start, start))
    excusing.grant(wish=wish, by=OFFICE, now=at("20:00"))
    scope = Scope(site.pk, MONDAY, MONDAY + 9 * DAY)

    assert lateness_of([mia.pk], scope) == (Lateness(mia.pk, "Mia Keller", "", 2, 1, 25),)
    assert lateness_of([mia.pk], scope, per=Per.OFFERING) == (
        Lateness(mia.pk, "Mia Keller", "Algebra", 1, 1, 20),
        Lateness(mia.pk, "Mia Keller", "Physics", 1, 0, 5),
    )
    assert [late.is_excused for late in lates_of([mia.pk], scope)] == [True, False, False]


def test_in_a_joined_session_a_person_is_late_for_what_they_belong_to() -> None:
    site = make_site()
    algebra, physics = make_offering(site), make_offering(site, "Physics")
    mia, guest = make_learner(), make_learner("Tom Berg")
    enrol_in(algebra, mia)
    enrolment = enrol_in(physics, guest)
    session = make_session(algebra, physics)
    for person in (mia, guest):
        late = Mark(Base.PRESENT, late_minutes=5)
        mark_by_hand(
            session_id=session.pk, person_id=person.pk, mark=late, by="tess", now=at("16:30")
        )
    enrolment.ends_on = MONDAY - DAY
    enrolment.save()

    lates = lates_of([mia.pk, guest.pk], Scope(site.pk, MONDAY, MONDAY))

    assert {late.name: [each.name for each in late.taught] for late in lates} == {
        "Mia Keller": ["Algebra"],
        "Tom Berg": ["Algebra", "Physics"],
    }


def test_nobody_late_is_nothing_to_tell() -> None:
    assert lates_of([make_learner().pk], Scope(make_site().pk, MONDAY, MONDAY)) == ()


@pytest.mark.parametrize("days", [1, 3])
def test_lates_are_told_in_as_many_queries_however_many(
    days: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    site = make_site()
    algebra, mia = make_offering(site), make_learner()
    enrol_in(algebra, mia)
    for each in range(days):
        session = make_session(algebra, day=MONDAY + each * DAY)
        late = Mark(Base.PRESENT, late_minutes=5)
        mark_by_hand(
            session_id=session.pk, person_id=mia.pk, mark=late, by="tess", now=session.starts_at
        )

    with django_assert_num_queries(7):
        assert len(lates_of([mia.pk], Scope(site.pk, MONDAY, MONDAY + 9 * DAY))) == days
