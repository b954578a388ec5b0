"""Stills that people take of themselves to check in: sealed files outside the web root.

They are made small and plain first, so that nothing is kept of where a phone took them.
"""

import io
import os
import shutil
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID

import structlog
from django.conf import settings

from gateway.attendance.errors import NoPhoto, PhotoUnreadable, WrongProof
from gateway.attendance.models import CheckIn
from gateway.keys import gateway_key
from kiosk.protocol.sealing import NotUnsealed, seal, unseal

log = structlog.get_logger()

FOLDER = "check-ins"
MOST_OCTETS = 8_000_000
MOST_PIXELS = 50_000_000
WIDEST = 1024


def plain_still(picture: bytes) -> bytes:
    """A JPEG of at most 1024 pixels a side with nothing else in it. Raises WrongProof."""
    from PIL import Image, ImageOps  # noqa: PLC0415 - few sites ask for photos

    if len(picture) > MOST_OCTETS:
        raise WrongProof(f"a photo has at most {MOST_OCTETS // 1_000_000} MB")
    try:
        with Image.open(io.BytesIO(picture), formats=("JPEG", "PNG")) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                raise WrongProof("the photo is too large: take a smaller one")
            opened.draft("RGB", (WIDEST, WIDEST))
            upright = ImageOps.exif_transpose(opened).convert("RGB")
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as wrong:
        raise WrongProof("a photo must be a JPEG or PNG picture") from wrong
    upright.thumbnail((WIDEST, WIDEST))
    written = io.BytesIO()
    Image.frombytes("RGB", upright.size, upright.tobytes()).save(written, "JPEG", quality=80)
    return written.getvalue()


def keep_still(still: UUID, jpeg: bytes, *, taken_at: datetime) -> None:
    """Seal and keep it, whole and on the disk when this returns. Raises OSError."""
    path = _path(still, taken_at)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = path.with_suffix(".new")
    with fresh.open("wb") as file:
        file.write(seal(gateway_key().public, jpeg, about=still.bytes))
        file.flush()
        os.fsync(file.fileno())
    fresh.rename(path)


def open_still(*, check_in_id: int, by: str) -> bytes:
    """The JPEG of a check-in, for the login `by`, which is noted in the log.

    Raises NoPhoto, also for one that was deleted in its time, and PhotoUnreadable.
    """
    found = CheckIn.objects.filter(pk=check_in_id).exclude(photo=None).first()
    if found is None or found.photo is None:
        raise NoPhoto(f"no photo of the check-in {check_in_id} is kept")
    try:
        jpeg = unseal(
            gateway_key(), _path(found.photo, found.at).read_bytes(), about=found.photo.bytes
        )
    except FileNotFoundError as gone:
        raise NoPhoto(f"the photo of the check-in {check_in_id} is not kept any more") from gone
    except NotUnsealed as wrong:
        raise PhotoUnreadable("it was sealed to another key: was the gateway's changed?") from wrong
    log.info("check_in_photo_shown", check_in=check_in_id, login=by)
    return jpeg


def purge_stills(*, before: datetime) -> int:
    """Delete the stills of whole days before an instant; answers of how many days."""
    gone = 0
    with suppress(FileNotFoundError):
        for folder in (Path(settings.PHOTOS) / FOLDER).iterdir():
            if date.fromisoformat(folder.name) < before.astimezone(UTC).date():
                shutil.rmtree(folder)
                gone += 1
    return gone


def _path(still: UUID, taken_at: datetime) -> Path:
    day = taken_at.astimezone(UTC).date().isoformat()
    return Path(settings.PHOTOS) / FOLDER / day / f"{still}.sealed"
