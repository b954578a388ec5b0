"""Who belongs to an offering, with the rolls that follow from it judged anew.

What `gateway.timetable.belonging` changes, said of somebody whose taps are known already.
"""

from datetime import date, datetime, timedelta

from django.db import transaction

from gateway.attendance.folding import sightings_of
from gateway.attendance.judging import judge_days
from gateway.attendance.leaving import take_back
from gateway.attendance.meetings import CANCELLED
from gateway.attendance.models import Session
from gateway.attendance.rules import fold
from gateway.timetable import belonging
from gateway.timetable.models import Offering
from gateway.timetable.values import EndedAs, Standing
from kiosk.protocol.days import school_day


@transaction.atomic
def enrol(
    *,
    offering_id: int,
    person_id: int,
    on: date,
    now: datetime,
    standing: Standing = Standing.ACTIVE,
    until: date | None = None,
) -> None:
    """As `belonging.enrol`; taps since `on` count for the offering's sessions."""
    belonging.enrol(
        offering_id=offering_id, person_id=person_id, on=on, standing=standing, until=until
    )
    rejudge(offering_id=offering_id, person_id=person_id, since=on, now=now)


@transaction.atomic
def change_standing(
    *, offering_id: int, person_id: int, on: date, standing: Standing, now: datetime
) -> None:
    """As `belonging.change_standing`; rolls since `on` say so."""
    belonging.change_standing(
        offering_id=offering_id, person_id=person_id, on=on, standing=standing
    )
    rejudge(offering_id=offering_id, person_id=person_id, since=on, now=now)


@transaction.atomic
def end(*, offering_id: int, person_id: int, last_day: date, how: EndedAs, now: datetime) -> None:
    """As `belonging.end`; marks of later dates stay, beside a name that is subdued.

    At sessions that are still to come nothing stands that the rules said.
    """
    belonging.end(offering_id=offering_id, person_id=person_id, last_day=last_day, how=how)
    _leave(offering_id, person_id, last_day, now)


@transaction.atomic
def transfer(*, offering_id: int, person_id: int, to: int, on: date, now: datetime) -> None:
    """As `belonging.transfer`; taps since `on` count for the sessions of the other offering.

    At those of the former that are still to come nothing stands that the rules said.
    """
    belonging.transfer(offering_id=offering_id, person_id=person_id, to=to, on=on)
    _leave(offering_id, person_id, on, now)
    rejudge(offering_id=to, person_id=person_id, since=on, now=now)


def _leave(offering_id: int, person_id: int, since: date, now: datetime) -> None:
    to_come = Session.objects.filter(
        meets__offering=offering_id, day__gte=since, starts_at__gt=now, marks__person=person_id
    )
    for session in to_come.exclude(state=CANCELLED).order_by("starts_at", "pk"):
        take_back(session, [person_id], now=now)


def rejudge(*, offering_id: int, person_id: int, since: date, now: datetime) -> None:
    """Judge one person's days since a date on which the offering met, from the taps there are.

    The person must be locked by the caller.
    """
    site = Offering.objects.select_related("site").get(pk=offering_id).site
    today = school_day(now, zone=site.tz, day_starts=site.day_starts)
    met = Session.objects.filter(
        meets__offering=offering_id, day__gte=since, day__lte=today
    ).exclude(state=CANCELLED)
    window = timedelta(seconds=site.repeat_window_s)
    for day in met.order_by("day").values_list("day", flat=True).distinct():
        seen = sightings_of(site.pk, day, [person_id]).get(person_id, ())
        judge_days(site, day, {person_id: fold(seen, repeat_window=window)}, now=now)
