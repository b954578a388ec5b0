from dataclasses import replace
from datetime import date, time, timedelta
from typing import Any

import pytest

from gateway.attendance import bookings, lifecycle, scheduling
from gateway.attendance.errors import (
    MeetsAlready,
    NotPermitted,
    NotTaught,
    ReasonMissing,
    TaughtAlready,
    UnknownSession,
    WrongOverride,
    WrongSession,
)
from gateway.attendance.expecting import expected_at
from gateway.attendance.laying import Laid, lay_ahead
from gateway.attendance.marking import Actor
from gateway.attendance.models import Mark, Session, SessionOffering
from gateway.attendance.notices import notices_of
from gateway.attendance.scheduling import Draft, Placing
from gateway.attendance.values import CancelledBy
from gateway.people.values import Role
from gateway.timetable.errors import UnknownOffering, UnknownPlace
from gateway.timetable.models import Course, Offering, Room, Site
from tests.gateway.classes import (
    enrol_in,
    make_learner,
    make_offering,
    make_session,
    make_slot,
    tap,
)
from tests.gateway.factories import make_division, make_site
from tests.gateway.school import MONDAY, OFFICE, at, make_kiosk, make_school

pytestmark = pytest.mark.django_db

TUESDAY = MONDAY + timedelta(days=1)
NOW = at("06:00")
GUARDIAN = Actor("gabi", frozenset({Role.GUARDIAN}))
EVENING = Placing(TUESDAY, time(18), time(19))


def create(
    *offerings: Offering,
    clock: str = "06:00",
    **fields: Any,  # any field of Draft
) -> Session:
    draft = replace(Draft(tuple(each.pk for each in offerings), MONDAY), **fields)
    return scheduling.create(draft=draft, now=at(clock))


def move(
    session: Session,
    to: Placing = EVENING,
    clock: str = "06:00",
    *,
    because: str = "room flooded",
    by: Actor = OFFICE,
) -> Session:
    return scheduling.move(session_id=session.pk, to=to, because=because, by=by, now=at(clock))


def times(session: Session) -> tuple[str, str]:
    return f"{session.starts_at:%H:%M}", f"{session.finishes_at:%H:%M}"


def test_a_session_expects_who_is_enrolled_in_its_offerings() -> None:
    site = make_site()
    algebra, physics = make_offering(site), make_offering(site, "Physics")
    mia, tom = make_learner("Mia Keller"), make_learner("Tom Berg")
    enrol_in(algebra, mia)
    enrol_in(physics, tom)

    session = make_session(algebra, physics, starts="22:00", ends="00:30")

    assert [(each.person_id, each.group) for each in expected_at(session)] == [
        (mia.pk, "Algebra"),
        (tom.pk, "Physics"),
    ]
    assert session.finishes_at - session.starts_at == timedelta(hours=2, minutes=30)


@pytest.mark.covers("SES-01", "SES-02")
def test_choosing_batches_fills_in_times_and_title() -> None:
    site, course = make_site(), Course.objects.create(name="Maths")
    one, two = (make_offering(site, name, course=course) for name in ("Batch A", "Batch B"))
    make_slot(one, "16:00", "17:00")
    make_slot(two, "15:30", "16:30")

    session = create(one, two)

    assert times(session) == ("15:30", "17:00")
    assert (session.title, session.title_given) == ("Maths: Batch A + Batch B · 15:30", False)
    assert (session.state, session.day, session.planned_on) == ("scheduled", MONDAY, None)
    meets = SessionOffering.objects.order_by("pk").values_list("offering_id", "day")
    assert list(meets) == [(one.pk, MONDAY), (two.pk, MONDAY)]


@pytest.mark.covers("SES-01", "SES-02")
def test_what_is_told_outranks_the_schedule() -> None:
    site = make_site()
    blue = Room.objects.create(site=site, name="Blue")
    algebra = make_offering(site, overrides={"grace": 15, "due_after": 2})
    make_slot(algebra)

    session = create(
        algebra, starts=time(18), ends=time(19), title=" Exam ", room_id=blue.pk, capacity=9,
        overrides={"grace": 0},
    )  # fmt: skip

    assert times(session) == ("18:00", "19:00")
    assert (session.title, session.title_given, session.capacity) == ("Exam", True, 9)
    assert (session.room, session.own_overrides) == (blue, {"grace": 0})
    assert session.overrides == {"grace": 0, "due_after": 2}


def test_a_proposal_writes_nothing() -> None:
    algebra = make_offering(make_site())
    make_slot(algebra)

    proposed = scheduling.proposal(Draft((algebra.pk,), MONDAY))

    assert (proposed.title, proposed.window.starts_at) == ("Algebra · 16:00", at("16:00"))
    assert not Session.objects.exists()


