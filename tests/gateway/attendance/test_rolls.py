from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gateway.attendance import lifecycle, marking, rolls, summaries
from gateway.attendance.indicating import Indicator, IndicatorKind
from gateway.attendance.models import Attendee, Session, Substitution
from gateway.attendance.rolls import RollLine
from gateway.attendance.sheets import Choice, Sheet, sheet_of
from gateway.attendance.summaries import SessionSummary, Sought
from gateway.attendance.values import (
    AttendeeSource,
    AttendeeState,
    Base,
    FlagKind,
    Mark,
    SessionKind,
    SessionState,
)
from gateway.people.models import Person
from gateway.people.values import Role
from gateway.timetable.models import Room, Site, Teaching
from gateway.timetable.values import Standing
from tests.gateway.attendance.test_services import record
from tests.gateway.classes import enrol_in, make_learner, make_offering, make_session
from tests.gateway.factories import make_person
from tests.gateway.school import MONDAY, OFFICE, at, make_school, mark_by_hand

pytestmark = pytest.mark.django_db
TUESDAY = date(2026, 11, 24)


def say(session: Session, person: Person, mark: Mark, clock: str = "16:20") -> None:
    mark_by_hand(session_id=session.pk, person_id=person.pk, mark=mark, by="office", now=at(clock))


def book(session: Session, person: Person, state: AttendeeState = AttendeeState.BOOKED) -> None:
    Attendee.objects.create(
        session=session,
        person=person,
        state=state.value,
        source=AttendeeSource.BOOKING.value,
        queued_at=at("08:00"),
        added_by="office",
    )


def make_class(site: Site, *names: str, **fields: object) -> tuple[Session, list[Person]]:
    """A class of Monday at four in which these are enrolled."""
    offering = make_offering(site, **fields)  # type: ignore[arg-type]  # columns of Offering
    learners = [make_learner(name) for name in names]
    for learner in learners:
        enrol_in(offering, learner)
    return make_session(offering), learners


def line_of(session: Session, person: Person, clock: str = "16:30") -> RollLine:
    lines = rolls.roll_of(session.pk, now=at(clock))
    return next(line for line in lines if line.person_id == person.pk)


def read(session: Session, *roles: Role, clock: str = "16:30") -> Sheet:
    actor = marking.Actor("office", frozenset(roles or {Role.OFFICE}))
    return sheet_of(session.pk, by=actor, now=at(clock))


def numbers(found: SessionSummary) -> tuple[int | None, ...]:
    return (
        found.expected, found.present, found.late, found.absent, found.excused, found.pending,
        found.percent,
    )  # fmt: skip


@pytest.mark.covers("SES-05", "RPT-01")
def test_a_session_counts_its_marks_and_whom_nobody_marked() -> None:
    school = make_school()
    session, [mia, ben, ada, tom, _] = make_class(
        school.site, "Mia K", "Ben Y", "Ada S", "Tom F", "Zoe A"
    )
    say(session, mia, Mark(Base.PRESENT))
    say(session, ben, Mark(Base.PRESENT, late_minutes=12))
    say(session, ada, Mark(Base.ABSENT))
    say(session, tom, Mark(Base.MEDICAL_LEAVE))

    found = next(s for s in summaries.sessions_of(school.site.pk, MONDAY) if s.id == session.pk)

    assert numbers(found) == (5, 2, 1, 1, 1, 1, 40)


def test_somebody_in_two_batches_of_one_session_is_expected_once() -> None:
    school = make_school()
    algebra, geometry = make_offering(school.site), make_offering(school.site, "Geometry")
    mia, ben = make_learner("Mia K"), make_learner("Ben Y")
    for offering in (algebra, geometry):
        enrol_in(offering, mia)
    session = make_session(algebra, geometry)
    book(session, mia)
    book(session, ben)
    book(session, make_learner("Ada S"), AttendeeState.WAITING)

    found = summaries.summary_of(session.pk)

    assert found is not None
    assert numbers(found) == (2, 0, 0, 0, 0, 2, 0)


@pytest.mark.covers("OFF-05")
def test_marks_of_people_no_longer_expected_still_show() -> None:
    school = make_school()
    offering, mia = make_offering(school.site), make_learner()
    enrolment = enrol_in(offering, mia)
    session = make_session(offering)
    say(session, mia, Mark(Base.PRESENT))
    enrolment.ends_on = MONDAY - timedelta(days=3)
    enrolment.save()

    found = summaries.summary_of(session.pk)
    (line,) = rolls.roll_of(session.pk, now=at("17:30"))

    assert found is not None
    assert (found.expected, found.total, found.present, found.pending) == (0, 1, 1, 0)
    assert (line.name, line.is_subdued, line.status_name) == ("Mia Keller", True, "Present")


