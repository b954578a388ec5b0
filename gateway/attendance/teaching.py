"""Whose sessions are whose: who teaches an offering on the date, or stands in."""

from django.db.models import F, Q, QuerySet

from gateway.attendance.models import Session


def sessions_of_teacher(person_id: int) -> QuerySet[Session]:
    """The sessions that the person teaches, assists at or stands in at.

    Who is stood in for keeps theirs: they may still look and correct.
    """
    own = Q(
        meets__offering__teachings__person=person_id,
        meets__offering__teachings__starts_on__lte=F("day"),
    )
    holds_on = Q(meets__offering__teachings__ends_on=None) | Q(
        meets__offering__teachings__ends_on__gte=F("day")
    )
    found = Session.objects.filter((own & holds_on) | Q(substitutions__person=person_id))
    return Session.objects.filter(pk__in=found.values("pk"))


def teaches(person_id: int, session_id: int) -> bool:
    """Whether the session is one of the person's own."""
    return sessions_of_teacher(person_id).filter(pk=session_id).exists()
