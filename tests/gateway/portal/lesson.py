"""A class that meets now at the portal's small school."""

from datetime import date, timedelta

from django.contrib.auth.models import User
from django.test import Client

from gateway.attendance.models import Session
from gateway.people.models import Guardianship, Person
from gateway.timetable.models import Offering, OfferingEnrolment
from kiosk.protocol.messages import PersonKind
from tests.gateway.classes import enrol_in, make_offering, make_session
from tests.gateway.factories import make_person
from tests.gateway.portal.school import School

BEGAN = date(2020, 9, 1)


class Lesson:
    """A class of the school's students that began half an hour ago and lasts another one."""

    def __init__(self, school: School, *, profile: str = "coaching", name: str = "Algebra") -> None:
        self.school = school
        self.offering: Offering = make_offering(school.site, name, profile=profile, starts_on=BEGAN)
        self.people = list(Person.objects.filter(pk__in=school.students).order_by("pk"))
        self.enrolments: list[OfferingEnrolment] = [
            enrol_in(self.offering, each, starts_on=BEGAN) for each in self.people
        ]
        self.session: Session = self.meets(0)

    def meets(self, days_ago: int) -> Session:
        """Another session of the class, so many days before."""
        starts_at = self.school.now - timedelta(days=days_ago, minutes=30)
        return make_session(
            self.offering,
            day=self.school.today - timedelta(days=days_ago),
            starts_at=starts_at,
            registers_at=starts_at,
            finishes_at=starts_at + timedelta(hours=1),
        )

    def page(self, rest: str = "") -> str:
        """The address of the session's roll, or of what is done to it."""
        return self.school.page(f"sessions/{self.session.pk}/{rest}")

    def bases(self) -> dict[str, str]:
        """What is held of each who is marked, by given name."""
        rows = self.session.marks.order_by("person__given_name")
        return dict(rows.values_list("person__given_name", "base"))

    def guardian_of(self, place: int) -> Person:
        """Somebody with a login who answers for a student."""
        guardian = Person.objects.get(pk=make_person("Eva Keller", kind=PersonKind.GUARDIAN))
        Person.objects.filter(pk=guardian.pk).update(user=User.objects.create_user("eva"))
        Guardianship.objects.create(guardian=guardian, child=self.people[place])
        return guardian


def told(browser: Client, lesson: Lesson) -> list[str]:
    """What the roll's page says happened just now."""
    page = browser.get(lesson.page())
    return [str(message) for message in page.context["messages"]]
