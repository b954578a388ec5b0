"""Which approved excuse covers which session of whom."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from gateway.attendance.models import Excuse, SessionOffering
from gateway.attendance.settling import Cover
from gateway.attendance.values import ExcuseReason, ExcuseState
from gateway.attendance.words import Place, Word

Covers = Mapping[Place, Cover]


def covers_of(words: Sequence[Word]) -> Covers:
    """The excuse that covers each of these places; the first approved of several."""
    if not words:
        return {}
    starts = [word.session.starts_at for word in words]
    approved = Excuse.objects.filter(
        person_id__in={word.person_id for word in words},
        state=ExcuseState.APPROVED.value,
        starts_at__lte=max(starts),
        ends_at__gte=min(starts),
    ).order_by("decided_at", "pk")
    by_person: dict[int, list[Excuse]] = defaultdict(list)
    for excuse in approved:
        by_person[excuse.person_id].append(excuse)
    if not by_person:
        return {}
    meets = _meets(words) if any(e.offering_id for es in by_person.values() for e in es) else {}
    found: dict[Place, Cover] = {}
    for word in words:
        for excuse in by_person.get(word.person_id, ()):
            if _covers(excuse, word, meets):
                found.setdefault(word.place, Cover(excuse.pk, ExcuseReason(excuse.reason)))
    return found


def _covers(excuse: Excuse, word: Word, meets: Mapping[int, set[int]]) -> bool:
    if not excuse.starts_at <= word.session.starts_at <= excuse.ends_at:
        return False
    return excuse.offering_id is None or excuse.offering_id in meets.get(word.session.pk, ())


def _meets(words: Sequence[Word]) -> dict[int, set[int]]:
    rows = SessionOffering.objects.filter(session__in={word.session.pk for word in words})
    found: dict[int, set[int]] = defaultdict(set)
    for session, offering in rows.values_list("session_id", "offering_id"):
        found[session].add(offering)
    return found
