"""A small school with something of everything a page can show."""

from datetime import UTC, date, datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from gateway.attendance.models import RegistrationPolicy, Session
from gateway.attendance.recording import Heard
from gateway.attendance.services import lay_session, record_tracks
from gateway.fleet.models import Kiosk
from gateway.people.logins import add_login
from gateway.people.values import Role
from gateway.timetable import services as timetable
from gateway.timetable.models import Division, Site, YearGroup
from kiosk.protocol.days import school_day
from kiosk.protocol.messages import Method, Shown, TrackMade
from tests.gateway.factories import make_division, make_site, make_student, make_year_group

PASSWORD: Final = "correct horse battery"
INSTALL = UUID(int=7)
CARD = "04A2B3{:02X}"


def log_in(role: Role = Role.OFFICE) -> Client:
    """A browser of somebody with that role."""
    add_login(username=role.value, password=PASSWORD, role=role)
    browser = Client()
    browser.force_login(User.objects.get(username=role.value))
    return browser


class School:
    """One site that is open today, with a year group, a kiosk and a morning registration.

    The registration began half an hour ago and closed ten minutes ago.
    """

    def __init__(self, slug: str = "hill", *, students: int = 3) -> None:
        self.site: Site = make_site(slug)
        self.now: datetime = timezone.now()
        self.today: date = school_day(self.now, zone=self.site.tz)
        timetable.add_open_day(site_id=self.site.pk, on=self.today, reason="test")
        self.division: Division = make_division(self.site)
        self.year: YearGroup = make_year_group(self.division)
        self.students = [self._enrol(place) for place in range(students)]
        self.kiosk = Kiosk.objects.create(id=f"{slug}-door", site=self.site, name="Front door")
        self.policy = RegistrationPolicy.objects.create(site=self.site, absence_enabled=True)
        self.policy.year_groups.set([self.year])
        self.session: Session = self.open_session()
        self._seq = 0

    def open_session(self) -> Session:
        """The morning registration of today."""
        return lay_session(
            division_id=self.division.pk,
            day=self.today,
            kind="AM",
            starts_at=self.now - timedelta(minutes=30),
            registers_at=self.now - timedelta(minutes=20),
            finishes_at=self.now - timedelta(minutes=10),
            now=self.now,
        )

    def hear_kiosk(self) -> None:
        """The kiosk has been heard just now, and vouches for everything until now."""
        Kiosk.objects.filter(pk=self.kiosk.pk).update(
            online=True, last_heard_at=self.now, heartbeat_at=self.now, clock_trusted=True
        )

    def tap(self, card: str, *, minutes_ago: int = 5, shown: Shown = Shown.SIGNED_IN) -> UUID:
        """Somebody holds a card to the kiosk."""
        self._seq += 1
        made = TrackMade(
            seq=self._seq,
            id=uuid4(),
            made_at=self.now - timedelta(minutes=minutes_ago),
            boot_id=UUID(int=1),
            uptime_ms=1000 * self._seq,
            clock_trusted=True,
            method=Method.CARD,
            credential=card,
            person=None,
            shown=shown,
        )
        record_tracks(heard=[Heard(self.kiosk.pk, self.site.pk, INSTALL, made)], now=timezone.now())
        return made.id

    def page(self, rest: str = "") -> str:
        """The address of one of the site's pages."""
        return f"/s/{self.site.slug}/{rest}"

    def _enrol(self, place: int) -> int:
        names = ("Mia Keller", "Ben Young", "Ada Stone", "Omar Said", "Lea Roth")
        return make_student(
            names[place % len(names)],
            year_group=self.year,
            on=date(2020, 9, 1),
            card=f"{self.site.pk:02X}" + CARD.format(place),
        )

    def card(self, place: int) -> str:
        """The card of a student, by the order of enrolment."""
        return f"{self.site.pk:02X}" + CARD.format(place)


NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
