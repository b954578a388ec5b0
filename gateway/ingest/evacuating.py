"""What kiosks are told of a site's evacuation."""

from collections.abc import Iterator
from datetime import datetime

from pydantic import BaseModel

from gateway.attendance.evacuation import open_alarms, ticks_of
from gateway.attendance.models import Alarm
from gateway.timetable.models import Site
from kiosk.protocol.messages import Evacuation, SafePerson
from kiosk.protocol.ticks import standing
from kiosk.protocol.topics import SiteTopics


def evacuations(now: datetime) -> Iterator[tuple[str, BaseModel]]:  # noqa: ARG001 - as all are asked
    """How every site stands, by the topic its kiosks read that on."""
    alarms = open_alarms()
    for site in Site.objects.all():
        yield SiteTopics(site.slug).evacuation, evacuation_of(site, alarms.get(site.pk))


def evacuation_of(site: Site, alarm: Alarm | None) -> Evacuation:
    """Whether the site is being evacuated, with the word that counts of everybody ticked."""
    if alarm is None:
        return Evacuation(site=site.slug, alarm=None)
    words = sorted(standing(ticks_of(alarm.pk)).values(), key=lambda tick: tick.person)
    return Evacuation(
        site=site.slug,
        alarm=alarm.pk,
        began_at=alarm.began_at,
        safe=tuple(SafePerson(person=t.person, at=t.at) for t in words if t.is_safe),
        unticked=tuple(SafePerson(person=t.person, at=t.at) for t in words if not t.is_safe),
    )
