from datetime import UTC, date, datetime, time

import pytest
from pytest_django.fixtures import DjangoAssertNumQueries

from gateway.people.models import Person
from gateway.timetable import offerings
from gateway.timetable.errors import (
    NotATeacher,
    Taken,
    UnknownOffering,
    UnknownPlace,
    WrongDates,
    WrongOffering,
)
from gateway.timetable.models import Course, Offering, Room, Site, Slot, Subject, Teaching
from gateway.timetable.offering_queries import (
    OfferingSummary,
    Teacher,
    offerings_at,
    offerings_taught,
)
from gateway.timetable.offerings import OfferingDetails, SlotDetails
from gateway.timetable.values import OfferingKind, TeachingRole
from kiosk.protocol.messages import PersonKind
from tests.gateway.classes import SEPTEMBER, enrol_in, make_learner, make_offering
from tests.gateway.factories import make_person, make_site
from tests.gateway.school import MONDAY

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 23, tzinfo=UTC)
ALGEBRA = OfferingDetails(OfferingKind.CLASS, "Algebra", SEPTEMBER)


def staff(name: str = "Tom Teacher") -> Person:
    return Person.objects.get(pk=make_person(name, kind=PersonKind.STAFF))


def test_courses_join_subject_grade_level_and_tag() -> None:
    maths = offerings.upsert_subject(name=" Mathematics ")
    five = offerings.upsert_grade_level(name="Grade 5", position=5)

    for _ in range(2):
        offerings.upsert_course(
            name="Algebra I", tag="Exam 2027", subject_id=maths.pk, grade_level_id=five.pk
        )

    (course,) = Course.objects.select_related("subject", "grade_level")
    assert (course.name, course.tag) == ("Algebra I", "Exam 2027")
    assert (course.subject, course.grade_level) == (maths, five)


@pytest.mark.parametrize("name", ["", "  ", "x" * 81, "a\x00b"])
def test_a_name_that_cannot_be_shown_is_refused(name: str) -> None:
    with pytest.raises(WrongOffering, match="printable"):
        offerings.upsert_subject(name=name)

    assert not Subject.objects.exists()


def test_a_course_of_an_unknown_subject_or_level_is_refused() -> None:
    with pytest.raises(UnknownOffering, match="no subject 9"):
        offerings.upsert_course(name="Algebra I", subject_id=9)
    with pytest.raises(UnknownOffering, match="no grade level 9"):
        offerings.upsert_course(name="Algebra I", grade_level_id=9)

    assert not Course.objects.exists()


def test_an_offering_is_kept_as_told() -> None:
    site = make_site()
    room = offerings.upsert_room(site_id=site.pk, name="Blue", seats=12)
    told = OfferingDetails(
        OfferingKind.CAMP, "Chess camp", SEPTEMBER, date(2026, 9, 5), room_id=room.pk, capacity=20
    )

    camp = offerings.add_offering(site_id=site.pk, details=told)

    assert (camp.kind, camp.name, camp.ends_on, camp.room, camp.capacity) == (
        "camp", "Chess camp", date(2026, 9, 5), room, 20,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("details", "refusal"),
    [
        (OfferingDetails(OfferingKind.CLASS, "", SEPTEMBER), WrongOffering),
        (OfferingDetails(OfferingKind.CLASS, "A", SEPTEMBER, capacity=0), WrongOffering),
        (OfferingDetails(OfferingKind.CLASS, "A", SEPTEMBER, date(2026, 8, 1)), WrongDates),
        (OfferingDetails(OfferingKind.CLASS, "A", SEPTEMBER, course_id=9), UnknownOffering),
        (OfferingDetails(OfferingKind.CLASS, "A", SEPTEMBER, room_id=9), UnknownPlace),
    ],
)
def test_an_offering_that_cannot_be_is_refused(
    details: OfferingDetails, refusal: type[Exception]
) -> None:
    site = make_site()

    with pytest.raises(refusal):
        offerings.add_offering(site_id=site.pk, details=details)

    assert not Offering.objects.exists()


def test_a_room_of_another_site_is_refused() -> None:
    elsewhere = offerings.upsert_room(site_id=make_site("annex").pk, name="Blue")
    here = make_site()

    with pytest.raises(UnknownPlace, match="at this site"):
        offerings.add_offering(
            site_id=here.pk,
            details=OfferingDetails(OfferingKind.CLASS, "A", SEPTEMBER, room_id=elsewhere.pk),
        )

    assert not Offering.objects.exists()


def test_two_offerings_of_a_site_have_two_names_until_one_is_archived() -> None:
    site = make_site()
    first = offerings.add_offering(site_id=site.pk, details=ALGEBRA)
    with pytest.raises(Taken, match="'Algebra'"):
        offerings.add_offering(site_id=site.pk, details=ALGEBRA)

    offerings.archive_offering(offering_id=first.pk, now=NOW)
    second = offerings.add_offering(site_id=site.pk, details=ALGEBRA)

    assert [each.id for each in offerings_at(site.pk, MONDAY)] == [second.pk]


def test_an_offering_is_changed_under_its_own_name() -> None:
    algebra = make_offering(make_site(), overrides={"grace": 3})
    told = OfferingDetails(OfferingKind.CLASS, "Algebra", SEPTEMBER, date(2026, 12, 18), capacity=8)

    offerings.change_offering(offering_id=algebra.pk, details=told)

    algebra.refresh_from_db()
    assert (algebra.ends_on, algebra.capacity) == (date(2026, 12, 18), 8)
    assert (algebra.profile, algebra.overrides) == ("coaching", {"grace": 3})


