from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest
from pytest_django.fixtures import DjangoAssertNumQueries

from gateway.attendance import due, lifecycle
from gateway.attendance.deadlines import Due
from gateway.attendance.models import Attendee, Session, Substitution
from gateway.attendance.teaching import ClassTeacher
from gateway.attendance.values import CancelledBy
from gateway.people.models import Person
from gateway.people.values import Role
from gateway.timetable.models import Offering, Site, Teaching
from gateway.timetable.services import add_term
from gateway.timetable.values import TeachingRole
from kiosk.protocol.messages import PersonKind
from tests.gateway.classes import SEPTEMBER, enrol_in, make_learner, make_offering, make_session
from tests.gateway.factories import make_person, make_site
from tests.gateway.school import MONDAY, OFFICE, at, make_school

pytestmark = pytest.mark.django_db

ADMIN = replace(OFFICE, roles=frozenset({Role.ADMIN}))
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
ENDS = at("17:00")


@dataclass
class Scene:
    """A tuition centre: rolls due after 24 h, escalated 24 h later, locked after 72 h."""

    site: Site
    algebra: Offering
    tess: Person

    def due(self, *, now: datetime) -> list[tuple[int, Due, bool]]:
        rolls = due.rolls_due(self.site.pk, now=now)
        return [(each.session_id, each.deadline.due, each.deadline.is_locked) for each in rolls]


def make_teacher(name: str, offering: Offering, role: TeachingRole = TeachingRole.LEAD) -> Person:
    person = Person.objects.get(pk=make_person(name, kind=PersonKind.STAFF))
    Teaching.objects.create(offering=offering, person=person, role=role.value, starts_on=SEPTEMBER)
    return person


@pytest.fixture
def scene() -> Scene:
    site = make_site()
    algebra = make_offering(site, profile="tuition")
    enrol_in(algebra, make_learner())
    return Scene(site, algebra, make_teacher("Tess Ford", algebra))


@pytest.mark.covers("MRK-03", "POL-06", "ALR-05")
@pytest.mark.parametrize(
    ("since", "stands"),
    [
        (-SECOND, None),
        (timedelta(0), (Due.DUE, False)),
        (24 * HOUR - SECOND, (Due.DUE, False)),
        (24 * HOUR, (Due.OVERDUE, False)),
        (48 * HOUR, (Due.ESCALATED, False)),
        (72 * HOUR, (Due.ESCALATED, True)),
        (92 * DAY - SECOND, (Due.ESCALATED, True)),
        (92 * DAY, None),
    ],
)
def test_a_roll_nobody_hands_in_becomes_overdue_escalated_and_locked(
    scene: Scene, since: timedelta, stands: tuple[Due, bool] | None
) -> None:
    session = make_session(scene.algebra)

    assert scene.due(now=ENDS + since) == ([(session.pk, *stands)] if stands else [])


@pytest.mark.covers("MRK-02", "MRK-03")
def test_a_roll_handed_in_is_not_asked_for(scene: Scene) -> None:
    session = make_session(scene.algebra)

    lifecycle.submit(session_id=session.pk, by=OFFICE, now=ENDS + HOUR)

    assert scene.due(now=ENDS + 25 * HOUR) == []
    [found] = due.deadlines_of([session.pk], now=ENDS + 73 * HOUR).values()
    assert (found.due, found.is_locked) == (Due.SUBMITTED, True)


@pytest.mark.covers("MRK-03", "SES-07")
def test_ending_a_session_by_hand_hands_its_roll_in(scene: Scene) -> None:
    by_hand, by_clock = make_session(scene.algebra), make_session(scene.algebra, starts="15:00")
    lifecycle.complete(session_id=by_hand.pk, by=OFFICE, now=ENDS)
    lifecycle.run_clock(site_id=scene.site.pk, now=ENDS + HOUR)

    assert scene.due(now=ENDS + 25 * HOUR) == [(by_clock.pk, Due.OVERDUE, False)]
    found = due.deadlines_of([by_hand.pk], now=ENDS + 25 * HOUR)
    assert found[by_hand.pk].due is Due.SUBMITTED

    lifecycle.reopen(session_id=by_hand.pk, by=ADMIN, because="wrong", now=ENDS + 2 * HOUR)

    assert len(scene.due(now=ENDS + 25 * HOUR)) == 2


@pytest.mark.covers("POL-06")
def test_a_roll_unlocked_is_open_until_its_expiry(scene: Scene) -> None:
    session = make_session(scene.algebra)
    Session.objects.update(unlocked_until=ENDS + 80 * HOUR)

    assert scene.due(now=ENDS + 80 * HOUR - SECOND) == [(session.pk, Due.ESCALATED, False)]
    assert scene.due(now=ENDS + 80 * HOUR) == [(session.pk, Due.ESCALATED, True)]


