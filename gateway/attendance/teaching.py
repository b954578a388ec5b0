"""Who stands before sessions, by name; `reaching` says whose sessions are whose."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.db.models import F, Q

from gateway.attendance.models import SessionOffering, Substitution


@dataclass(frozen=True, slots=True)
class ClassTeacher:
    """Who teaches a session, for good or as a substitute."""

    person_id: int
    name: str


def teachers_of(session_ids: Collection[int]) -> Mapping[int, tuple[ClassTeacher, ...]]:
    """Who teaches each session, leads first; who is stood in for is left out. Two queries."""
    stand_ins = list(
        Substitution.objects.filter(session__in=session_ids)
        .order_by("pk")
        .values_list(
            "session_id", "person_id", "person__given_name", "person__family_name",
            "stands_in_for_id",
        )
    )  # fmt: skip
    replaced = {(session, whom) for session, *_, whom in stand_ins}
    taught = (
        SessionOffering.objects.filter(_teaching_on_the_date(), session__in=session_ids)
        .order_by("-offering__teachings__role", "offering__teachings__pk")
        .values_list(
            "session_id", "offering__teachings__person_id",
            "offering__teachings__person__given_name",
            "offering__teachings__person__family_name",
        )
    )  # fmt: skip
    found: dict[int, dict[ClassTeacher, None]] = defaultdict(dict)
    for session, person, given, family in taught:
        if (session, person) not in replaced:
            found[session][ClassTeacher(person, f"{given} {family}".strip())] = None
    for session, person, given, family, _ in stand_ins:
        found[session][ClassTeacher(person, f"{given} {family}".strip())] = None
    return {session: tuple(teachers) for session, teachers in found.items()}


def _teaching_on_the_date() -> Q:
    """One and the same teaching begins on the date or before, and lasts."""
    ends = Q(offering__teachings__ends_on=None) | Q(offering__teachings__ends_on__gte=F("day"))
    return Q(offering__teachings__starts_on__lte=F("day")) & ends
