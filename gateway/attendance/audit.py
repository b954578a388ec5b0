"""Whether everything ever said about marks is still there as it was said, and sealing it.

The whole trail is read as a stream, however long it is. What looks wrong is looked at again
by itself once that was read, with its person locked, because marks go on being made meanwhile.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.db import transaction
from django.db.models import Min, QuerySet

from gateway.attendance import append_only
from gateway.attendance.models import Mark as MarkRow, MarkRevision, Seal
from gateway.attendance.saying import CHAINED, said_in
from gateway.attendance.settling import Cover, Said, Settled, settled
from gateway.attendance.trails import Broken, Fault, Link, broken_links, sealed
from gateway.attendance.values import Author, Base, ExcuseReason, Mark
from gateway.attendance.words import Place
from gateway.people import roster

SETTLED_AFTER = timedelta(minutes=15)
"""Longer than any transaction takes: what is older has been committed, and in its order."""
CHUNK = 2000
_MARK = (
    "session_id", "person_id", "base", "late_minutes", "left_early_minutes", "partial", "reason",
    "arrived_at", "author", "why", "excuse_id", "note", "made_at", "chain",
)  # fmt: skip

Tell = Callable[[int], None]
"""Hears how many revisions were read since it last heard."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong with a trail, one revision of it, a seal, or the store."""

    fault: Fault
    place: Place | None = None
    revision: int | None = None
    seal: int | None = None

    def __str__(self) -> str:
        """One plain line for the person who has to look into it."""
        parts = []
        if self.place is not None:
            parts.append("session {}, person {}".format(*self.place))
        if self.revision is not None:
            parts.append(f"revision {self.revision}")
        if self.seal is not None:
            parts.append(f"seal up to {self.seal}")
        return f"{', '.join(parts) or 'the store'}: {self.fault.value}"


@dataclass(frozen=True, slots=True)
class _Trail:
    """All that was said of one mark, and the mark itself, None where there is none."""

    place: Place
    links: tuple[Link, ...]
    said: tuple[Said, ...]
    last_at: datetime | None
    mark: tuple[Any, ...] | None


def findings(*, tell: Tell = lambda _: None, noted: str = "") -> Iterator[Finding]:
    """Everything that is wrong with what was said about marks, as it is found.

    `noted` is the chain of a seal that somebody wrote down elsewhere: it must still be there.
    """
    if append_only.unguarded():
        yield Finding(Fault.UNGUARDED)
    if noted and not Seal.objects.filter(chain=noted).exists():
        yield Finding(Fault.SEAL_GONE)
    for place in list(_suspects(tell)):
        yield from _looked_at_again(place)
    yield from _wrong_seals(tell)


def to_read() -> int:
    """How many revisions a whole audit reads: each in its trail, sealed ones under their seal."""
    last = _last_seal()
    under = MarkRevision.objects.filter(pk__lte=last.upto).count() if last else 0
    return MarkRevision.objects.count() + under


def seal(*, now: datetime) -> int:
    """Seal what was said at least a quarter of an hour ago and is under no seal yet.

    Answers how many revisions that are; none make no seal.
    """
    before = _last_seal()
    upto = _settled_upto(before, now)
    if upto is None:
        return 0
    rows = _between(before.upto if before else 0, upto)
    count = rows.count()
    chain = sealed(before.chain if before else "", rows.iterator(chunk_size=CHUNK))
    made = Seal(upto=upto, count=count, chain=chain, made_at=now)
    return count if _keep(made, before) else 0


@transaction.atomic
def _keep(made: Seal, before: Seal | None) -> bool:
    """Add the seal, unless somebody else has sealed meanwhile."""
    if before is not None:
        list(Seal.objects.filter(pk=before.pk).select_for_update())
    if _last_seal() != before:
        return False
    made.save(force_insert=True)
    return True


def _settled_upto(before: Seal | None, now: datetime) -> int | None:
    """The last revision before any that is too young; None where there is none to seal."""
    unsealed = MarkRevision.objects.filter(pk__gt=before.upto if before else 0)
    young = unsealed.filter(made_at__gt=now - SETTLED_AFTER).aggregate(pk=Min("pk"))["pk"]
    settled_ones = unsealed if young is None else unsealed.filter(pk__lt=young)
    return settled_ones.order_by("-pk").values_list("pk", flat=True).first()


