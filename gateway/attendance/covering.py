"""Which approved excuse covers which session of whom."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from gateway.attendance.models import Excuse, SessionOffering
from gateway.attendance.settling import Cover
from gateway.attendance.values import ExcuseReason, ExcuseState
from gateway.attendance.words import Place, Word

Covers = Mapping[Place, Cover]


def covers_of(words: Sequence[Word]) -> Covers:
    """The excuse that covers each of these places; the first approved of several."""
    return covers_at({word.place: word.session.starts_at for word in words})


def covers_at(places: Mapping[Place, datetime]) -> Covers:
    """The excuse that covers each place, told with when its session starts."""
    if not places:
        return {}
    approved = Excuse.objects.filter(
        person_id__in={person for _, person in places},
        state=ExcuseState.APPROVED.value,
        starts_at__lte=max(places.values()),
        ends_at__gte=min(places.values()),
    ).order_by("decided_at", "pk")
    by_person: dict[int, list[Excuse]] = defaultdict(list)
    for excuse in approved:
        by_person[excuse.person_id].append(excuse)
    if not by_person:
        return {}
    is_of_offerings = any(e.offering_id for es in by_person.values() for e in es)
    meets = _meets({session for session, _ in places}) if is_of_offerings else {}
    found: dict[Place, Cover] = {}
    for place, starts_at in places.items():
        for excuse in by_person.get(place[1], ()):
            if _covers(excuse, starts_at, meets.get(place[0], frozenset())):
                found.setdefault(place, Cover(excuse.pk, ExcuseReason(excuse.reason)))
    return found


def _covers(excuse: Excuse, starts_at: datetime, offerings: Collection[int]) -> bool:
    if not excuse.starts_at <= starts_at <= excuse.ends_at:
        return False
    return excuse.offering_id is None or excuse.offering_id in offerings


def _meets(session_ids: Collection[int]) -> dict[int, set[int]]:
    rows = SessionOffering.objects.filter(session__in=session_ids)
    found: dict[int, set[int]] = defaultdict(set)
    for session, offering in rows.values_list("session_id", "offering_id"):
        found[session].add(offering)
    return found
