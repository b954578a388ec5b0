from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from pytest_django.fixtures import DjangoAssertNumQueries

from gateway.attendance import excusing, tallying
from gateway.attendance.excuse_rules import Span
from gateway.attendance.excusing import Wish
from gateway.attendance.gathering import Scope, term_scope
from gateway.attendance.models import Attendee, Session
from gateway.attendance.tallies import Sums, Tally
from gateway.attendance.values import Base, ExcuseReason, Mark, SessionState
from gateway.people.models import Person
from gateway.timetable.errors import UnknownEntry, UnknownOffering, UnknownPlace
from gateway.timetable.models import Course, Offering, Site, Subject
from gateway.timetable.services import add_term
from gateway.timetable.values import Standing
from tests.gateway.classes import enrol_in, make_learner, make_offering, make_session
from tests.gateway.factories import make_site
from tests.gateway.school import MONDAY, OFFICE, at, make_school, mark_by_hand

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
NOW = at("20:00")
PRESENT = Mark(Base.PRESENT)
LATE = Mark(Base.PRESENT, late_minutes=12)
ABSENT = Mark(Base.ABSENT)


@dataclass
class Scene:
    """Mia in Algebra and Physics of a tuition centre."""

    site: Site
    mia: Person
    algebra: Offering
    physics: Offering

    def scope(self, offering: Offering | None = None, *, first: date = MONDAY - 30 * DAY) -> Scope:
        return Scope(self.site.pk, first, MONDAY + 30 * DAY, offering.pk if offering else None)

    def met(
        self, *offerings: Offering, mark: Mark | None = None, days: int = 0, starts: str = "16:00"
    ) -> Session:
        session = make_session(
            *(offerings or [self.algebra]), day=MONDAY + days * DAY, starts=starts, ends="18:00"
        )
        if mark is not None:
            mark_by_hand(
                session_id=session.pk,
                person_id=self.mia.pk,
                mark=mark,
                by="office",
                now=session.starts_at,
            )
        return session

    def excuses(self, session: Session, reason: ExcuseReason = ExcuseReason.MEDICAL) -> int:
        span = Span(session.starts_at, session.starts_at)
        wish = Wish(self.mia.pk, reason, span)
        return excusing.grant(wish=wish, by=OFFICE, now=NOW).excuse_id

    def tally(self, scope: Scope | None = None) -> Tally:
        return tallying.sums(self.mia.pk, scope or self.scope(), now=NOW).tally


@pytest.fixture
def scene() -> Scene:
    site = make_site()
    site.profile = "tuition"
    site.save()
    mia = make_learner()
    offerings = [make_offering(site, name, profile="") for name in ("Algebra", "Physics")]
    for offering in offerings:
        enrol_in(offering, mia)
    return Scene(site, mia, *offerings)


@pytest.mark.covers("POL-04", "LAT-02")
def test_a_person_is_counted_over_held_scheduled_and_reachable(scene: Scene) -> None:
    scene.met(mark=PRESENT, days=-3)
    scene.met(mark=ABSENT, days=-2)
    scene.met(scene.physics, mark=LATE, days=-1)
    scene.met(days=0)
    scene.met(days=1)

    found = scene.tally()

    assert found == Tally(
        scheduled=5, held=3, present=2, absent=1, excused=0, lates=1, lates_excused=0
    )
    assert (found.over_held, found.over_scheduled, found.reachable) == (66.7, 40.0, 80.0)


@pytest.mark.covers("POL-02")
def test_three_lates_are_an_absence_and_an_excused_one_does_not_count(scene: Scene) -> None:
    lates = [scene.met(mark=LATE, days=-n) for n in range(1, 4)]
    assert tallying.sums(scene.mia.pk, scene.scope(), now=NOW) == Sums(
        Tally(3, 3, 3, 0, 0, 3, 0),
        over_held=100.0,
        over_scheduled=100.0,
        reachable=100.0,
        equivalent=1,
        absences=1,
        limit=6,
        is_over=False,
    )

    excuse = scene.excuses(lates[0])
    found = tallying.sums(scene.mia.pk, scene.scope(), now=NOW)
    assert (found.tally.lates, found.tally.lates_excused, found.absences) == (2, 1, 0)

    excusing.withdraw(excuse_id=excuse, by=OFFICE, now=NOW)
    assert tallying.sums(scene.mia.pk, scene.scope(), now=NOW).absences == 1


@pytest.mark.covers("POL-04")
def test_an_excused_absence_counts_by_the_weight_of_the_offering(scene: Scene) -> None:
    scene.algebra.overrides = {"excused_weight": 0.25, "absence_limit": 1}
    scene.algebra.save()
    for session in (scene.met(mark=ABSENT, days=-1), scene.met(mark=ABSENT, days=-2)):
        scene.excuses(session)
    scene.met(mark=ABSENT, days=-3)

    of_algebra = tallying.sums(scene.mia.pk, scene.scope(scene.algebra), now=NOW)
    of_all = tallying.sums(scene.mia.pk, scene.scope(), now=NOW)

    assert (of_algebra.absences, of_algebra.limit, of_algebra.is_over) == (1.5, 1, True)
    assert (of_all.absences, of_all.limit, of_all.is_over) == (2.0, 6, False)