def _last_seal() -> Seal | None:
    return Seal.objects.order_by("-upto").first()


def _between(after: int, upto: int) -> QuerySet[MarkRevision, str]:
    rows = MarkRevision.objects.filter(pk__gt=after, pk__lte=upto).order_by("pk")
    return rows.values_list("chain", flat=True)


def _wrong_seals(tell: Tell) -> Iterator[Finding]:
    after, before = 0, ""
    for each in Seal.objects.order_by("upto").iterator(chunk_size=CHUNK):
        rows = _between(after, each.upto)
        count = rows.count()
        if count != each.count:
            fault = Fault.SEAL_MISSES if count < each.count else Fault.SEAL_EXCEEDS
            yield Finding(fault, seal=each.upto)
        elif sealed(before, rows.iterator(chunk_size=CHUNK)) != each.chain:
            yield Finding(Fault.SEAL_DIFFERS, seal=each.upto)
        tell(count)
        after, before = each.upto, each.chain


def _suspects(tell: Tell) -> Iterator[Place]:
    for trail in _trails(MarkRevision.objects.all(), MarkRow.objects.all()):
        if any(_wrong(trail)):
            yield trail.place
        tell(len(trail.links))


@transaction.atomic
def _looked_at_again(place: Place) -> list[Finding]:
    session_id, person_id = place
    roster.hold([person_id])
    here = {"session_id": session_id, "person_id": person_id}
    trails = _trails(MarkRevision.objects.filter(**here), MarkRow.objects.filter(**here))
    return [
        Finding(broken.fault, place, broken.number) for trail in trails for broken in _wrong(trail)
    ]


def _wrong(trail: _Trail) -> Iterator[Broken]:
    if not trail.links:
        yield Broken(Fault.NO_TRAIL)
        return
    broken = list(broken_links(trail.links, trail.mark[-1] if trail.mark else None))
    yield from broken
    if not broken and trail.mark is not None and not _is_settled(trail, trail.mark):
        yield Broken(Fault.MARK_DIFFERS)


def _is_settled(trail: _Trail, row: tuple[Any, ...]) -> bool:
    """Whether the mark is what all words come to, with the excuse it names."""
    _, _, base, *rest, author, why, excuse, note, made_at, _ = row
    stands = Settled(Mark(Base(base), *rest), Author(author), why, excuse, note)
    is_known = stands.mark.reason in set(ExcuseReason)
    cover = Cover(excuse, ExcuseReason(stands.mark.reason)) if excuse and is_known else None
    return made_at == trail.last_at and settled(trail.said, cover) == stands


def _trails(revisions: QuerySet[MarkRevision], marks: QuerySet[MarkRow]) -> Iterator[_Trail]:
    """Trails beside their marks in the order of their places: two streams read side by side."""
    rows = revisions.order_by("session_id", "person_id", "pk").values_list("pk", "chain", *CHAINED)
    standing = marks.order_by("session_id", "person_id").values_list(*_MARK)
    waiting = standing.iterator(chunk_size=CHUNK)
    mark = next(waiting, None)
    for place, told in groupby(rows.iterator(chunk_size=CHUNK), key=itemgetter(2, 3)):
        while mark is not None and mark[:2] < place:
            yield _Trail(mark[:2], (), (), None, mark)
            mark = next(waiting, None)
        own = mark if mark is not None and mark[:2] == place else None
        yield _trail(place, list(told), own)
        mark = next(waiting, None) if own else mark
    while mark is not None:
        yield _Trail(mark[:2], (), (), None, mark)
        mark = next(waiting, None)


def _trail(place: Place, told: list[tuple[Any, ...]], mark: tuple[Any, ...] | None) -> _Trail:
    links = tuple(Link(pk, tuple(fields), chain) for pk, chain, *fields in told)
    rows: list[dict[str, Any]] = [dict(zip(CHAINED, link.fields, strict=True)) for link in links]
    return _Trail(place, links, tuple(map(said_in, rows)), rows[-1]["made_at"], mark)
