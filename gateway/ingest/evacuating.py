"""What kiosks are told of a site's evacuation."""

from gateway.attendance.evacuation import open_alarm, ticks_of
from gateway.timetable.models import Site
from kiosk.protocol.messages import Evacuation, SafePerson
from kiosk.protocol.ticks import standing


def evacuation_of(site: Site) -> Evacuation:
    """Whether the site is being evacuated, with the word that counts of everybody ticked."""
    alarm = open_alarm(site.pk)
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
