"""One batch of messages becomes rows in one transaction, and what may be acknowledged."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

import structlog
from django.db import DataError, IntegrityError, transaction

from gateway import bulk
from gateway.attendance.models import Track
from gateway.attendance.recording import Heard, Kept
from gateway.attendance.services import record_tracks, repair_boots
from gateway.fleet.models import Install, Kiosk
from gateway.fleet.queries import missing
from gateway.fleet.rules import Received, received
from gateway.fleet.services import (
    Life,
    hear_anchors,
    hear_heartbeat,
    holed,
    keep_received,
    lock_installs,
)
from gateway.ingest.failures import is_transient, shown
from gateway.ingest.models import SetAside
from gateway.ingest.parsing import Aside, Told
from kiosk.protocol.messages import Heartbeat

log = structlog.get_logger()

_ASIDE_COLUMNS = (
    "fingerprint", "topic", "payload", "reason", "kiosk", "install", "seq", "times", "received_at",
    "settled_by",
)  # fmt: skip
_COUNTED_AGAIN = "(fingerprint) DO UPDATE SET times = ingest_setaside.times + 1"

_UNKEPT = (IntegrityError, DataError, ValueError, OverflowError)
"""What a store says of a value that it cannot keep."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What a batch came to: tracks that are new, and how far each install may be told."""

    kept: tuple[Kept, ...]
    upto: Mapping[Life, int]


def keep_batch(*, told: Sequence[Told], asides: Sequence[Aside], now: datetime) -> Batch:
    """Store a batch, all of it or nothing; what cannot be stored is set aside, never lost.

    Raises OperationalError when the store is away: keep the batch and try again.
    """
    try:
        return _keep(told, asides, now)
    except Exception as failed:
        if is_transient(failed) or not told:
            raise
    singles = [_keep_one(t, now) for t in told]
    last = _keep((), asides, now)
    upto = {life: n for batch in (*singles, last) for life, n in batch.upto.items()}
    return Batch(tuple(kept for batch in singles for kept in batch.kept), upto)


def _keep_one(told: Told, now: datetime) -> Batch:
    """One on which our own program fails is left to come again, and holds up no other."""
    try:
        return _keep((told,), (), now)
    except _UNKEPT as failed:
        return _keep((), (_unkept(told, failed),), now)
    except Exception as failed:
        if is_transient(failed):
            raise
        seq, reason = told.track.seq, shown(failed)
        log.error("track_not_kept", kiosk=told.kiosk_id, seq=seq, reason=reason)
        return Batch((), {})


@transaction.atomic
def hear(*, heartbeat: Heartbeat, now: datetime) -> int:
    """Keep a heartbeat, and repair what its anchors explain; answers `upto` of its install.

    Kiosk, persons, install: in this one order nobody waits in a ring. Raises UnknownKiosk.
    """
    boots = hear_anchors(kiosk_id=heartbeat.kiosk, anchors=heartbeat.anchors)
    if boots:
        repair_boots(kiosk_id=heartbeat.kiosk, boots=boots, now=now)
    former = hear_heartbeat(heartbeat=heartbeat, now=now)
    if former is not None:
        recount(former, now=now)
    return Install.objects.get(kiosk_id=heartbeat.kiosk, install=heartbeat.install).upto


def stored_numbers(install: Install, *, above: int) -> frozenset[int]:
    """The numbers of the install that have come, as tracks or set aside."""
    life = {"install": install.install, "seq__gt": above}
    stored = Track.objects.filter(kiosk_id=install.kiosk_id, **life).values_list("seq", flat=True)
    aside = SetAside.objects.filter(kiosk=install.kiosk_id, **life).values_list("seq", flat=True)
    return frozenset(seq for seq in (*stored, *aside) if seq is not None)


def recount(install: Install, *, now: datetime) -> None:
    """Look anew how far the install has come in, and what of it is missing."""
    keep_received([(install, _recount(install))], now=now, unsure=(install,))


def settle(*, set_aside_id: int, by: str, now: datetime) -> bool:
    """A person has seen to it; False when there was nothing to settle."""
    row = SetAside.objects.filter(pk=set_aside_id, settled_at=None)
    return bool(row.update(settled_at=now, settled_by=by))


