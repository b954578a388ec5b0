"""A small school with kiosks, and what its kiosks say, for tests that tell a morning."""

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import uuid_utils.compat as uuids

from gateway.attendance import marking
from gateway.attendance.marking import Actor, Wanted
from gateway.attendance.models import RegistrationPolicy, Session
from gateway.attendance.services import lay_session
from gateway.attendance.values import Mark
from gateway.fleet.models import Kiosk
from gateway.people.models import Person
from gateway.people.services import set_credential
from gateway.people.values import Role
from gateway.timetable.models import Site, YearGroup
from kiosk.protocol.messages import Heartbeat, Method, Shown, TrackMade
from tests.gateway.factories import make_division, make_site, make_student, make_year_group

MONDAY = date(2026, 11, 23)
LONDON = ZoneInfo("Europe/London")
BOOT = UUID(int=7)


def at(clock: str, day: date = MONDAY) -> datetime:
    """An instant of the school's Monday by the clock on its wall."""
    return datetime.combine(day, time.fromisoformat(clock), tzinfo=LONDON).astimezone(UTC)


@dataclass
class Door:
    """A kiosk that numbers what it sees."""

    id: str
    install: UUID = field(default_factory=uuid4)
    seq: int = 0

    def sees(
        self,
        person: Person | None,
        clock: str,
        *,
        shown: Shown = Shown.SIGNED_IN,
        card: str = "",
        trusted: bool = True,
        day: date = MONDAY,
        uptime: timedelta = timedelta(hours=1),
        boot: UUID = BOOT,
    ) -> TrackMade:
        self.seq += 1
        return TrackMade(
            seq=self.seq,
            id=uuids.uuid7(),
            made_at=at(clock, day),
            boot_id=boot,
            uptime_ms=int(uptime / timedelta(milliseconds=1)),
            clock_trusted=trusted,
            method=Method.CARD,
            credential=card or card_of(person),
            person=person.pk if person else None,
            shown=shown,
        )

    def beats(self, clock: str, *, trusted: bool = True, day: date = MONDAY) -> Heartbeat:
        return Heartbeat(
            kiosk=self.id,
            install=self.install,
            sent_at=at(clock, day),
            boot_id=BOOT,
            uptime_ms=1,
            clock_trusted=trusted,
            first_seq=min(1, self.seq),
            last_seq=self.seq,
            queue=0,
            roster_version=0,
            heard_upto=None,
            caught_up=False,
            software="test",
            disk_free_mb=1000,
        )


OFFICE = Actor("office", frozenset({Role.OFFICE}))


def mark_by_hand(
    *, session_id: int, person_id: int, mark: Mark, by: str, now: datetime, why: str = ""
) -> None:
    """One mark by somebody of the office."""
    actor = replace(OFFICE, name=by)
    marking.mark(
        session_id=session_id, wanted=[Wanted(person_id, mark)], by=actor, now=now, why=why
    )


def card_of(person: Person | None) -> str:
    return f"{(person.pk if person else 0):08X}"


def make_kiosk(site: Site, name: str = "gate") -> Door:
    Kiosk.objects.create(id=name, site=site, name=name.capitalize())
    return Door(name)


def make_pupils(group: YearGroup, count: int) -> list[Person]:
    """Students of the group, each with a card."""
    ids = [make_student(year_group=group) for _ in range(count)]
    pupils = list(Person.objects.filter(pk__in=ids).order_by("pk"))
    for pupil in pupils:
        set_credential(person_id=pupil.pk, method=Method.CARD, value=card_of(pupil))
    return pupils


@dataclass
class School:
    """One site with one division, a year group, an AM period and a policy."""

    site: Site
    group: YearGroup
    session: Session
    policy: RegistrationPolicy

    def pupils(self, count: int) -> list[Person]:
        return make_pupils(self.group, count)

    def kiosk(self, name: str = "gate") -> Door:
        return make_kiosk(self.site, name)


def make_school(*, erp: bool = True, absence: bool = True) -> School:
    """AM registration of Monday runs 08:00, 08:10, 08:30."""
    site = make_site()
    division = make_division(site)
    group = make_year_group(division)
    policy = RegistrationPolicy.objects.create(site=site, erp_enabled=erp, absence_enabled=absence)
    policy.year_groups.add(group)
    session = lay_session(
        division_id=division.pk,
        day=MONDAY,
        kind="AM",
        starts_at=at("08:00"),
        registers_at=at("08:10"),
        finishes_at=at("08:30"),
        external_id="22947",
        now=at("06:00"),
    )
    return School(site, group, session, policy)
