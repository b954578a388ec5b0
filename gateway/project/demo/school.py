"""Fills an empty store with the demo school: what the ERP does not know of it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

from gateway.attendance.policies import PolicyDetails, policy_details, set_policy
from gateway.erp import sync
from gateway.erp.ports import Erp
from gateway.fleet.options import Options, set_door_options
from gateway.fleet.services import add_kiosk
from gateway.people import badges, logins
from gateway.people.models import Person
from gateway.people.pins import set_pin
from gateway.people.services import set_credentials, upsert_people
from gateway.people.values import Given, PersonDetails, Role
from gateway.project.demo import history
from gateway.project.demo.plan import DOORS, Door, Hours
from gateway.timetable import services as timetable
from gateway.timetable.models import Site, YearGroup
from kiosk.protocol.messages import Method, PersonKind

PASSWORDS = {Role.OFFICE: "office-demo", Role.ADMIN: "admin-demo"}
STAFF = (
    "Ada Okafor", "Ben Hughes", "Clara Weiss", "Dilip Rao", "Emma Novak", "Farid Haddad",
    "Grace Osei", "Hugo Blanc", "Ines Costa", "Jon Berg", "Kira Sato", "Leo Marin",
)  # fmt: skip
EVERY_MINUTE = "* * * * *"
BADGES = 120
"""Students who have a badge: those whose names come first, as in the trays."""
PIN = "271828"
SWITCHED_ON = Options(
    ask_late_reason=True, fallback_pin=True, fallback_names=True, photo_on=True, photo_days=1
)


def found_sites(hours: Hours) -> tuple[Site, ...]:
    """The sites with their divisions and a calendar in which today is a school day."""
    return tuple(_found_site(door, hours) for door in DOORS)


def bring_people(sites: tuple[Site, ...], *, erp: Erp, now: datetime) -> int:
    """Students from the ERP, staff by hand, a card for everyone; how many they are."""
    sync.sync_students(site_id=sites[0].pk, erp=erp, now=now)
    sync.sync_codes(site_id=sites[0].pk, erp=erp, now=now)
    upsert_people([_staff(number, name) for number, name in enumerate(STAFF, start=1)])
    everyone = list(Person.objects.order_by("pk").values_list("pk", flat=True))
    set_credentials([Given(person, Method.CARD, card_of(person)) for person in everyone])
    return len(everyone)


def bring_periods(sites: tuple[Site, ...], *, erp: Erp, now: datetime) -> None:
    """Policies, and today's registration from the ERP."""
    for site in sites:
        set_policy(site_id=site.pk, policy=_policy(site))
        sync.sync_periods(site_id=site.pk, erp=erp, now=now)


def hang_kiosks(passwords: dict[str, str]) -> None:
    """Make the kiosks known, each with its password at the broker."""
    for door in DOORS:
        site = Site.objects.get(slug=door.site)
        add_kiosk(
            kiosk_id=door.kiosk, site_id=site.pk, name=door.name, password=passwords[door.kiosk]
        )


def switch_on(sites: tuple[Site, ...]) -> None:
    """What is off elsewhere until somebody wants it: here it is there to be tried."""
    for site in sites:
        set_door_options(site_id=site.pk, options=SWITCHED_ON)


def give_badges(*, now: datetime) -> dict[str, str]:
    """Badges for some students: what their codes say, by the numbers of their cards."""
    rows = Person.objects.filter(kind=PersonKind.STUDENT.value).order_by("given_name", "pk")
    people = list(rows.values_list("pk", flat=True)[:BADGES])
    terms = badges.Terms(expires_at=now + badges.VALID_FOR, by="demo", now=now)
    held = badges.printed_badges(people, terms)
    return {card_of(person): badges.token_of(badge, now=now) for person, badge in held.items()}


def give_pin() -> None:
    """A PIN for the first of the staff."""
    first = Person.objects.filter(kind=PersonKind.STAFF.value).order_by("pk")[0]
    set_pin(person_id=first.pk, pin=PIN)


def add_logins() -> None:
    """One login a role."""
    for role, password in PASSWORDS.items():
        logins.add_login(username=role.value, password=password, role=role)


def add_classes(*, size: history.Size, today: date, tell: Callable[[int], None]) -> int:
    """Years of classes at the first site; answers how many marks they have."""
    site = Site.objects.order_by("pk")[0]
    history.hurry()
    return history.lay_out(
        site,
        students=_ids(PersonKind.STUDENT),
        teachers=_ids(PersonKind.STAFF),
        size=size,
        today=today,
        tell=tell,
    )


def _ids(kind: PersonKind) -> list[int]:
    return list(Person.objects.filter(kind=kind.value).order_by("pk").values_list("pk", flat=True))


def card_of(person_id: int) -> str:
    """The number of a demo card: seven bytes, as most cards of today have."""
    return f"04A1{person_id:010X}"


def student_cards() -> list[tuple[str, str]]:
    """The site and card of every student."""
    rows = Person.objects.filter(kind=PersonKind.STUDENT.value, enrolments__ends_on=None)
    places = rows.order_by("pk").values_list("pk", "enrolments__year_group__division__site__slug")
    return [(site, card_of(person)) for person, site in places]


def write_example_cards(path: Path) -> None:
    """A file of cards as `import cards` reads it."""
    rows = Person.objects.exclude(external_id=None).order_by("pk")
    lines = [f"{person.external_id},{card_of(person.pk)}" for person in rows]
    path.write_text("\n".join(["external_id,card", *lines, ""]), encoding="utf-8")


def _found_site(door: Door, hours: Hours) -> Site:
    today = hours.am.date()
    site = timetable.add_site(slug=door.site, name=door.site_name, zone=hours.zone.key)
    timetable.upsert_division(site_id=site.pk, name=door.division_name, external_id=door.division)
    timetable.add_term(
        site_id=site.pk,
        name="Demo term",
        starts_on=today - timedelta(days=30),
        ends_on=today + timedelta(days=60),
    )
    timetable.add_open_day(site_id=site.pk, reason="the demo is always open", on=today)
    return site


def _staff(number: int, name: str) -> PersonDetails:
    given, family = name.split()
    return PersonDetails(PersonKind.STAFF, given, family, external_id=f"T{number:03d}")


def _policy(site: Site) -> PolicyDetails:
    groups = YearGroup.objects.filter(division__site=site).values_list("pk", flat=True)
    return replace(
        policy_details(site.pk),
        erp_enabled=True,
        absence_enabled=True,
        cron=EVERY_MINUTE,
        year_groups=tuple(groups),
    )