@transaction.atomic
def _keep(told: Sequence[Told], asides: Sequence[Aside], now: datetime) -> Batch:
    sites = _sites({t.kiosk_id for t in told} | {a.kiosk_id for a in asides})
    strangers = [_stranger(t) for t in told if t.kiosk_id not in sites]
    known = {t.track.id: t for t in told if t.kiosk_id in sites}
    twins = [_twin(t) for t in told if t.kiosk_id in sites and t != known[t.track.id]]
    in_one_order = [known[track_id] for track_id in sorted(known)]
    heard = [Heard(t.kiosk_id, sites[t.kiosk_id], t.install, t.track) for t in in_one_order]
    kept = record_tracks(heard=heard, now=now) if heard else ()
    bad = (*asides, *strangers, *twins, *_taken_identities(known, kept))
    _set_aside(bad, now)
    numbers = _numbers(known.values(), [aside for aside in bad if aside.kiosk_id in sites])
    return Batch(kept, _count(numbers, now))


def _count(numbers: Mapping[Life, set[int]], now: datetime) -> dict[Life, int]:
    """Move each install on; last of all, so that its row is held for a moment only."""
    installs = lock_installs(numbers.keys(), now=now)
    unsure = holed(tuple(installs.values()))
    receipts = [(row, _received(row, numbers[life], unsure)) for life, row in installs.items()]
    keep_received(receipts, now=now, unsure=unsure)
    return {life: install.upto for life, install in installs.items()}


def _taken_identities(known: Mapping[UUID, Told], kept: Sequence[Kept]) -> list[Aside]:
    """Tracks whose id is stored already under another number: no repeats, but two of one name."""
    repeats = known.keys() - {track.id for track in kept}
    rows = Track.objects.filter(pk__in=repeats) if repeats else ()
    stored = {row.pk: (row.kiosk_id, row.install, row.seq) for row in rows}
    return [
        _twin(t)
        for track_id, identity in stored.items()
        if (t := known[track_id]) and identity != (t.kiosk_id, t.install, t.track.seq)
    ]


def _sites(kiosk_ids: set[str]) -> dict[str, int]:
    return dict(Kiosk.objects.filter(pk__in=kiosk_ids).values_list("pk", "site_id"))


def _numbers(told: Iterable[Told], asides: Iterable[Aside]) -> dict[Life, set[int]]:
    numbers: dict[Life, set[int]] = defaultdict(set)
    for t in told:
        numbers[t.kiosk_id, t.install].add(t.track.seq)
    for a in asides:
        if a.install is not None and a.seq is not None:
            numbers[a.kiosk_id, a.install].add(a.seq)
    return numbers


def _received(install: Install, numbers: set[int], unsure: set[Install]) -> Received:
    """Count on from the numbers at hand; only where there is a hole ask the store."""
    found = received(install.upto, numbers, first_held=install.first_held)
    if not found.gaps and install not in unsure:
        return found
    return _recount(install)


def _recount(install: Install) -> Received:
    """Count what the store holds of the install, and what is known to be lost of it."""
    gone = missing(install)
    every = stored_numbers(install, above=install.upto)
    return received(
        install.upto, every, first_held=install.first_held, lost=gone.lost, last=gone.last
    )


def _set_aside(asides: Sequence[Aside], now: datetime) -> None:
    once = {aside.fingerprint: aside for aside in asides}
    rows = [
        (fingerprint, a.topic[:200], a.payload, a.reason, a.kiosk_id, a.install, a.seq, 1, now, "")
        for fingerprint, a in once.items()
    ]
    bulk.insert(SetAside, _ASIDE_COLUMNS, rows, on_conflict=_COUNTED_AGAIN)


def _stranger(told: Told) -> Aside:
    reason = f"no kiosk is called {told.kiosk_id}: add it, then the kiosk sends this again"
    return replace(_aside(told, reason), install=None, seq=None)


def _unkept(told: Told, failed: Exception) -> Aside:
    if isinstance(failed, IntegrityError):
        return _clash(told)
    return _aside(told, shown(failed))


def _clash(told: Told) -> Aside:
    reason = f"number {told.track.seq} was given to another track before: see to this kiosk's disk"
    return _aside(told, reason)


def _twin(told: Told) -> Aside:
    reason = f"another track has the identity {told.track.id}: see to this kiosk's disk"
    return _aside(told, reason)


def _aside(told: Told, reason: str) -> Aside:
    topic = f"muster/v1/kiosk/{told.kiosk_id}/up/tracks"
    payload = told.track.model_dump_json().encode()
    return Aside(topic, payload, reason, told.kiosk_id, told.install, told.track.seq)
