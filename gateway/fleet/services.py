"""What is written of kiosks: who they are, what their heartbeats say, how far they were heard."""

import base64
import hashlib
import re
import secrets
from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from gateway import bulk
from gateway.fleet.errors import KioskExists, UnknownKiosk, WrongKiosk
from gateway.fleet.models import BootAnchor, Hole, Install, Kiosk, Tablet
from gateway.fleet.rules import Gap, Received
from kiosk.protocol.messages import ClockAnchor, Heartbeat

Life = tuple[str, UUID]
"""A kiosk and one life of its database: what its numbers belong to."""

RESERVED = "gateway"
"""The gateway's own name at the broker, unless its settings say another."""

DIGEST_ROUNDS = 101
"""As stock Mosquitto 2.0 hashes passwords; the passwords themselves are 32 random bytes."""


@transaction.atomic
def add_kiosk(*, kiosk_id: str, site_id: int, name: str, password: str) -> Kiosk:
    """Make a kiosk known here and at the broker. Raises WrongKiosk and KioskExists."""
    if not re.fullmatch(r"[a-z0-9-]{1,32}", kiosk_id):
        raise WrongKiosk(f"{kiosk_id!r} names no kiosk: at most 32 of a-z, 0-9 and - are needed")
    if kiosk_id == RESERVED:
        raise WrongKiosk(f"{kiosk_id!r} names no kiosk: it is the gateway's name at the broker")
    kiosk, is_new = Kiosk.objects.get_or_create(
        id=kiosk_id,
        defaults={"site_id": site_id, "name": name, "broker_digest": broker_digest(password)},
    )
    if not is_new:
        raise KioskExists(f"there is a kiosk {kiosk_id} already: choose another name")
    return kiosk


def set_password(*, kiosk_id: str, password: str) -> None:
    """Let the kiosk in with this password from now on. Raises UnknownKiosk, WrongKiosk."""
    if Tablet.objects.filter(pk=kiosk_id).exists():
        raise WrongKiosk(f"{kiosk_id} is a browser: pair it with a code, it needs no password")
    _change(kiosk_id, broker_digest=broker_digest(password))


def take_out_of_service(*, kiosk_id: str, because: str, now: datetime) -> None:
    """Let nothing wait for this kiosk any more; it is still listened to. Raises UnknownKiosk."""
    _change(
        kiosk_id, in_service=False, out_of_service_because=f"{because} ({now:%Y-%m-%d %H:%M} UTC)"
    )


def put_in_service(*, kiosk_id: str) -> None:
    """Wait for this kiosk again. Raises UnknownKiosk."""
    _change(kiosk_id, in_service=True, out_of_service_because="")


def set_online(*, kiosk_id: str, online: bool) -> None:
    """What the broker says of the kiosk's connection; an unknown kiosk is passed over."""
    Kiosk.objects.filter(pk=kiosk_id).exclude(online=online).update(online=online)


@transaction.atomic
def hear_anchors(*, kiosk_id: str, anchors: Iterable[ClockAnchor]) -> tuple[UUID, ...]:
    """Keep when boots of a kiosk knew the time; a boot's first anchor stays.

    Answers the boots whose clock is known since now, so that their tracks can be repaired.
    Raises UnknownKiosk.
    """
    _locked(kiosk_id)
    new = bulk.insert(
        BootAnchor,
        ("kiosk", "boot_id", "utc", "uptime_ms"),
        [(kiosk_id, a.boot_id, a.utc, a.uptime_ms) for a in anchors],
        on_conflict="(kiosk_id, boot_id) DO NOTHING",
        returning="boot_id",
    )
    return tuple(boot if isinstance(boot, UUID) else UUID(boot) for (boot,) in new)


def hold_clocks(kiosk_ids: Collection[str]) -> None:
    """Let no anchor of these kiosks come in until the transaction ends.

    SQLite has one writer at a time and needs no lock.
    """
    if connection.features.has_select_for_update:
        rows = Kiosk.objects.filter(pk__in=kiosk_ids).order_by("pk")
        list(rows.select_for_update(no_key=True).values_list("pk"))


@transaction.atomic
def hear_heartbeat(*, heartbeat: Heartbeat, now: datetime) -> Install | None:
    """Keep what a kiosk says of itself; hearing it again changes nothing. Raises UnknownKiosk.

    Answers the earlier life of its database that has just ended with numbers not yet come.
    """
    kiosk = _locked(heartbeat.kiosk)
    life = (heartbeat.kiosk, heartbeat.install)
    install = lock_installs([life], now=now)[life]
    _drop_unobtainable(install, heartbeat.first_seq or heartbeat.last_seq + 1, now)
    former = _note_left_behind(kiosk, install, now)
    kiosk.online = True
    kiosk.last_heard_at = now
    kiosk.install = heartbeat.install
    kiosk.heartbeat_at = min(heartbeat.sent_at, now)
    kiosk.heartbeat_last_seq = heartbeat.last_seq
    kiosk.clock_trusted = heartbeat.clock_trusted
    kiosk.queue = heartbeat.queue
    kiosk.roster_version = heartbeat.roster_version
    kiosk.software = heartbeat.software
    kiosk.disk_free_mb = heartbeat.disk_free_mb
    kiosk.devices_away = {device.name: device.why for device in heartbeat.devices if not device.ok}
    kiosk.seal_key = heartbeat.seal_key
    kiosk.remarks = heartbeat.remarks
    kiosk.photos = heartbeat.photos
    kiosk.faces_version = heartbeat.faces_version
    kiosk.salvaged = heartbeat.salvaged
    kiosk.save()
    return former


