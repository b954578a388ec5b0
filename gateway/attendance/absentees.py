"""Who is told of an absence, by which channels, and telling them when a session is ended."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from gateway.attendance.models import Session
from gateway.attendance.notices import tell
from gateway.attendance.values import Base
from gateway.people.models import Guardianship, Person


class Channel(StrEnum):
    """A way to reach somebody. What is written in the app is read with a login."""

    APP = "app"


@dataclass(frozen=True, slots=True)
class Reached:
    """One person who would be told of a child's or their own absence, and how that is possible."""

    person_id: int
    name: str
    child_id: int
    channels: tuple[Channel, ...]


def reached(absent: Collection[int]) -> tuple[Reached, ...]:
    """The guardians of each, the first to be told first; the person where there is none."""
    found = (
        Guardianship.objects.filter(child__in=absent)
        .select_related("guardian")
        .order_by("child_id", "rank", "pk")
    )
    by_child = [(row.child_id, row.guardian) for row in found]
    guarded = {child for child, _ in by_child}
    alone = Person.objects.filter(pk__in=set(absent) - guarded).order_by("pk")
    pairs = (*by_child, *((person.pk, person) for person in alone))
    return tuple(Reached(who.pk, str(who), child, _channels(who)) for child, who in pairs)


def tell_absences(
    session: Session, absent: Collection[int], channels: Collection[Channel], *, now: datetime
) -> int:
    """Tell of those who are absent now, and not excused; answers how many notices there are.

    Told again, nobody hears it twice.
    """
    if Channel.APP not in channels:
        return 0
    missing = session.marks.filter(person__in=absent, base=Base.ABSENT.value)
    names = {mark.person_id: str(mark.person) for mark in missing.select_related("person")}
    told = [each for each in reached(names) if Channel.APP in each.channels]
    starts = session.starts_at.astimezone(session.site.tz)
    for each in told:
        text = f"{names[each.child_id]} was absent: {session.title}, {starts:%d.%m.%Y %H:%M}"
        tell({each.person_id: text}, subject=f"absent:{session.pk}:{each.child_id}", now=now)
    return len(told)


def _channels(person: Person) -> tuple[Channel, ...]:
    return () if person.user_id is None else (Channel.APP,)
