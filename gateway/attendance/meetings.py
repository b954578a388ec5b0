"""Offerings as sessions take them: who meets, what it comes to, and what is in the way."""

from collections.abc import Collection, Sequence
from datetime import date

from django.db.models import Exists, OuterRef, QuerySet

from gateway.attendance.errors import MeetsAlready, NotTaught
from gateway.attendance.laying_rules import ONE_DAY, Met
from gateway.attendance.models import (
    Attendee,
    CheckIn,
    MarkRevision,
    Session,
    SessionOffering,
    Substitution,
)
from gateway.attendance.policy import Window
from gateway.attendance.values import Author, CancelledBy, SessionState
from gateway.timetable.models import Offering, OfferingEnrolment, Site
from gateway.timetable.queries import covering

SCHEDULED = SessionState.SCHEDULED.value
CANCELLED = SessionState.CANCELLED.value


def hold_site(site_id: int) -> Site:
    """The site, whose sessions nobody else lays, makes or moves until the transaction ends.

    Whoever needs several takes site, offerings, persons and sessions in this order.
    """
    return Site.objects.select_for_update(no_key=True).get(pk=site_id)


def members(offering_ids: Collection[int], day: date) -> set[int]:
    """Who belongs to one of these offerings on a date."""
    rows = OfferingEnrolment.objects.filter(covering(day), offering__in=offering_ids)
    return set(rows.values_list("person_id", flat=True))


def met(offering: Offering) -> Met:
    """What a session takes from the offering."""
    course = offering.course.name if offering.course else ""
    return Met(offering.name, course, offering.profile, offering.overrides)


def offerings_in(session_ids: Collection[int]) -> dict[int, tuple[Offering, ...]]:
    """The offerings that meet in each of these sessions, in the order they were chosen."""
    rows = SessionOffering.objects.filter(session__in=session_ids).order_by("pk")
    found: dict[int, tuple[Offering, ...]] = dict.fromkeys(session_ids, ())
    for row in rows.select_related("offering__course", "offering__site"):
        found[row.session_id] += (row.offering,)
    return found


def refuse_dates_outside(offerings: Sequence[Offering], day: date) -> None:
    """Raises NotTaught where one of the offerings does not meet on `day` by its dates."""
    for each in offerings:
        if not each.starts_on <= day <= (each.ends_on or date.max):
            until = f"to {each.ends_on}" if each.ends_on else "on"
            raise NotTaught(
                f"{each.name} is not scheduled on {day}: it meets from {each.starts_on} {until}"
            )


def outside_dates(session: Session) -> bool:
    """Whether none of the offerings that meet in the session does so by its dates any more."""
    meets = SessionOffering.objects.filter(session=session)
    spans = meets.values_list("offering__starts_on", "offering__ends_on")
    on = [first <= session.day <= (last or date.max) for first, last in spans]
    return bool(on) and not any(on)


def around(offering_ids: Collection[int], window: Window, day: date) -> list[tuple[int, Session]]:
    """The sessions of these offerings that overlap the window, each with the offering.

    Cancelled ones are among them.
    """
    rows = SessionOffering.objects.filter(
        offering__in=offering_ids,
        day__range=(day - ONE_DAY, day + ONE_DAY),
        session__starts_at__lt=window.ends_at,
        session__finishes_at__gt=window.starts_at,
    )
    return [(row.offering_id, row.session) for row in rows.select_related("session")]


def make_way(
    offerings: Sequence[Offering], window: Window, day: date, *, title: str, but: int | None = None
) -> None:
    """Let what was laid ahead at that time, and nobody touched, give way to another session.

    It goes, or is cancelled where words stand on its roll. Raises MeetsAlready before
    anything goes, where a session made or touched by hand is in the way.
    """
    there = [each for _, each in around([o.pk for o in offerings], window, day)]
    there = [each for each in there if each.state != CANCELLED and each.pk != but]
    rows = with_history(Session.objects.filter(pk__in={each.pk for each in there}))
    firm = [each for each in rows if each.planned_on is None or is_touched(each)]
    if firm:
        starts = firm[0].starts_at.astimezone(offerings[0].site.tz)
        raise MeetsAlready(
            f"{firm[0].title} meets on {day} from {starts:%H:%M} already: "
            "move or cancel that session first"
        )
    recorded = [each.pk for each in rows if is_recorded(each)]
    cancel_rows(recorded, because=f"held as {title}")
    Session.objects.filter(pk__in={each.pk for each in rows} - set(recorded)).delete()


def cancel_rows(session_ids: Collection[int], *, because: str) -> None:
    """Cancelled by the centre, for a reason of the timetable's."""
    Session.objects.filter(pk__in=session_ids).update(
        state=CANCELLED, cancelled_by=CancelledBy.CENTRE.value, cancelled_because=because[:200]
    )


def with_history(sessions: QuerySet[Session]) -> QuerySet[Session]:
    """Each with what `is_touched` and `is_recorded` ask for."""
    here = {"session": OuterRef("pk")}
    words = MarkRevision.objects.filter(**here)
    by_people = (
        Exists(Attendee.objects.filter(**here))
        | Exists(Substitution.objects.filter(**here))
        | Exists(CheckIn.objects.filter(**here))
        | Exists(words.filter(author=Author.PERSON.value))
    )
    return sessions.annotate(handled=by_people, recorded=Exists(words))


def is_touched(session: Session) -> bool:
    """Whether a person moved, named or changed it, or did anything to its roll.

    For a session of `with_history`.
    """
    is_changed = session.moved_by or session.title_given or session.own_overrides
    is_begun = session.state != SCHEDULED or session.submitted_at or session.unlocked_until
    is_handled = getattr(session, "handled")  # noqa: B009 - an annotation
    return bool(is_changed or is_begun or is_handled or session.capacity is not None)


def is_recorded(session: Session) -> bool:
    """Whether anything was said on its roll. For a session of `with_history`."""
    return bool(getattr(session, "recorded"))  # noqa: B009 - an annotation