def test_the_room_is_that_of_the_weekly_time_or_else_of_the_offering() -> None:
    site = make_site()
    blue, red = (Room.objects.create(site=site, name=name) for name in ("Blue", "Red"))
    algebra, physics = make_offering(site, room=red), make_offering(site, "Physics", room=red)
    make_slot(algebra, room=blue)
    make_slot(physics)

    assert (create(algebra).room, create(physics).room) == (blue, red)


def test_a_site_s_profile_holds_where_no_offering_picks_one() -> None:
    site = make_site()
    Site.objects.update(profile="activity", overrides={"grace": 7})
    site.refresh_from_db()
    plain, picky = make_offering(site, profile=""), make_offering(site, "Picky", profile="tuition")

    lone = create(plain, starts=time(9), ends=time(10))
    joint = create(plain, picky, starts=time(11), ends=time(12))

    assert (lone.profile, joint.profile) == ("activity", "tuition")
    assert lone.overrides == joint.overrides == {"grace": 7}


def refused() -> dict[str, tuple[dict[str, Any], type[Exception]]]:  # fields of Draft
    return {
        "no offering": ({"offering_ids": ()}, WrongSession),
        "unknown offering": ({"offering_ids": (0,)}, UnknownOffering),
        "no weekly time": ({}, WrongSession),
        "only a start": ({"starts": time(9)}, WrongSession),
        "before it begins": ({"day": date(2026, 8, 1)}, NotTaught),
        "unknown room": ({"starts": time(9), "ends": time(10), "room_id": 0}, UnknownPlace),
        "wrong number": (
            {"starts": time(9), "ends": time(10), "overrides": {"grace": -1}},
            WrongOverride,
        ),
        "long title": ({"starts": time(9), "ends": time(10), "title": "x" * 121}, WrongSession),
    }


@pytest.mark.parametrize("case", refused())
def test_a_session_that_cannot_be_is_refused(case: str) -> None:
    fields, refusal = refused()[case]
    algebra = make_offering(make_site())

    with pytest.raises(refusal):
        create(algebra, **fields)

    assert not Session.objects.exists()


def test_offerings_of_two_sites_or_archived_ones_have_no_session() -> None:
    here, there = make_offering(make_site()), make_offering(make_site("annex"))
    old = make_offering(here.site, "Old", archived_at=NOW)

    with pytest.raises(WrongSession, match="one site"):
        create(here, there, starts=time(9), ends=time(10))
    with pytest.raises(WrongSession, match="Old is archived"):
        create(old, starts=time(9), ends=time(10))

    assert not Session.objects.exists()


def test_what_was_laid_ahead_gives_way_to_a_joint_session() -> None:
    site = make_site()
    algebra, physics = make_offering(site), make_offering(site, "Physics")
    make_slot(algebra)
    make_slot(physics)
    lay_ahead(site_id=site.pk, now=NOW, days=0)

    joint = create(algebra, physics)

    assert Session.objects.get() == joint
    assert lay_ahead(site_id=site.pk, now=NOW, days=0) == Laid()


def test_one_whose_roll_has_words_already_is_cancelled_instead() -> None:
    site, mia = make_site(), make_learner()
    algebra = make_offering(site)
    enrol_in(algebra, mia)
    make_slot(algebra)
    lay_ahead(site_id=site.pk, now=NOW, days=0)
    tap(site, make_kiosk(site), mia, "08:00")

    joint = create(algebra, clock="08:10", title="Joint")

    (laid,) = Session.objects.exclude(pk=joint.pk)
    assert (laid.state, laid.cancelled_because) == ("cancelled", "held as Joint")
    assert Mark.objects.get(session=joint).base == "present"


def test_a_second_session_at_the_same_time_is_refused() -> None:
    algebra = make_offering(make_site())
    make_slot(algebra)
    first = create(algebra)

    with pytest.raises(MeetsAlready, match="from 16:00 already: move or cancel"):
        create(algebra, starts=time(16, 30), ends=time(18))
    assert Session.objects.get() == first

    Session.objects.update(state="cancelled")
    create(algebra)
    assert Session.objects.count() == 2


def test_the_evening_before_is_in_the_way_past_midnight() -> None:
    algebra = make_offering(make_site())
    create(algebra, starts=time(22), ends=time(1))

    with pytest.raises(MeetsAlready):
        create(algebra, day=TUESDAY, starts=time(0, 30), ends=time(2))

    assert Session.objects.count() == 1


def test_who_came_before_a_session_was_made_is_judged() -> None:
    site, mia = make_site(), make_learner()
    algebra = make_offering(site)
    enrol_in(algebra, mia)
    tap(site, make_kiosk(site), mia, "15:50")

    create(algebra, clock="16:20", starts=time(16), ends=time(17))

    assert Mark.objects.get().base == "present"