@pytest.mark.covers("POL-06")
def test_a_roll_that_expects_nobody_is_never_due(scene: Scene) -> None:
    empty = make_offering(scene.site, "Choir", profile="tuition")
    enrol_in(empty, make_learner("Tom Berg"), ends_on=MONDAY - DAY)
    session = make_session(empty)
    assert scene.due(now=ENDS + 99 * HOUR) == []

    Attendee.objects.create(
        session=session, person=make_learner("Ada Bell"), state="booked", source="walk_in",
        queued_at=ENDS, added_by="office",
    )  # fmt: skip

    assert scene.due(now=ENDS + 30 * HOUR) == [(session.pk, Due.OVERDUE, False)]


@pytest.mark.covers("POL-06")
def test_a_roll_of_a_term_that_is_over_is_never_overdue(scene: Scene) -> None:
    session = make_session(scene.algebra)
    add_term(site_id=scene.site.pk, name="Autumn", starts_on=SEPTEMBER, ends_on=MONDAY + 2 * DAY)

    assert scene.due(now=at("23:59", MONDAY + 2 * DAY)) == [(session.pk, Due.ESCALATED, False)]
    assert scene.due(now=at("00:00", MONDAY + 3 * DAY)) == []


def test_a_cancelled_session_is_not_asked_for(scene: Scene) -> None:
    session = make_session(scene.algebra)
    lifecycle.cancel(
        session_id=session.pk, whose=CancelledBy.CENTRE, because="snow", by=OFFICE, now=at("09:00")
    )

    assert scene.due(now=ENDS + 25 * HOUR) == []
    [found] = due.deadlines_of([session.pk], now=ENDS + 25 * HOUR).values()
    assert found.due is Due.NOT_YET


def test_registration_periods_have_no_deadline() -> None:
    school = make_school()
    school.pupils(1)

    assert due.rolls_due(school.site.pk, now=at("09:00") + 30 * DAY) == ()
    assert due.deadlines_of([school.session.pk], now=at("09:00")) == {}


def test_a_session_is_judged_by_its_own_numbers(scene: Scene) -> None:
    session = make_session(scene.algebra, own_overrides={"due_after": 1, "lock_after": None})

    assert scene.due(now=ENDS + HOUR) == [(session.pk, Due.OVERDUE, False)]
    assert scene.due(now=ENDS + 99 * HOUR) == [(session.pk, Due.ESCALATED, False)]


@pytest.mark.covers("MRK-03")
def test_a_teacher_is_asked_for_their_own_rolls(scene: Scene) -> None:
    physics = make_offering(scene.site, "Physics", profile="tuition")
    enrol_in(physics, make_learner("Tom Berg"))
    paul = make_teacher("Paul Orr", physics)
    algebra, other = make_session(scene.algebra), make_session(physics)
    now = ENDS + 25 * HOUR

    def asked(person: Person) -> list[int]:
        return [each.session_id for each in due.rolls_due_of(person.pk, now=now)]

    assert (asked(scene.tess), asked(paul)) == ([algebra.pk], [other.pk])
    Substitution.objects.create(session=algebra, person=paul, stands_in_for=scene.tess)
    assert (asked(scene.tess), asked(paul)) == ([], [algebra.pk, other.pk])


@pytest.mark.covers("ALR-05")
def test_a_roll_says_who_is_to_hand_it_in(scene: Scene) -> None:
    helper = make_teacher("Ann Hill", scene.algebra, TeachingRole.ASSISTANT)
    gone = make_teacher("Old Name", scene.algebra)
    Teaching.objects.filter(person=gone).update(ends_on=MONDAY - DAY)
    session = make_session(scene.algebra)
    tess = ClassTeacher(scene.tess.pk, "Tess Ford")

    def told() -> tuple[ClassTeacher, ...]:
        [roll] = due.rolls_due(scene.site.pk, now=ENDS)
        return roll.teachers

    assert told() == (tess, ClassTeacher(helper.pk, "Ann Hill"))
    Substitution.objects.create(session=session, person=gone, stands_in_for=scene.tess)
    assert told() == (ClassTeacher(helper.pk, "Ann Hill"), ClassTeacher(gone.pk, "Old Name"))


def test_what_is_due_longest_is_told_first(scene: Scene) -> None:
    late = make_session(scene.algebra)
    early = make_session(scene.algebra, day=MONDAY - DAY)

    found = [session for session, *_ in scene.due(now=ENDS)]

    assert found == [early.pk, late.pk]


@pytest.mark.parametrize("rolls", [1, 3])
def test_rolls_that_are_due_are_told_in_as_many_queries_however_many(
    scene: Scene, rolls: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    sessions = [make_session(scene.algebra, day=MONDAY - n * DAY) for n in range(rolls)]

    with django_assert_num_queries(5):
        assert len(due.rolls_due(scene.site.pk, now=ENDS)) == rolls
    with django_assert_num_queries(5):
        assert len(due.rolls_due_of(scene.tess.pk, now=ENDS)) == rolls
    with django_assert_num_queries(3):
        assert len(due.deadlines_of([each.pk for each in sessions], now=ENDS)) == rolls
