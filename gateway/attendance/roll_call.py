"""Who is on site now, and who of them has been found: the roll call as pages show it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from gateway import bulk
from gateway.attendance.evacuation import open_alarm, ticks_of
from gateway.attendance.models import Alarm, PersonDay
from gateway.people.models import Person
from gateway.timetable.models import Site
from gateway.timetable.queries import MOST_IDS, site_roll
from kiosk.protocol.days import school_day
from kiosk.protocol.messages import PersonKind
from kiosk.protocol.movements import Presence
from kiosk.protocol.ticks import roll, safe_people

ORDER = (PersonKind.STUDENT, PersonKind.STAFF, PersonKind.GUARDIAN, PersonKind.VISITOR)


@dataclass(frozen=True, slots=True)
class OnSite:
    """One person on the roll call; `group` is the year group, empty for who has none.

    `since` is the first sign-in of the day, in doubt where `approximate`.
    """

    person_id: int
    name: str
    kind: PersonKind
    group: str
    is_safe: bool
    since: datetime | None
    approximate: bool


@dataclass(frozen=True, slots=True)
class RollCall:
    """Everybody on site, by group and name; `alarm` is None while there is none."""

    alarm: UUID | None
    began_at: datetime | None
    raised_by: str
    people: tuple[OnSite, ...]

    @property
    def to_find(self) -> int:
        """How many are not accounted for."""
        return sum(not each.is_safe for each in self.people)


@dataclass(frozen=True, slots=True)
class AlarmLine:
    """A past alarm, and how many were found; `kiosk` is where a roll call of its own was held."""

    began_at: datetime
    ended_at: datetime | None
    raised_by: str
    ended_by: str
    kiosk: str
    found: int


@dataclass(frozen=True, slots=True)
class _Listed:
    person_id: int
    name: str
    kind: PersonKind
    group: str


@dataclass(frozen=True, slots=True)
class _Seen:
    is_here: bool
    since: datetime | None
    approximate: bool


_UNSEEN = _Seen(is_here=False, since=None, approximate=False)


def roll_call(site: Site, *, now: datetime) -> RollCall:
    """Who is on site now; during an alarm with who is safe, even if they have left since.

    An alarm over midnight goes on with the day it began on.
    """
    alarm = open_alarm(site.pk)
    ticks = ticks_of(alarm.pk) if alarm else ()
    day = school_day(alarm.began_at if alarm else now, zone=site.tz, day_starts=site.day_starts)
    seen = {
        person: _Seen(presence == Presence.SIGNED_IN, since, approximate)
        for person, presence, since, approximate in PersonDay.objects.filter(
            site=site, day=day
        ).values_list("person_id", "presence", "first_in_at", "approximate")
    }
    present = [person for person, each in seen.items() if each.is_here]
    safe = safe_people(ticks)
    wanted = roll(present, ticks)
    listed = _students(site.pk, day, wanted)
    listed += _others(wanted - {each.person_id for each in listed})
    return RollCall(
        alarm=alarm.pk if alarm else None,
        began_at=alarm.began_at if alarm else None,
        raised_by=alarm.raised_by if alarm else "",
        people=tuple(_on_site(each, seen, safe) for each in listed),
    )


def past_alarms(site_id: int, *, most: int) -> tuple[AlarmLine, ...]:
    """The alarms that are over, the latest first, a kiosk's own roll calls among them."""
    rows = Alarm.objects.filter(site_id=site_id).exclude(ended_at=None).select_related("kiosk")
    return tuple(
        AlarmLine(
            began_at=alarm.began_at,
            ended_at=None if alarm.kiosk else alarm.ended_at,
            raised_by=alarm.raised_by,
            ended_by=alarm.ended_by,
            kiosk=alarm.kiosk.name if alarm.kiosk else "",
            found=len(safe_people(ticks_of(alarm.pk))),
        )
        for alarm in rows.order_by("-began_at")[:most]
    )


def _students(site_id: int, day: date, wanted: Collection[int]) -> list[_Listed]:
    return [
        _Listed(each.person_id, each.name, PersonKind.STUDENT, each.year_group)
        for each in site_roll(site_id, day)
        if each.person_id in wanted
    ]


def _others(wanted: Collection[int]) -> list[_Listed]:
    """Who is on no roll of the site, students of elsewhere first."""
    rows = [
        person
        for portion in bulk.portions(sorted(wanted), MOST_IDS)
        for person in Person.objects.filter(pk__in=portion)
    ]
    rows.sort(key=lambda each: (each.family_name, each.given_name, each.pk))
    listed = [_Listed(each.pk, str(each), PersonKind(each.kind), "") for each in rows]
    return sorted(listed, key=lambda each: ORDER.index(each.kind))


def _on_site(who: _Listed, seen: Mapping[int, _Seen], safe: Collection[int]) -> OnSite:
    last = seen.get(who.person_id, _UNSEEN)
    return OnSite(
        person_id=who.person_id,
        name=who.name,
        kind=who.kind,
        group=who.group,
        is_safe=who.person_id in safe,
        since=last.since,
        approximate=last.approximate,
    )