def test_a_registration_counts_its_year_groups() -> None:
    school = make_school()
    school.pupils(2)

    (found,) = summaries.sessions_of(school.site.pk, MONDAY)

    assert (found.kind, found.expected, found.pending) == ("AM", 2, 2)


@pytest.mark.covers("SES-04")
def test_history_is_filtered_by_dates_and_tells_how_many_there_are() -> None:
    school = make_school()
    offering = make_offering(school.site)
    days = [MONDAY + timedelta(weeks=week) for week in range(4)]
    made = [make_session(offering, day=day) for day in days]
    sought = Sought(days[0], days[2], is_registration=False)

    found = summaries.history(school.site.pk, sought, first=1, most=1)

    assert (found.of, [session.id for session in found.sessions]) == (3, [made[1].pk])


def test_sessions_are_found_by_kind_state_offering_and_room() -> None:
    school = make_school()
    hall = Room.objects.create(site=school.site, name="Hall")
    algebra, chess = make_offering(school.site), make_offering(school.site, "Chess")
    make_session(algebra)
    wanted = make_session(
        chess, kind=SessionKind.CAMP.value, room=hall, state=SessionState.ACTIVE.value
    )

    for told in (
        {"kind": SessionKind.CAMP},
        {"state": SessionState.ACTIVE},
        {"offering_id": chess.pk},
        {"room_id": hall.pk},
    ):
        sought = Sought(MONDAY, MONDAY, **told)
        assert [s.pk for s in summaries.find_sessions(school.site.pk, sought)] == [wanted.pk]


def test_a_teacher_finds_own_sessions_and_those_stood_in_at() -> None:
    school = make_school()
    osei, reed = make_learner("Ruth Osei"), make_learner("Tom Reed")
    algebra, chess = make_offering(school.site), make_offering(school.site, "Chess")
    for offering in (algebra, chess):
        Teaching.objects.create(offering=offering, person=osei, starts_on=date(2026, 9, 1))
    mine, given_away = make_session(algebra), make_session(chess)
    Substitution.objects.create(session=given_away, person=reed, stands_in_for=osei)

    found = {
        person.given_name: [
            (session.id, session.teachers)
            for session in summaries.history(
                school.site.pk, Sought(MONDAY, MONDAY, teacher_id=person.pk)
            ).sessions
        ]
        for person in (osei, reed)
    }

    assert found == {
        "Ruth": [(mine.pk, ("Ruth Osei",))],
        "Tom": [(given_away.pk, ("Tom Reed",))],
    }


@pytest.mark.covers("MRK-01", "POL-07")
@pytest.mark.parametrize(
    ("profile", "name", "short"),
    [
        ("activity", "Tardy & Left Early", "T LE"),
        ("coaching", "Late & Left Early", "L 12, EL 20"),
        ("training", "Attended", "A"),
    ],
)
def test_a_mark_is_called_as_the_profile_calls_it(profile: str, name: str, short: str) -> None:
    session, [mia] = make_class(make_school().site, "Mia K", profile=profile)
    say(session, mia, Mark(Base.PRESENT, late_minutes=12, left_early_minutes=20))

    line = line_of(session, mia)

    assert (line.status, line.status_name, line.status_short) == ("late_left_early", name, short)


@pytest.mark.covers("TRN-01")
def test_an_attendee_is_booked_until_the_training_is_over_and_then_pending() -> None:
    session, [mia] = make_class(make_school().site, "Mia K", profile="training")

    called = [line_of(session, mia, clock).status_name for clock in ("16:30", "17:00")]

    assert called == ["Booked", "Pending"]


@pytest.mark.covers("BIO-03")
def test_a_conflict_shows_where_a_kiosk_saw_whom_a_person_holds_to_be_away() -> None:
    school = make_school()
    door, [mia, ben] = school.kiosk(), school.pupils(2)
    offering = make_offering(school.site)
    for person in (mia, ben):
        enrol_in(offering, person)
    session = make_session(offering)
    record(school, door, door.sees(mia, "15:50"))
    for person in (mia, ben):
        say(session, person, Mark(Base.ABSENT))

    lines = {line.person_id: line for line in rolls.roll_of(session.pk, now=at("16:30"))}

    assert (lines[mia.pk].is_conflict, lines[ben.pk].is_conflict) == (True, False)
    assert (lines[mia.pk].author, lines[mia.pk].source) == ("person", "hand")


def test_a_line_says_when_somebody_came_why_and_what_was_noted() -> None:
    school = make_school()
    door, [mia] = school.kiosk(), school.pupils(1)
    offering = make_offering(school.site)
    enrol_in(offering, mia, standing=Standing.TRIAL)
    session = make_session(offering)
    record(school, door, door.sees(mia, "16:17"))
    marking.note(
        session_id=session.pk, person_id=mia.pk, text="new glasses", by=OFFICE, now=at("16:30")
    )

    line = line_of(session, mia)

    assert (line.arrived_at, line.late_minutes, line.note, line.standing, line.year_group) == (
        at("16:17"), 17, "new glasses", "trial", "Algebra",
    )  # fmt: skip
    assert line.why == "arrived 16:17, 2 min after grace"