def test_only_sessions_of_the_scope_are_counted(scene: Scene) -> None:
    maths = Subject.objects.create(name="Mathematics")
    scene.algebra.course = Course.objects.create(name="Algebra I", subject=maths)
    scene.algebra.save()
    scene.met(scene.algebra, scene.physics, mark=PRESENT, days=-1)
    scene.met(scene.physics, mark=PRESENT, days=-2)
    scene.met(scene.algebra, mark=PRESENT, days=-31)
    of_maths = Scope(scene.site.pk, MONDAY - 30 * DAY, MONDAY, subject_id=maths.pk)

    counts = [
        scene.tally(scope).held
        for scope in (
            scene.scope(),
            scene.scope(scene.algebra),
            scene.scope(scene.physics),
            of_maths,
        )
    ]

    assert counts == [2, 1, 2, 1]


def test_what_did_not_take_place_or_does_not_expect_somebody_is_not_counted(scene: Scene) -> None:
    cancelled = scene.met(mark=ABSENT, days=-1)
    Session.objects.filter(pk=cancelled.pk).update(state=SessionState.CANCELLED.value)
    other = make_offering(scene.site, "Choir", profile="")
    enrol_in(other, scene.mia, ends_on=MONDAY - 5 * DAY)
    scene.met(other, days=-4)

    assert scene.tally() == Tally(0, 0, 0, 0, 0, 0, 0)


def test_guests_and_those_marked_after_they_left_are_counted(scene: Scene) -> None:
    choir, drama = (make_offering(scene.site, name, profile="") for name in ("Choir", "Drama"))
    booked = scene.met(choir, days=1)
    Attendee.objects.create(
        session=booked, person=scene.mia, state="booked", source="booking", queued_at=NOW,
        added_by="office",
    )  # fmt: skip
    left = enrol_in(drama, scene.mia)
    scene.met(drama, mark=PRESENT, days=-1)
    left.ends_on = MONDAY - 9 * DAY
    left.save()

    assert scene.tally() == Tally(2, 1, 1, 0, 0, 0, 0)


def test_while_on_hold_nothing_is_scheduled(scene: Scene) -> None:
    choir = make_offering(scene.site, "Choir", profile="")
    enrol_in(choir, scene.mia, standing=Standing.ON_HOLD)
    scene.met(choir, days=1)
    scene.met(choir, scene.algebra, days=2)

    assert scene.tally().scheduled == 1


def test_registration_periods_count_where_no_class_is_asked_for() -> None:
    school = make_school()
    [pupil] = school.pupils(1)
    mark_by_hand(
        session_id=school.session.pk, person_id=pupil.pk, mark=ABSENT, by="office", now=at("09:00")
    )
    scope = Scope(school.site.pk, MONDAY, MONDAY)

    found = tallying.sums(pupil.pk, scope, now=NOW)

    assert (found.tally.held, found.tally.absent) == (1, 1)


@pytest.mark.covers("LAT-02")
def test_a_term_is_counted_by_its_dates(scene: Scene) -> None:
    term = add_term(
        site_id=scene.site.pk, name="Autumn", starts_on=MONDAY - DAY, ends_on=MONDAY + DAY
    )
    for days in (-2, -1, 1, 2):
        scene.met(days=days)

    assert scene.tally(term_scope(term.pk)).scheduled == 2
    with pytest.raises(UnknownEntry, match="no term 4711"):
        term_scope(4711)


def test_places_nobody_knows_are_not_counted(scene: Scene) -> None:
    with pytest.raises(UnknownPlace):
        tallying.sums(scene.mia.pk, Scope(0, MONDAY, MONDAY), now=NOW)
    with pytest.raises(UnknownOffering):
        tallying.sums(scene.mia.pk, Scope(scene.site.pk, MONDAY, MONDAY, 4711), now=NOW)


@pytest.mark.parametrize("people", [1, 3])
@pytest.mark.parametrize("days", [1, 9])
def test_many_persons_are_counted_in_as_many_queries_as_one(
    scene: Scene, people: int, days: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    others = [make_learner(f"Tom {number}") for number in range(people - 1)]
    for other in others:
        enrol_in(scene.algebra, other)
    sessions = [scene.met(mark=LATE, days=-n) for n in range(days)]
    scene.excuses(sessions[0])
    asked = [scene.mia.pk, *(other.pk for other in others)]

    with django_assert_num_queries(7):
        found = tallying.sums_of(asked, scene.scope(), now=NOW)

    assert [found[person].tally.scheduled for person in asked] == [days] * people