def test_an_unknown_site_or_offering_is_refused() -> None:
    with pytest.raises(UnknownPlace, match="no site 9"):
        offerings.add_offering(site_id=9, details=ALGEBRA)
    with pytest.raises(UnknownPlace, match="no site 9"):
        offerings.upsert_room(site_id=9, name="Blue")
    with pytest.raises(UnknownOffering, match="no offering 9"):
        offerings.change_offering(offering_id=9, details=ALGEBRA)

    assert (Offering.objects.count(), Room.objects.count()) == (0, 0)


def test_weekly_times_are_added_changed_and_removed() -> None:
    algebra = make_offering(make_site())
    slot = offerings.add_slot(offering_id=algebra.pk, details=SlotDetails(1, time(16), time(17)))

    changed = offerings.change_slot(slot_id=slot.pk, details=SlotDetails(3, time(18), time(19)))
    assert (changed.pk, changed.weekday, changed.starts) == (slot.pk, 3, time(18))

    offerings.remove_slot(slot_id=slot.pk)
    assert not Slot.objects.exists()


def test_a_weekly_time_that_cannot_be_is_refused() -> None:
    algebra = make_offering(make_site())
    at_four = SlotDetails(1, time(16), time(17))
    offerings.add_slot(offering_id=algebra.pk, details=at_four)

    with pytest.raises(Taken, match="16:00 on that weekday already"):
        offerings.add_slot(offering_id=algebra.pk, details=at_four)
    with pytest.raises(WrongOffering, match="1 for Monday"):
        offerings.add_slot(offering_id=algebra.pk, details=SlotDetails(8, time(16), time(17)))
    with pytest.raises(UnknownOffering, match="no weekly time"):
        offerings.change_slot(slot_id=0, details=at_four)
    with pytest.raises(UnknownOffering, match="no weekly time"):
        offerings.remove_slot(slot_id=0)

    assert Slot.objects.count() == 1


def test_staff_teach_from_one_date_to_another() -> None:
    site = make_site()
    algebra, tom = make_offering(site), staff()
    teaching = offerings.add_teaching(
        offering_id=algebra.pk, person_id=tom.pk, role=TeachingRole.ASSISTANT, starts_on=SEPTEMBER
    )
    assert [each.id for each in offerings_taught(tom.pk, MONDAY)] == [algebra.pk]

    offerings.end_teaching(teaching_id=teaching.pk, last_day=date(2026, 11, 22))

    assert offerings_taught(tom.pk, MONDAY) == ()
    assert Teaching.objects.get().ends_on == date(2026, 11, 22)


def test_a_teaching_ended_before_it_began_never_was() -> None:
    teaching = offerings.add_teaching(
        offering_id=make_offering(make_site()).pk, person_id=staff().pk, starts_on=MONDAY
    )

    offerings.end_teaching(teaching_id=teaching.pk, last_day=SEPTEMBER)

    assert not Teaching.objects.exists()


def test_only_staff_teach_and_once_at_a_time() -> None:
    algebra, tom = make_offering(make_site()), staff()
    teach = {"offering_id": algebra.pk, "starts_on": SEPTEMBER}
    offerings.add_teaching(offering_id=algebra.pk, person_id=tom.pk, starts_on=SEPTEMBER)

    with pytest.raises(NotATeacher, match="no active member of staff"):
        offerings.add_teaching(
            offering_id=algebra.pk, person_id=make_learner().pk, starts_on=SEPTEMBER
        )
    with pytest.raises(Taken, match="teaches the offering on some of these dates"):
        offerings.add_teaching(offering_id=algebra.pk, person_id=tom.pk, starts_on=MONDAY)
    with pytest.raises(WrongDates):
        offerings.add_teaching(
            offering_id=algebra.pk, person_id=tom.pk, starts_on=MONDAY, ends_on=SEPTEMBER
        )
    with pytest.raises(UnknownOffering):
        offerings.end_teaching(teaching_id=0, last_day=MONDAY)

    assert Teaching.objects.filter(**teach).count() == Teaching.objects.count() == 1


def test_a_list_shows_who_teaches_and_how_full_it_is() -> None:
    site = make_site()
    algebra, tom, ann = make_offering(site, capacity=5), staff(), staff("Ann Aide")
    offerings.add_teaching(
        offering_id=algebra.pk, person_id=ann.pk, role=TeachingRole.ASSISTANT, starts_on=SEPTEMBER
    )
    offerings.add_teaching(offering_id=algebra.pk, person_id=tom.pk, starts_on=SEPTEMBER)
    enrol_in(algebra, make_learner())
    enrol_in(algebra, make_learner(), ends_on=date(2026, 10, 1))

    assert offerings_at(site.pk, MONDAY) == (
        OfferingSummary(
            id=algebra.pk, kind=OfferingKind.CLASS, name="Algebra", course="",
            starts_on=SEPTEMBER, ends_on=None, enrolled=1, capacity=5,
            teachers=(
                Teacher(tom.pk, "Tom Teacher", TeachingRole.LEAD),
                Teacher(ann.pk, "Ann Aide", TeachingRole.ASSISTANT),
            ),
        ),
    )  # fmt: skip


def full_site(slug: str, count: int) -> Site:
    site, tom = make_site(slug), staff()
    for number in range(count):
        offering = make_offering(site, f"Batch {number}")
        enrol_in(offering, make_learner())
        offerings.add_teaching(offering_id=offering.pk, person_id=tom.pk, starts_on=SEPTEMBER)
    return site


@pytest.mark.parametrize("count", [1, 3])
def test_a_longer_list_asks_no_more(
    count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    site = full_site("main", count)

    with django_assert_num_queries(2):
        assert len(offerings_at(site.pk, MONDAY)) == count
