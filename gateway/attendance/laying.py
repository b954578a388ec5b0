"""Sessions laid ahead from the weekly times of offerings, and kept in step with them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q

from gateway import bulk
from gateway.attendance.laying_rules import (
    ONE_DAY,
    Laying,
    Sketch,
    There,
    numbers_for,
    overlap,
    plan,
    profile_for,
    title_of,
    window_on,
)
from gateway.attendance.meetings import (
    SCHEDULED,
    hold_site,
    is_recorded,
    is_touched,
    members,
    met,
    with_history,
)
from gateway.attendance.models import Session, SessionOffering
from gateway.attendance.policy import Window
from gateway.attendance.scheduling import columns, is_due
from gateway.attendance.services import PORTION, judge_people
from gateway.people import roster
from gateway.timetable.models import Site, Slot
from gateway.timetable.offering_rules import meets_on
from gateway.timetable.queries import calendar_of
from gateway.timetable.rules import Calendar, Span
from gateway.timetable.values import OfferingKind
from kiosk.protocol.days import school_day

DAYS_AHEAD = 14
MOST_AT_ONCE = 200
COLUMNS = (
    "title", "starts_at", "registers_at", "finishes_at", "room", "profile", "overrides",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Laid:
    """How many sessions laying ahead made, changed and took away.

    `left` should not take place by the timetable, but people or words hang on them.
    """

    made: int = 0
    changed: int = 0
    withdrawn: int = 0
    left: int = 0

    def __add__(self, other: "Laid") -> "Laid":
        return Laid(
            self.made + other.made,
            self.changed + other.changed,
            self.withdrawn + other.withdrawn,
            self.left + other.left,
        )


def lay_ahead(*, site_id: int, now: datetime, days: int = DAYS_AHEAD) -> Laid:
    """Lay the site's sessions of today and of the next `days` by its weekly times.

    Doing it again changes nothing; killed half-way, the rest is done the next time. What a
    person moved, cancelled, named or booked is left alone. Raises WrongSite where the
    public holidays are unknown: then nothing is laid.
    """
    site = Site.objects.get(pk=site_id)
    today = school_day(now, zone=site.tz, day_starts=site.day_starts)
    if not _has_any(site, today):
        return Laid()
    calendar = calendar_of(site, Span(today, today + days * ONE_DAY))
    dates = [today + number * ONE_DAY for number in range(days + 1)]
    return sum((_lay(site_id, day, calendar, now) for day in dates), Laid())


def _has_any(site: Site, today: date) -> bool:
    """Whether there are weekly times, or sessions of some that are gone."""
    laid = Session.objects.filter(site=site, planned_on__gte=today)
    return Slot.objects.filter(offering__site=site).exists() or laid.exists()


@transaction.atomic
def _lay(site_id: int, day: date, calendar: Calendar, now: datetime) -> Laid:
    """One date; where something changes on it, nobody is marked meanwhile."""
    site = hold_site(site_id)
    slots = {slot.pk: slot for slot in _meeting(site, day, calendar)}
    wanted = {pk: _sketch(site, day, slot) for pk, slot in slots.items()}
    laying = plan(wanted, _there(site, day, now))
    offerings = _affected(laying, slots)
    people = sorted(members(offerings, day)) if offerings else []
    if people:
        roster.hold(people)
        laying = plan(wanted, _there(site, day, now))
    made = _make(site, day, _free(laying.make, slots, day))
    changed = _change(laying.change)
    Session.objects.filter(pk__in=laying.withdraw).delete()
    _judge([*made, *changed], people, now)
    return Laid(len(made), len(changed), len(laying.withdraw), len(laying.left))


def _judge(sessions: Sequence[Session], person_ids: Sequence[int], now: datetime) -> None:
    """Judge these sessions of one date all together, where there may be taps of it already."""
    if not sessions or not is_due(sessions[0], now=now):
        return
    for portion in bulk.portions(person_ids, PORTION):
        judge_people(session=sessions[0], person_ids=portion, now=now)


def _meeting(site: Site, day: date, calendar: Calendar) -> list[Slot]:
    """The weekly times at which an offering of the site meets on the date."""
    ends = Q(offering__ends_on=None) | Q(offering__ends_on__gte=day)
    slots = Slot.objects.filter(
        ends,
        weekday=day.isoweekday(),
        offering__site=site,
        offering__archived_at=None,
        offering__starts_on__lte=day,
    ).select_related("offering__course")
    return [s for s in slots if meets_on(day, calendar, OfferingKind(s.offering.kind)).is_open]


def _sketch(site: Site, day: date, slot: Slot) -> Sketch:
    taken = [met(slot.offering)]
    return Sketch(
        window_on(day, slot.starts, slot.ends, zone=site.tz, day_starts=site.day_starts),
        title_of(taken, slot.starts),
        slot.room_id or slot.offering.room_id,
        profile_for(taken, site.profile),
        numbers_for(site.overrides, taken, {}),
    )


def _there(site: Site, day: date, now: datetime) -> list[There]:
    """What was laid for the date, wherever it is now."""
    rows = with_history(Session.objects.filter(site=site, planned_on=day)).order_by("pk")
    return [
        There(
            row.pk,
            row.slot_id,
            sketched(row),
            is_open=row.state == SCHEDULED and row.starts_at > now and not row.moved_by,
            is_touched=is_touched(row),
            is_recorded=is_recorded(row),
        )
        for row in rows
    ]


def sketched(session: Session) -> Sketch:
    """The session as it stands."""
    window = Window(session.starts_at, session.finishes_at)
    return Sketch(window, session.title, session.room_id, session.profile, session.overrides)


def _affected(laying: Laying, slots: Mapping[int, Slot]) -> set[int]:
    """The offerings whose sessions are made, changed or taken away."""
    there = (*laying.change, *laying.withdraw)
    if not there:
        return {slots[pk].offering_id for pk in laying.make}
    rows = SessionOffering.objects.filter(session__in=there).values_list("offering_id", flat=True)
    return {slots[pk].offering_id for pk in laying.make} | set(rows)


def _free(
    make: Mapping[int, Sketch], slots: Mapping[int, Slot], day: date
) -> list[tuple[Slot, Sketch]]:
    """Without those whose offering has a session at that time: made or moved there by hand.

    One that was cancelled counts: it was somebody's will that nothing takes place.
    """
    found = SessionOffering.objects.filter(
        offering__in={slots[pk].offering_id for pk in make},
        day__range=(day - ONE_DAY, day + ONE_DAY),
    ).exclude(session__planned_on=day)
    taken: dict[int, list[Window]] = defaultdict(list)
    for row in found.select_related("session") if make else ():
        taken[row.offering_id].append(Window(row.session.starts_at, row.session.finishes_at))
    return [
        (slots[pk], sketch)
        for pk, sketch in make.items()
        if not any(overlap(sketch.window, each) for each in taken[slots[pk].offering_id])
    ]


def _make(site: Site, day: date, free: Sequence[tuple[Slot, Sketch]]) -> list[Session]:
    made = Session.objects.bulk_create(
        Session(
            site=site,
            kind=slot.offering.kind,
            day=day,
            slot=slot,
            planned_on=day,
            **columns(sketch),
        )
        for slot, sketch in free
    )
    SessionOffering.objects.bulk_create(
        SessionOffering(session=session, offering_id=slot.offering_id, day=day)
        for session, (slot, _) in zip(made, free, strict=True)
    )
    return made


def _change(change: Mapping[int, Sketch]) -> list[Session]:
    found = Session.objects.select_related("site").in_bulk(change.keys())
    for pk, sketch in change.items():
        for name, value in columns(sketch).items():
            setattr(found[pk], name, value)
    rows = list(found.values())
    Session.objects.bulk_update(rows, COLUMNS, batch_size=MOST_AT_ONCE)
    return rows
