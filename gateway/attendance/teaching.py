"""The names of those who teach sessions; whose sessions are whose stands in `reaching`."""

from collections import defaultdict
from collections.abc import Collection
from itertools import chain

from django.db.models import F, Q

from gateway.attendance.models import SessionOffering, Substitution


def teachers_of(session_ids: Collection[int]) -> dict[int, tuple[str, ...]]:
    """The names of those who teach each session, lead teachers first; in two queries."""
    by_session: dict[int, list[str]] = defaultdict(list)
    stand_ins = list(
        Substitution.objects.filter(session__in=session_ids)
        .order_by("pk")
        .values_list(
            "session_id", "person__given_name", "person__family_name", "stands_in_for_id"
        )
    )  # fmt: skip
    replaced = {(session, whom) for session, *_, whom in stand_ins}
    taught = (
        SessionOffering.objects.filter(_covers_the_day(), session__in=session_ids)
        .order_by("-offering__teachings__role", "offering__teachings__pk")
        .values_list(
            "session_id", "offering__teachings__person__given_name",
            "offering__teachings__person__family_name", "offering__teachings__person_id",
        )
    )  # fmt: skip
    own = (row for row in taught if (row[0], row[3]) not in replaced)
    for session, given, family, _ in chain(own, stand_ins):
        by_session[session].append(f"{given} {family}".strip())
    return {session: tuple(dict.fromkeys(names)) for session, names in by_session.items()}


def _covers_the_day() -> Q:
    """One and the same teaching must do both."""
    ends = Q(offering__teachings__ends_on=None) | Q(offering__teachings__ends_on__gte=F("day"))
    return Q(offering__teachings__starts_on__lte=F("day")) & ends
