"""Stills of the moment of a tap: sealed files beside the store, opened for staff, then gone.

A file stays as the kiosk sealed it, so that a copy of the disk or of a backup shows nobody.
"""

import os
import shutil
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID

import structlog
from django.conf import settings
from django.db.models import Exists, OuterRef

from gateway import bulk
from gateway.attendance.errors import NoPhoto, PhotoOfAnother, PhotoUnreadable
from gateway.attendance.models import Photo, Track
from gateway.attendance.rules import photo_ages_from
from gateway.fleet.models import Kiosk
from gateway.fleet.options import door_options
from gateway.keys import gateway_key
from kiosk.protocol.sealing import NotUnsealed, unseal

log = structlog.get_logger()

JPEG = b"\xff\xd8\xff"
WAITS_FOR_ITS_TRACK = timedelta(days=1)
PORTION = 500


def keep_photo(
    *, kiosk: Kiosk, track: UUID, made_at: datetime, sealed: bytes, now: datetime
) -> None:
    """Keep a still, whole and durable; one that nobody wants is let go.

    Nobody wants those of a site that has them switched off, nor those older than the site
    keeps them. One whose track is not there yet waits a day for it. Hearing it again changes
    nothing. Raises PhotoOfAnother, and OSError when the disk does not take it: try again.
    """
    known = Track.objects.filter(pk=track).first()
    if known is not None and known.kiosk_id != kiosk.pk:
        raise PhotoOfAnother(f"the track {track} is of the kiosk {known.kiosk_id}")
    taken_at = photo_ages_from(known.at if known else made_at, received_at=now)
    options = door_options(kiosk.site_id)
    is_wanted = options.photo_on and now - taken_at < timedelta(days=options.photo_days)
    if not is_wanted or Photo.objects.filter(pk=track).exists():
        return
    photo = Photo(
        track=track, kiosk=kiosk, site_id=kiosk.site_id, taken_at=taken_at, received_at=now
    )
    _write(_path(photo), sealed)
    columns = ("track", "kiosk", "site", "taken_at", "received_at")
    row = (track, kiosk.pk, kiosk.site_id, taken_at, now)
    bulk.insert(Photo, columns, [row], on_conflict="(track) DO NOTHING")


def open_photo(*, track: UUID, by: int, site_id: int | None = None) -> bytes:
    """The JPEG of a track, for the login `by`, which is noted in the log.

    `site_id` names the site it must be of, None any. Raises NoPhoto and PhotoUnreadable.
    """
    found = Photo.objects.filter(pk=track, kiosk=_kiosk_of(track)).first()
    if found is None or site_id not in {None, found.site_id}:
        raise NoPhoto(f"no still of the track {track} is kept")
    try:
        jpeg = unseal(gateway_key(), _path(found).read_bytes(), about=track.bytes)
    except FileNotFoundError as gone:
        raise NoPhoto(f"the still of the track {track} is not on this machine") from gone
    except NotUnsealed as wrong:
        raise PhotoUnreadable("it was sealed to another key: was the gateway's changed?") from wrong
    if not jpeg.startswith(JPEG):
        raise PhotoUnreadable("what was sealed is no JPEG")
    log.info("photo_shown", track=str(track), login=by)
    return jpeg


def purge_photos(*, site_id: int, now: datetime) -> int:
    """Delete the stills the site has kept long enough, and those whose track never came.

    Answers how many. Killed half-way it begins again.
    """
    before = now - timedelta(days=door_options(site_id).photo_days)
    photos = Photo.objects.filter(site_id=site_id)
    track = Track.objects.filter(pk=OuterRef("pk"), kiosk_id=OuterRef("kiosk_id"))
    lonely = photos.filter(~Exists(track), received_at__lte=now - WAITS_FOR_ITS_TRACK)
    gone = _delete(photos.filter(taken_at__lte=before)) + _delete(lonely)
    _delete_days(site_id, before=before.date())
    return gone


def _delete(photos: Iterable[Photo]) -> int:
    """First the file, then its row: what was broken off is found again."""
    rows = list(photos)
    for done, portion in enumerate(bulk.portions(rows, PORTION)):
        for photo in portion:
            _path(photo).unlink(missing_ok=True)
        Photo.objects.filter(pk__in=[photo.pk for photo in portion]).delete()
        log.info("photos_deleted", done=done * PORTION + len(portion), of=len(rows))
    return len(rows)


def _delete_days(site_id: int, *, before: date) -> None:
    """Whole days long over: files whose row was never written."""
    with suppress(FileNotFoundError):
        for folder in (Path(settings.PHOTOS) / str(site_id)).iterdir():
            if date.fromisoformat(folder.name) < before:
                shutil.rmtree(folder)


def _write(path: Path, octets: bytes) -> None:
    """Whole or not at all, and on the disk when this returns."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = path.with_suffix(".new")
    with fresh.open("wb") as file:
        file.write(octets)
        file.flush()
        os.fsync(file.fileno())
    fresh.rename(path)


def _path(photo: Photo) -> Path:
    day = photo.taken_at.astimezone(UTC).date().isoformat()
    return Path(settings.PHOTOS) / str(photo.site_id) / day / f"{photo.pk}.sealed"


def _kiosk_of(track: UUID) -> str | None:
    return Track.objects.filter(pk=track).values_list("kiosk_id", flat=True).first()