@pytest.mark.covers("OFF-08")
def test_a_line_carries_what_there_is_to_know_of_a_person() -> None:
    session, [mia, ben] = make_class(make_school().site, "Mia K", "Ben Y")
    set_at = {"set_at": at("08:00"), "set_by": "office"}
    mia.flags.create(kind=FlagKind.MEDICAL_ALERT.value, text="asthma", **set_at)

    told = [line_of(session, person).indicators for person in (mia, ben)]

    assert Indicator(IndicatorKind.MEDICAL_ALERT, "asthma") in told[0]
    assert IndicatorKind.MEDICAL_ALERT not in {each.kind for each in told[1]}


def test_a_sheet_says_what_a_login_may_do_now() -> None:
    session, [mia] = make_class(make_school().site, "Mia K")
    before = read(session, clock="15:00").may
    say(session, mia, Mark(Base.PRESENT))
    during = read(session).may
    lifecycle.complete(session_id=session.pk, by=OFFICE, now=at("17:00"))
    by_office, by_admin = (
        read(session, role, clock="17:10").may for role in (Role.OFFICE, Role.ADMIN)
    )
    by_student = read(session, Role.STUDENT).may

    always = {Choice.MARK, Choice.WALK_IN}
    life = {Choice.ACTIVATE, Choice.COMPLETE, Choice.CANCEL}
    assert before == always | life
    assert during == before | {Choice.SUBMIT, Choice.UNDO}
    assert by_office == always | {Choice.SUBMIT, Choice.UNDO}
    assert by_admin == by_office | {Choice.REOPEN}
    assert by_student == frozenset()


@pytest.mark.covers("POL-06")
def test_a_locked_roll_can_only_be_unlocked_and_only_by_an_administrator() -> None:
    session, _ = make_class(make_school().site, "Mia K")
    later = at("17:00") + timedelta(days=30)

    found = {
        role: sheet_of(session.pk, by=marking.Actor("a", frozenset({role})), now=later)
        for role in (Role.OFFICE, Role.ADMIN)
    }

    assert found[Role.OFFICE].deadline.is_locked
    assert {role: sheet.may for role, sheet in found.items()} == {
        Role.OFFICE: frozenset(), Role.ADMIN: {Choice.UNLOCK},
    }  # fmt: skip


@pytest.mark.covers("MRK-03")
def test_an_empty_roll_and_one_of_a_past_term_are_never_overdue() -> None:
    site = make_school().site
    empty, full = make_session(make_offering(site, "Chess")), make_class(site, "Mia K")[0]
    late = at("17:00") + timedelta(hours=30)

    def due() -> list[str]:
        return [sheet_of(s.pk, by=OFFICE, now=late).deadline.due.value for s in (empty, full)]

    before = due()
    site.terms.create(name="Autumn", starts_on=date(2026, 9, 1), ends_on=MONDAY)

    assert (before, due()) == (["not_yet", "overdue"], ["not_yet", "not_yet"])


def queries_for_a_sheet(session: Session) -> int:
    with CaptureQueriesContext(connection) as captured:
        read(session)
    return len(captured)


def test_a_roll_takes_as_many_queries_for_three_as_for_one() -> None:
    site = make_school().site
    one, [mia] = make_class(site, "Mia K")
    three, others = make_class(site, "Ben Y", "Ada S", "Tom F", name="Chess")
    for session, people in ((one, [mia]), (three, others)):
        for person in people:
            say(session, person, Mark(Base.ABSENT))

    assert queries_for_a_sheet(one) == queries_for_a_sheet(three)


def test_a_day_of_sessions_takes_five_queries_however_many_there_are() -> None:
    school = make_school()
    for place in range(3):
        make_class(school.site, "Mia K", name=f"Class {place}")

        with CaptureQueriesContext(connection) as captured:
            found = summaries.sessions_of(school.site.pk, MONDAY)

        assert (len(found), len(captured)) == (place + 2, 5)


def test_whoever_was_merged_into_another_is_on_no_roll() -> None:
    session, [mia, other] = make_class(make_school().site, "Mia K", "Mia")
    say(session, other, Mark(Base.PRESENT))
    Person.objects.filter(pk=other.pk).update(merged_into=mia)

    assert [line.name for line in rolls.roll_of(session.pk, now=at("16:30"))] == ["Mia K"]


def test_there_is_no_roll_of_a_session_that_is_not_there() -> None:
    make_person()

    assert rolls.roll_of(999, now=at("16:30")) == ()
    assert summaries.summary_of(999) is None