def test_a_session_moves_to_another_date_with_its_roll() -> None:
    algebra, mia, tom = make_offering(make_site()), make_learner(), make_learner("Tom Berg")
    enrol_in(algebra, mia, ends_on=MONDAY)
    enrol_in(algebra, tom, starts_on=TUESDAY)
    session = create(algebra, starts=time(16), ends=time(17))

    moved = move(session)

    moved.refresh_from_db()
    assert (moved.day, moved.starts_at) == (TUESDAY, at("18:00", TUESDAY))
    assert (moved.title, moved.moved_by, moved.moved_because) == (
        "Algebra · 18:00", "office", "room flooded",
    )  # fmt: skip
    assert [each.person_id for each in expected_at(moved)] == [tom.pk]
    assert SessionOffering.objects.get().day == TUESDAY


def test_who_booked_is_told_of_a_move() -> None:
    session = create(make_offering(make_site()), starts=time(16), ends=time(17), title="Exam")
    mia = make_learner()
    bookings.book(session_id=session.pk, person_id=mia.pk, by=OFFICE, now=NOW)

    move(session)

    (notice,) = notices_of(mia.pk)
    assert notice.text == "It was moved: Exam, 24.11.2026 18:00"


def test_a_given_title_is_kept_when_a_session_moves() -> None:
    session = create(make_offering(make_site()), starts=time(16), ends=time(17), title="Exam")

    assert move(session).title == "Exam"


def test_taps_of_the_old_date_do_not_count_at_the_new_one() -> None:
    site, mia = make_site(), make_learner()
    algebra = make_offering(site)
    enrol_in(algebra, mia)
    session = create(algebra, starts=time(16), ends=time(17))
    tap(site, make_kiosk(site), mia, "08:00")
    assert Mark.objects.get().base == "present"

    move(session, clock="09:00")

    assert Mark.objects.get().base == "pending"


def test_a_session_may_move_within_its_own_time() -> None:
    session = create(make_offering(make_site()), starts=time(16), ends=time(17))

    assert times(move(session, Placing(MONDAY, time(16, 30), time(17, 30)))) == ("16:30", "17:30")


@pytest.mark.parametrize(
    ("state", "clock", "refusal"),
    [
        ("scheduled", "16:00", TaughtAlready),
        ("active", "06:00", TaughtAlready),
        ("completed", "06:00", TaughtAlready),
        ("cancelled", "06:00", NotTaught),
    ],
)
def test_what_has_begun_or_was_cancelled_is_not_moved(
    state: str, clock: str, refusal: type[Exception]
) -> None:
    session = make_session(make_offering(make_site()), state=state)

    with pytest.raises(refusal):
        move(session, clock=clock)

    session.refresh_from_db()
    assert (session.day, session.moved_by) == (MONDAY, "")


def test_a_move_needs_a_reason_a_role_a_date_of_the_offering_and_a_room_of_the_site() -> None:
    algebra = make_offering(make_site(), ends_on=TUESDAY)
    session = make_session(algebra)

    with pytest.raises(ReasonMissing):
        move(session, because=" ")
    with pytest.raises(NotPermitted):
        move(session, by=GUARDIAN)
    with pytest.raises(NotTaught, match="to 2026-11-24"):
        move(session, replace(EVENING, day=MONDAY + timedelta(days=2)))
    with pytest.raises(UnknownPlace):
        move(session, replace(EVENING, room_id=0))

    session.refresh_from_db()
    assert (session.day, session.moved_by) == (MONDAY, "")


def test_a_move_onto_another_session_is_refused() -> None:
    algebra = make_offering(make_site())
    session = create(algebra, starts=time(16), ends=time(17))
    create(algebra, day=TUESDAY, starts=time(18, 30), ends=time(20))

    with pytest.raises(MeetsAlready):
        move(session)

    session.refresh_from_db()
    assert session.day == MONDAY


def test_registration_and_unknown_sessions_are_not_moved() -> None:
    school = make_school()

    with pytest.raises(WrongSession, match="registration"):
        move(school.session)
    with pytest.raises(UnknownSession):
        move(Session(pk=0))

    school.session.refresh_from_db()
    assert school.session.day == MONDAY


@pytest.mark.covers("SES-02")
def test_a_title_is_edited_and_generated_again() -> None:
    session = create(make_offering(make_site()), starts=time(16), ends=time(17))

    named = scheduling.retitle(session_id=session.pk, title="Exam", by=OFFICE)
    assert (named.title, named.title_given) == ("Exam", True)

    plain = scheduling.retitle(session_id=session.pk, title="", by=OFFICE)
    assert (plain.title, plain.title_given) == ("Algebra · 16:00", False)


def test_a_cancelled_joint_session_says_whose_doing_it_was() -> None:
    site = make_site()
    make_division(site)
    session = create(make_offering(site), starts=time(16), ends=time(17))

    lifecycle.cancel(
        session_id=session.pk, whose=CancelledBy.CENTRE, because="storm", by=OFFICE, now=NOW
    )

    session.refresh_from_db()
    assert (session.state, session.cancelled_by) == ("cancelled", "centre")