def lock_installs(lives: Collection[Life], *, now: datetime) -> dict[Life, Install]:
    """The rows of these lives of kiosks' databases, held until the transaction ends."""
    if not lives:
        return {}
    bulk.insert(
        Install,
        ("kiosk", "install", "upto", "first_held", "first_heard_at"),
        [(kiosk_id, install, 0, 0, now) for kiosk_id, install in sorted(lives)],
        on_conflict="(kiosk_id, install) DO NOTHING",
    )
    rows = Install.objects.filter(install__in={install for _, install in lives}).order_by("pk")
    found = {(row.kiosk_id, row.install): row for row in rows.select_for_update()}
    return {life: found[life] for life in lives}


def keep_received(
    receipts: Iterable[tuple[Install, Received]], *, now: datetime, unsure: Collection[Install] = ()
) -> None:
    """Store how far installs have come in, report new holes and close filled ones.

    `unsure` are the installs that had an open hole before.
    """
    told = list(receipts)
    moved = [(row, done.upto) for row, done in told if done.upto != row.upto]
    bulk.insert(
        Install,
        ("kiosk", "install", "upto", "first_held", "first_heard_at"),
        [(r.kiosk_id, r.install, upto, r.first_held, r.first_heard_at) for r, upto in moved],
        on_conflict="(kiosk_id, install) DO UPDATE SET upto = excluded.upto",
    )
    for row, upto in moved:
        row.upto = upto
    for row, done in told:
        if done.gaps or row in unsure:
            _note_gaps(row, done.gaps, now)


def note_lost(install: Install, gaps: Iterable[Gap], *, now: datetime) -> None:
    """These numbers of the install cannot come any more: say so, once."""
    for gap in gaps:
        _note_lost(install, gap, now)


def holed(installs: Collection[Install]) -> set[Install]:
    """Those of the installs whose numbering has an open hole."""
    open_holes = Hole.objects.filter(install__in=installs, closed_at=None, lost=False)
    ids = set(open_holes.values_list("install_id", flat=True))
    return {install for install in installs if install.pk in ids}


def broker_digest(password: str, *, salt: bytes | None = None) -> str:
    """The password as a line of Mosquitto's password file holds it (PBKDF2-SHA512, `$7$`)."""
    seed = salt if salt is not None else secrets.token_bytes(12)
    digest = hashlib.pbkdf2_hmac("sha512", password.encode(), seed, DIGEST_ROUNDS)
    shown = (base64.b64encode(part).decode() for part in (seed, digest))
    return f"$7${DIGEST_ROUNDS}${'$'.join(shown)}"


def _locked(kiosk_id: str) -> Kiosk:
    kiosk = Kiosk.objects.select_for_update(no_key=True).filter(pk=kiosk_id).first()
    if kiosk is None:
        raise UnknownKiosk(f"no kiosk is called {kiosk_id}: add it, or correct its settings")
    return kiosk


def _change(kiosk_id: str, **fields: object) -> None:
    if not Kiosk.objects.filter(pk=kiosk_id).update(**fields):
        raise UnknownKiosk(f"no kiosk is called {kiosk_id}")


def _note_gaps(install: Install, gaps: Iterable[Gap], now: datetime) -> None:
    still_open = {(gap.first, gap.last) for gap in gaps}
    known = {(h.first, h.last): h for h in install.holes.filter(closed_at=None, lost=False)}
    filled = [hole.pk for ends, hole in known.items() if ends not in still_open]
    if filled:
        Hole.objects.filter(pk__in=filled).update(closed_at=now)
    bulk.insert(
        Hole,
        ("install", "first", "last", "noticed_at", "lost"),
        [(install.pk, first, last, now, False) for first, last in still_open - known.keys()],
        on_conflict="(install_id, first, last) DO UPDATE SET closed_at = NULL",
    )


def _drop_unobtainable(install: Install, first_held: int, now: datetime) -> None:
    """What lies below the oldest number the kiosk holds cannot come any more: say it is lost."""
    if first_held <= install.upto + 1:
        return
    _note_lost(install, Gap(install.upto + 1, first_held - 1), now)
    Install.objects.filter(pk=install.pk).update(upto=first_held - 1, first_held=first_held)


def _note_left_behind(kiosk: Kiosk, install: Install, now: datetime) -> Install | None:
    """What an earlier life of the database gave numbers to and has not sent may be gone with it."""
    if kiosk.install in {None, install.install}:
        return None
    before = Install.objects.filter(kiosk=kiosk, install=kiosk.install, pk__lt=install.pk).first()
    if before is None or before.upto >= kiosk.heartbeat_last_seq:
        return None
    _note_gaps(before, [Gap(before.upto + 1, kiosk.heartbeat_last_seq)], now)
    return before


def _note_lost(install: Install, gap: Gap, now: datetime) -> None:
    bulk.insert(
        Hole,
        ("install", "first", "last", "noticed_at", "lost"),
        [(install.pk, gap.first, gap.last, now, True)],
        on_conflict="(install_id, first, last) DO UPDATE SET lost = TRUE",
    )
