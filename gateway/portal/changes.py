"""A cheap answer to "has anything changed that a page of this site shows?"."""

import hashlib
from datetime import datetime, timedelta

from django.db.models import Count, Max, Q

from gateway.attendance.models import (
    AbsenceHold,
    AbsenceRun,
    Alarm,
    Difference,
    MarkRevision,
    Session as AttendanceSession,
    Tick,
    Track,
)
from gateway.erp.models import Registration, Sync
from gateway.faces.models import Face, FaceNote
from gateway.fleet.models import DoorEnrolment, Kiosk
from gateway.ingest.models import SetAside
from gateway.outbox.models import Delivery
from gateway.people.queries import roster_version
from gateway.timetable.models import Site

RECENT = timedelta(days=2)
"""How far back holds, runs and differences are looked at; older ones hardly change."""

LATELY = timedelta(minutes=10)
"""For how long after its end a card's enrolment is still looked at."""


def tokens(now: datetime) -> dict[str, str]:
    """One word a site, which is another as soon as one of its pages would look different.

    It also changes with the minute: kiosks fall silent and sessions begin without a write.
    """
    everywhere = _everywhere(now)
    sites = Site.objects.values_list("pk", "slug")
    return {slug: _word(*everywhere, *_of_site(pk, now)) for pk, slug in sites}


def _everywhere(now: datetime) -> tuple[object, ...]:
    aside = SetAside.objects.aggregate(last=Max("pk"), seen=Max("settled_at"))
    deliveries = Delivery.objects.exclude(state=Delivery.State.DELIVERED).aggregate(
        open=Count("pk"),
        parked=Count("pk", filter=Q(state=Delivery.State.SET_ASIDE)),
        delayed=Count("pk", filter=Q(attempts__gt=0)),
    )
    revision = MarkRevision.objects.order_by("-pk").values_list("pk", flat=True).first()
    return (f"{now:%H:%M}", aside, deliveries, revision, roster_version())


def _of_site(site_id: int, now: datetime) -> tuple[object, ...]:
    since = now - RECENT
    tracks = Track.objects.filter(site_id=site_id).order_by("-changed_at")
    recent = Q(session__site_id=site_id, session__day__gte=since.date())
    return (
        tracks.values_list("changed_at", flat=True).first(),
        list(
            Kiosk.objects.filter(site_id=site_id)
            .order_by("pk")
            .values_list(
                "pk", "online", "in_service", "queue", "clock_trusted", "software", "devices_away"
            )
        ),
        list(
            AttendanceSession.objects.filter(site_id=site_id, day__gte=since.date())
            .order_by("pk")
            .values_list(
                "pk", "state", "starts_at", "finishes_at", "submitted_at", "unlocked_until"
            )
        ),
        AbsenceHold.objects.filter(recent).aggregate(
            last=Max("pk"), released=Max("released_at"), cleared=Max("cleared_at"), n=Count("pk")
        ),
        AbsenceRun.objects.filter(recent).aggregate(fired=Max("fired_at"), done=Max("finished_at")),
        Difference.objects.filter(site_id=site_id, day__gte=since.date()).aggregate(
            n=Count("pk"), seen=Max("seen_at")
        ),
        Registration.objects.filter(
            session__site_id=site_id, state=Registration.State.CORRECT_IN_ERP
        ).aggregate(n=Count("pk"), last=Max("at")),
        _enrolments(site_id, now),
        _faces(site_id, now),
        _alarm(site_id),
        list(Sync.objects.filter(site_id=site_id).order_by("pk").values_list("pk", "ok")),
    )


def _alarm(site_id: int) -> tuple[object, ...]:
    """Which alarm is on, how often somebody was ticked in it, and how many are over."""
    alarms = Alarm.objects.filter(site_id=site_id)
    on = alarms.filter(ended_at=None).values_list("pk", flat=True).first()
    return (on, Tick.objects.filter(alarm=on).count(), alarms.count())


def _enrolments(site_id: int, now: datetime) -> list[tuple[object, ...]]:
    """How the cards stand that kiosks were asked for; without a write one may be over."""
    rows = DoorEnrolment.objects.filter(kiosk__site_id=site_id, until__gt=now - LATELY)
    told = rows.order_by("pk").values_list("pk", "outcome", "why", "until")
    return [(pk, outcome, why, until > now) for pk, outcome, why, until in told]


def _faces(site_id: int, now: datetime) -> tuple[object, ...]:
    """Faces that were measured or wiped, and looks at who showed somebody's card."""
    notes = FaceNote.objects.filter(track__site_id=site_id, noted_at__gte=now - RECENT)
    return (
        Face.objects.filter(site_id=site_id).aggregate(last=Max("version")),
        notes.aggregate(last=Max("noted_at"), seen=Max("seen_at")),
    )


def _word(*parts: object) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]
