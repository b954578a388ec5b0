"""Years of classes behind the demo: offerings, their sessions, and a mark of everybody in each.

Rows are written as they would lie there after those years, trail and all, so that every page,
report and `verify-audit` has something to read.
"""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice

from django.db import connection, transaction

from gateway import bulk
from gateway.attendance.models import Mark as MarkRow, MarkRevision, Session, SessionOffering
from gateway.attendance.saying import CHAINED
from gateway.attendance.settling import chained
from gateway.attendance.values import Author, Base, SessionState, Source
from gateway.timetable.models import (
    Course,
    GradeLevel,
    Offering,
    OfferingEnrolment,
    Site,
    Slot,
    Subject,
    Teaching,
)
from gateway.timetable.values import OfferingKind, Standing

SUBJECTS = ("Mathematics", "English", "Physics", "Chemistry", "Biology", "Music")
LEVELS = ("Grade 5", "Grade 6", "Grade 7", "Grade 8", "Grade 9")
WEEKDAYS = 5
MEETINGS_A_WEEK = 2
SIZE = 14
"""Students of a class."""
FIRST, LAST = time(14), time(20)
LENGTH = timedelta(minutes=60)
PROFILE = "tuition"

_MARK = (
    "session", "person", "base", "late_minutes", "left_early_minutes", "partial", "reason", "note",
    "arrived_at", "why", "author", "excuse", "made_at", "chain",
)  # fmt: skip
_SESSION = (
    "site", "kind", "day", "title", "title_given", "starts_at", "registers_at", "finishes_at",
    "slot", "planned_on", "profile", "overrides", "own_overrides", "state", "completed_at",
    "completed_by", "reopened_by", "reopened_because", "cancelled_by", "cancelled_because",
    "submitted_at", "submitted_by", "unlocked_by", "unlocked_because", "external_id",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Size:
    """How much lies behind the demo."""

    sessions_a_day: int
    marks: int


LARGE = Size(sessions_a_day=300, marks=4_000_000)


@dataclass(frozen=True, slots=True)
class _Class:
    """An offering with its slots and those who belong to it."""

    offering: Offering
    slots: tuple[Slot, ...]
    people: tuple[int, ...]


def lay_out(
    site: Site,
    *,
    students: Sequence[int],
    teachers: Sequence[int],
    size: Size,
    today: date,
    tell: Callable[[int], None] = lambda _: None,
) -> int:
    """Give the site its classes and their history up to yesterday; answers how many marks.

    `tell` hears of marks as they are written. Weekdays alone are taught, without holidays.
    """
    days = list(islice(_weekdays_before(today), _days_needed(size)))
    classes = _classes(site, students, teachers, size, first=days[-1])
    written = 0
    for day in reversed(days):
        written += _taught(site, day, classes)
        tell(written)
    return written


def _days_needed(size: Size) -> int:
    return -(-size.marks // (size.sessions_a_day * SIZE))


def _weekdays_before(today: date) -> Iterator[date]:
    day = today
    while True:
        day -= timedelta(days=1)
        if day.isoweekday() <= WEEKDAYS:
            yield day


def _classes(
    site: Site, students: Sequence[int], teachers: Sequence[int], size: Size, *, first: date
) -> tuple[_Class, ...]:
    """Each meets twice a week, so that each weekday has as many sessions as asked for."""
    courses = _courses()
    number = size.sessions_a_day * WEEKDAYS // MEETINGS_A_WEEK
    return tuple(
        _class(
            place,
            site=site,
            course=courses[place % len(courses)],
            teacher=teachers[place % len(teachers)],
            people=tuple({students[(place * SIZE + n) % len(students)] for n in range(SIZE)}),
            first=first,
        )
        for place in range(number)
    )


def _courses() -> list[Course]:
    levels = [GradeLevel.objects.create(name=n, position=p) for p, n in enumerate(LEVELS)]
    subjects = [Subject.objects.create(name=name) for name in SUBJECTS]
    return [
        Course.objects.create(
            name=f"{subject} {level}", tag=level.name, subject=subject, grade_level=level
        )
        for level in levels
        for subject in subjects
    ]


def _class(
    place: int, *, course: Course, teacher: int, people: tuple[int, ...], first: date, site: Site
) -> _Class:
    offering = Offering.objects.create(
        site=site,
        kind=OfferingKind.CLASS.value,
        name=f"{course.name} · {place + 1}",
        course=course,
        starts_on=first,
        profile=PROFILE,
    )
    Teaching.objects.create(offering=offering, person_id=teacher, starts_on=first)
    rows = [(offering.pk, person, Standing.ACTIVE.value, first, "") for person in people]
    columns = ("offering", "person", "standing", "starts_on", "ended_as")
    bulk.insert(OfferingEnrolment, columns, rows)
    return _Class(offering, _slots(offering, place), people)


def _slots(offering: Offering, place: int) -> tuple[Slot, ...]:
    hours = LAST.hour - FIRST.hour
    starts = time(FIRST.hour + place // WEEKDAYS % hours)
    ends = (datetime.combine(date.min, starts) + LENGTH).time()
    weekdays = (place % WEEKDAYS + 1, (place + 2) % WEEKDAYS + 1)
    return tuple(
        Slot.objects.create(offering=offering, weekday=weekday, starts=starts, ends=ends)
        for weekday in weekdays
    )


@transaction.atomic
def _taught(site: Site, day: date, classes: Sequence[_Class]) -> int:
    """One day's sessions, each completed and submitted; answers how many marks they have."""
    met = [
        (each, slot) for each in classes for slot in each.slots if slot.weekday == day.isoweekday()
    ]
    rows = [_session(site, day, each, slot) for each, slot in met]
    ids = [int(row[0]) for row in bulk.insert(Session, _SESSION, rows, returning="id")]
    meets = [(pk, each.offering.pk, day) for pk, (each, _) in zip(ids, met, strict=True)]
    bulk.insert(SessionOffering, ("session", "offering", "day"), meets)
    chance = random.Random(day.toordinal())  # noqa: S311 - a school's luck, no secret
    marks = [
        _marked(pk, person, _instant(site, day, slot.starts), chance)
        for pk, (each, slot) in zip(ids, met, strict=True)
        for person in each.people
    ]
    bulk.insert(MarkRevision, (*CHAINED, "chain"), [trail for trail, _ in marks])
    bulk.insert(MarkRow, _MARK, [mark for _, mark in marks])
    return len(marks)


def _session(site: Site, day: date, met: _Class, slot: Slot) -> tuple[object, ...]:
    starts, ends = (_instant(site, day, clock) for clock in (slot.starts, slot.ends))
    return (
        site.pk, OfferingKind.CLASS.value, day, met.offering.name, False, starts, starts, ends,
        slot.pk, day, PROFILE, "{}", "{}", SessionState.COMPLETED.value, ends, "", "", "", "", "",
        ends, "demo", "", "", "",
    )  # fmt: skip


def _instant(site: Site, day: date, clock: time) -> datetime:
    return datetime.combine(day, clock, tzinfo=site.tz)


def _marked(
    session: int, person: int, starts: datetime, chance: random.Random
) -> tuple[tuple[object, ...], tuple[object, ...]]:
    """The one line of a mark's trail, and the mark itself."""
    base, late, why = _fate(chance)
    author = Author.RULE.value
    trail = (
        session, person, base.value, late, None, False, "", None, None, why, Base.PENDING.value,
        author, "", Source.TAPS.value, None, None, starts,
    )  # fmt: skip
    end = chained("", trail)
    mark = (
        session, person, base.value, late, None, False, "", "", None, why, author, None, starts,
        end,
    )  # fmt: skip
    return (*trail, end), mark


def _fate(chance: random.Random) -> tuple[Base, int | None, str]:
    luck = chance.random()
    if luck < 0.88:
        return Base.PRESENT, None, "in time"
    if luck < 0.94:
        minutes = chance.randint(11, 29)
        return Base.PRESENT, minutes, f"{minutes - 10} min after grace"
    if luck < 0.98:
        return Base.ABSENT, None, "nothing was said of them when the roll was closed"
    return Base.EXCUSED, None, "excused"


def hurry() -> None:
    """What is written can be made again: let the store not wait for the disk at every row."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA synchronous=OFF")
            cursor.execute("PRAGMA cache_size=-400000")
