"""A small school with something of everything a page can show."""

from datetime import UTC, date, datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

from django.contrib.auth.models import User
from django.db import transaction
from django.test import Client
from django.utils import timezone

from gateway.attendance import absence
from gateway.attendance.events import MarkChanged
from gateway.attendance.models import AbsenceHold, RegistrationPolicy, Session
from gateway.attendance.recording import Heard
from gateway.attendance.services import lay_session, record_tracks
from gateway.erp.models import Code, Registration
from gateway.fleet.models import Kiosk
from gateway.ingest.models import SetAside
from gateway.outbox.models import Delivery
from gateway.outbox.services import Promise, queue
from gateway.people import services as people
from gateway.people.logins import add_login
from gateway.people.values import Role
from gateway.timetable import services as timetable
from gateway.timetable.models import Division, Site, YearGroup
from kiosk.protocol.days import school_day
from kiosk.protocol.messages import Method, PersonKind, Shown, TrackMade
from tests.gateway.factories import (
    make_division,
    make_person,
    make_site,
    make_student,
    make_year_group,
)

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
        self.now: datetime = timezone.now()
        self.site: Site = _at_noon(make_site(slug), self.now)
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
        family = ("Keller", "Young", "Stone", "Said", "Roth")[place // 5 % 5]
        return make_student(
            f"{('Mia', 'Ben', 'Ada', 'Omar', 'Lea')[place % 5]} {family}",
            year_group=self.year,
            on=date(2020, 9, 1),
            card=f"{self.site.pk:04X}" + CARD.format(place),
        )

    def card(self, place: int) -> str:
        """The card of a student, by the order of enrolment."""
        return f"{self.site.pk:04X}" + CARD.format(place)


def _at_noon(site: Site, now: datetime) -> Site:
    """Move the site to where it is about noon, so that no test runs over midnight."""
    site.zone = f"Etc/GMT{now.astimezone(UTC).hour - 12:+d}"
    site.save()
    return site


def busy_school() -> School:
    """A bad morning: late students, a hold, one of everything that needs someone."""
    school = School("hill", students=12)
    make_site("valley")
    make_staff(school)
    enable_erp(school)
    for place in range(6):
        school.tap(school.card(place), minutes_ago=29 - 4 * place)
    school.tap(school.card(0), minutes_ago=2, shown=Shown.SIGNED_IN)
    school.tap("04DEADBEEF0001", shown=Shown.UNKNOWN)
    hold_absence(school)
    park_delivery(school, because="the ERP refused: unknown code")
    put_aside(school, reason="tracks.0.seq: Input should be greater than 0")
    list_for_correction(school)
    return school


def enable_erp(school: School) -> None:
    """The site's marks go to an ERP, which makes lateness count."""
    RegistrationPolicy.objects.update(erp_enabled=True)
    Session.objects.update(external_id="301")
    Code.objects.create(kind="absence", external_id="9", code="O", name="Unexplained absence")


def make_staff(school: School) -> None:
    """A teacher who taps too."""
    teacher = make_person("Ruth Osei", kind=PersonKind.STAFF)
    people.set_credential(person_id=teacher, method=Method.CARD, value="04F0F0F0")
    school.tap("04F0F0F0", minutes_ago=40)


def hold_absence(school: School) -> AbsenceHold:
    """Automatic absence fires and waits, because the kiosk was not heard."""
    absence.run(site_id=school.site.pk, codes=lambda: frozenset({"O"}), now=school.now)
    return AbsenceHold.objects.earliest("pk")


def park_delivery(school: School, *, because: str) -> Delivery:
    """A promise to the ERP that was refused."""
    event = MarkChanged(school.session.pk, school.students[0], "absent", None, "")
    with transaction.atomic():
        queue([Promise("erp", event.subject, event.lane, event.to_json())], now=school.now)
    Delivery.objects.filter(subject=event.subject).update(
        state=Delivery.State.SET_ASIDE, because=because, attempts=1
    )
    return Delivery.objects.get(subject=event.subject)


def put_aside(school: School, *, reason: str) -> SetAside:
    """A message that could not be used."""
    return SetAside.objects.create(
        fingerprint=reason[:64],
        topic=f"muster/v1/kiosk/{school.kiosk.pk}/up/tracks",
        payload=b'{"v": 1, "tracks": [{"seq": 0}]}',
        reason=reason,
        kiosk=school.kiosk.pk,
        received_at=school.now,
    )


def list_for_correction(school: School) -> Registration:
    """An entry only the ERP's own staff can put right."""
    return Registration.objects.create(
        session=school.session,
        person_id=school.students[1],
        state=Registration.State.CORRECT_IN_ERP,
        because="signed in 25 min late after the absence was sent",
        at=school.now,
    )
