"""An evacuation: the alarm is raised, people are ticked safe from pages and kiosks, it ends.

A tick may come late, twice, and from a kiosk that was cut off: the roll call is folded anew
from all of them.
"""

from datetime import datetime
from uuid import UUID

import structlog
from django.db import transaction
from uuid_utils.compat import uuid7

from gateway.attendance.errors import NoAlarm, UnknownOnRoll
from gateway.attendance.models import Alarm, Tick as TickRow
from gateway.fleet.models import Kiosk
from gateway.people.models import Person
from gateway.timetable.models import Site
from kiosk.protocol.remarks import MarkedSafe
from kiosk.protocol.ticks import Tick, next_instant, standing

log = structlog.get_logger()


def open_alarm(site_id: int) -> Alarm | None:
    """The site's alarm while it is on."""
    return Alarm.objects.filter(site_id=site_id, ended_at=None).first()


def open_alarms() -> dict[int, Alarm]:
    """The alarms that are on, by site."""
    return {alarm.site_id: alarm for alarm in Alarm.objects.filter(ended_at=None)}


def ticks_of(alarm_id: UUID) -> tuple[Tick, ...]:
    """Every word there is, in no order."""
    rows = TickRow.objects.filter(alarm_id=alarm_id)
    return tuple(Tick(*row) for row in rows.values_list("person_id", "at", "is_safe"))


@transaction.atomic
def raise_alarm(*, site_id: int, by: str, now: datetime) -> UUID:
    """Turn every kiosk of the site into its roll call; while one is on, that one is answered."""
    _lock(site_id)
    standing_one = open_alarm(site_id)
    if standing_one is not None:
        return standing_one.pk
    alarm = Alarm.objects.create(id=uuid7(), site_id=site_id, began_at=now, raised_by=by)
    log.warning("alarm_raised", site=site_id, alarm=str(alarm.pk))
    return alarm.pk


@transaction.atomic
def end_alarm(*, alarm_id: UUID, by: str, now: datetime) -> None:
    """Let the kiosks return to their work; one that has ended stays as it ended."""
    ended = Alarm.objects.filter(pk=alarm_id, ended_at=None).update(ended_at=now, ended_by=by)
    if ended:
        log.warning("alarm_ended", alarm=str(alarm_id))


@transaction.atomic
def tick(*, site_id: int, person_id: int, is_safe: bool, by: str, now: datetime) -> None:
    """Tick a person, or untick them; it counts over every earlier word.

    Raises NoAlarm, UnknownOnRoll.
    """
    _lock(site_id)
    alarm = open_alarm(site_id)
    if alarm is None:
        raise NoAlarm("there is no alarm: raise it first")
    _refuse_unknown(person_id)
    rows = alarm.ticks.filter(person_id=person_id).values_list("person_id", "at", "is_safe")
    last = standing(Tick(*row) for row in rows).get(person_id)
    if last is not None and last.is_safe == is_safe:
        return
    TickRow.objects.create(
        id=uuid7(), alarm=alarm, person_id=person_id, is_safe=is_safe,
        at=next_instant(now, last), by=by, heard_at=now,
    )  # fmt: skip


@transaction.atomic
def hear_tick(*, kiosk: Kiosk, said: MarkedSafe, now: datetime) -> None:
    """Keep a tick made at a kiosk; hearing it again changes nothing.

    A roll call that was begun at a kiosk, of which no page knows, is kept as a record. Raises
    UnknownOnRoll.
    """
    _refuse_unknown(said.person)
    _lock(kiosk.site_id)
    alarm = _alarm_of(kiosk, said)
    told = {
        "alarm": alarm, "person_id": said.person, "is_safe": said.is_safe, "at": said.at,
        "kiosk": kiosk, "heard_at": now,
    }  # fmt: skip
    TickRow.objects.get_or_create(id=said.id, defaults=told)


def _alarm_of(kiosk: Kiosk, said: MarkedSafe) -> Alarm:
    """The alarm the tick names, or a record of its own. Raises UnknownOnRoll for a foreign one."""
    told = {"site_id": kiosk.site_id, "kiosk": kiosk, "began_at": said.at, "ended_at": said.at}
    alarm, _ = Alarm.objects.get_or_create(id=said.alarm, defaults=told)
    if alarm.site_id != kiosk.site_id:
        raise UnknownOnRoll(f"the alarm {said.alarm} is of another site")
    return alarm


def _refuse_unknown(person_id: int) -> None:
    if not Person.objects.filter(pk=person_id).exists():
        raise UnknownOnRoll(f"there is no person {person_id}")


def _lock(site_id: int) -> None:
    """One at a time: two phones may tick the same person at the same moment."""
    Site.objects.select_for_update(no_key=True).get(pk=site_id)
