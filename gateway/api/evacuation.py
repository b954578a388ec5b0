"""An evacuation for other programs: the roll call, the alarm, ticks."""

from datetime import datetime
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router, Schema, Status

from gateway.api.access import caller
from gateway.api.clock import now
from gateway.api.parameters import AtSite, Id, site_of
from gateway.attendance.errors import NoAlarm
from gateway.attendance.evacuation import end_alarm, open_alarm, raise_alarm, tick
from gateway.attendance.roll_call import OnSite, roll_call
from gateway.timetable.models import Site

router = Router(tags=["evacuation"])


class RollCallOut(Schema):
    """Everybody on site by group and name; `alarm` is null while there is none.

    Who was ticked safe and has signed out since stays on it.
    """

    alarm: UUID | None
    began_at: datetime | None
    raised_by: str
    on_site: int
    to_find: int
    people: list[OnSite]


class Ticked(AtSite):
    """Whether a person was found safe; false takes it back."""

    person_id: Id
    is_safe: bool = True


@router.get("/evacuation", response=RollCallOut)
def get_roll_call(request: HttpRequest, asked: Query[AtSite]) -> RollCallOut:
    """Who is on site now, and during an alarm who has been found."""
    return _roll_call(site_of(asked.site))


@router.post("/evacuation", response={201: RollCallOut})
def post_alarm(request: HttpRequest, asked: AtSite) -> Status[RollCallOut]:
    """Raise the alarm: every kiosk of the site shows the roll call. Raising it again is no harm."""
    site = site_of(asked.site)
    raise_alarm(site_id=site.pk, by=caller(request).name, now=now())
    return Status(201, _roll_call(site))


@router.post("/evacuation/ticks", response={204: None})
def post_tick(request: HttpRequest, asked: Ticked) -> Status[None]:
    """Tick a person, or take it back."""
    site = site_of(asked.site)
    tick(
        site_id=site.pk,
        person_id=asked.person_id,
        is_safe=asked.is_safe,
        by=caller(request).name,
        now=now(),
    )
    return Status(204, None)


@router.post("/evacuation/end", response={204: None})
def post_end(request: HttpRequest, asked: AtSite) -> Status[None]:
    """End the alarm. Raises NoAlarm."""
    alarm = open_alarm(site_of(asked.site).pk)
    if alarm is None:
        raise NoAlarm("there is no alarm to end")
    end_alarm(alarm_id=alarm.pk, by=caller(request).name, now=now())
    return Status(204, None)


def _roll_call(site: Site) -> RollCallOut:
    call = roll_call(site, now=now())
    return RollCallOut(
        alarm=call.alarm,
        began_at=call.began_at,
        raised_by=call.raised_by,
        on_site=len(call.people),
        to_find=call.to_find,
        people=list(call.people),
    )
