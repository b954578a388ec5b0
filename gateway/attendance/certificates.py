"""Files that prove excuses: looked into, sealed beside the store, opened for who may see them.

What a file is, its content says and not its name. It lies outside any web root, sealed to the
gateway, so that a copy of the disk shows nobody's illness.
"""

import io
import os
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from uuid import UUID

import structlog
import uuid_utils.compat as uuids
from django.conf import settings
from django.db import transaction

from gateway.attendance.errors import (
    CertificateDamaged,
    NotInThisState,
    NotPermitted,
    UnknownCertificate,
    UnknownExcuse,
    WrongCertificate,
)
from gateway.attendance.excuse_rules import Standpoint, is_alive, may_see_certificate
from gateway.attendance.excusing import standpoint
from gateway.attendance.marking import Actor
from gateway.attendance.models import Certificate, Excuse
from gateway.attendance.values import ExcuseState
from gateway.keys import gateway_key
from gateway.people import roster
from kiosk.protocol.sealing import NotUnsealed, seal, unseal

log = structlog.get_logger()

MOST_OCTETS = 10 * 1024 * 1024
MOST_PIXELS = 50_000_000
MOST_FILES = 5
"""Certificates one excuse may have."""
LONGEST_NAME = 120
PDF = b"%PDF-"
PDF_ENDS = b"%%EOF"
PDF_TAIL = 4096
PICTURES = {b"\x89PNG\r\n\x1a\n": "PNG", b"\xff\xd8\xff": "JPEG"}
CONTENT_TYPES = {"PNG": "image/png", "JPEG": "image/jpeg"}


@dataclass(frozen=True, slots=True)
class Opened:
    """A certificate as it was given."""

    name: str
    content_type: str
    octets: bytes


@transaction.atomic
def add_certificate(*, excuse_id: int, name: str, octets: bytes, by: Actor, now: datetime) -> UUID:
    """Keep a file for an excuse, on the disk before the store knows of it.

    Raises UnknownExcuse, NotPermitted, WrongCertificate, NotInThisState for an excuse that is
    refused or withdrawn, and OSError when the disk does not take it; then nothing is kept.
    """
    excuse = Excuse.objects.filter(pk=excuse_id).first()
    if excuse is None:
        raise UnknownExcuse(f"there is no excuse {excuse_id}")
    _refuse_strangers(standpoint(by, excuse.person_id, excuse))
    content_type = content_type_of(octets)
    roster.hold([excuse.person_id])
    _refuse_more(excuse_id)
    certificate = Certificate(
        id=uuids.uuid7(),
        excuse=excuse,
        name=_shown(name),
        content_type=content_type,
        size=len(octets),
        digest=sha256(octets).hexdigest(),
        added_at=now,
        added_by=by.name,
    )
    path = _path(certificate.pk)
    try:
        _write(path, seal(gateway_key().public, octets, about=certificate.pk.bytes))
        certificate.save(force_insert=True)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return certificate.pk


def open_certificate(*, certificate_id: UUID, by: Actor) -> Opened:
    """The file, as it was given, for who may see it; that it was shown is noted in the log.

    Raises UnknownCertificate, NotPermitted, CertificateDamaged.
    """
    found = Certificate.objects.filter(pk=certificate_id).select_related("excuse").first()
    if found is None:
        raise UnknownCertificate(f"there is no certificate {certificate_id}")
    _refuse_strangers(standpoint(by, found.excuse.person_id, found.excuse))
    octets = _read(found.pk)
    if sha256(octets).hexdigest() != found.digest:
        raise CertificateDamaged("the file is not the one that was given: ask for it again")
    log.info("certificate_shown", certificate=str(found.pk), login=by.name)
    return Opened(found.name, found.content_type, octets)


def content_type_of(octets: bytes) -> str:
    """What a file is by its content. Raises WrongCertificate unless it is a PDF or a picture."""
    if not octets:
        raise WrongCertificate("the file is empty: choose it again")
    if len(octets) > MOST_OCTETS:
        raise WrongCertificate(f"a certificate has at most {MOST_OCTETS // 2**20} MB")
    if octets.startswith(PDF):
        if PDF_ENDS not in octets[-PDF_TAIL:]:
            raise WrongCertificate("the PDF is not whole: send it again")
        return "application/pdf"
    picture = next((kind for head, kind in PICTURES.items() if octets.startswith(head)), None)
    if picture is None:
        raise WrongCertificate("a certificate is a PDF, a PNG or a JPEG")
    _look_at(octets, picture)
    return CONTENT_TYPES[picture]


def _look_at(octets: bytes, kind: str) -> None:
    """Raises WrongCertificate for a picture that is not whole or has too many pixels.

    A PNG's parts are checked by their sums and a JPEG is read at an eighth of its size, so
    that no picture, however it was made, takes much memory.
    """
    from PIL import Image  # noqa: PLC0415 - only who keeps certificates loads it

    try:
        with Image.open(io.BytesIO(octets), formats=(kind,)) as picture:
            width, height = picture.size
            if width * height > MOST_PIXELS:
                raise WrongCertificate(f"a picture has at most {MOST_PIXELS:,} pixels")
            if kind == "PNG":
                picture.verify()
            else:
                picture.draft("L", (width // 8, height // 8))
                picture.load()
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as bomb:
        raise WrongCertificate(f"a picture has at most {MOST_PIXELS:,} pixels") from bomb
    except (OSError, SyntaxError, ValueError) as wrong:
        raise WrongCertificate("the picture cannot be read: take or send it again") from wrong


def _refuse_strangers(who: Standpoint) -> None:
    if not may_see_certificate(who):
        raise NotPermitted("certificates are for the family and the office alone")


def _refuse_more(excuse_id: int) -> None:
    excuse = Excuse.objects.get(pk=excuse_id)
    if not is_alive(ExcuseState(excuse.state)):
        raise NotInThisState(f"the excuse was {excuse.state}: it needs no certificate any more")
    if excuse.certificates.count() >= MOST_FILES:
        raise NotInThisState(f"an excuse has at most {MOST_FILES} certificates")


def _read(certificate_id: UUID) -> bytes:
    try:
        sealed = _path(certificate_id).read_bytes()
    except FileNotFoundError as gone:
        raise UnknownCertificate(
            f"the file of the certificate {certificate_id} is not on this machine"
        ) from gone
    try:
        return unseal(gateway_key(), sealed, about=certificate_id.bytes)
    except NotUnsealed as wrong:
        raise CertificateDamaged(
            "the file was changed, or sealed to another key: was the gateway's changed?"
        ) from wrong


def _write(path: Path, octets: bytes) -> None:
    """Whole or not at all, with its name on the disk when this returns."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = path.with_suffix(".new")
    try:
        with fresh.open("wb") as file:
            file.write(octets)
            file.flush()
            os.fsync(file.fileno())
        fresh.rename(path)
    except BaseException:
        with suppress(OSError):
            fresh.unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _path(certificate_id: UUID) -> Path:
    """In folders by the last two signs, so that none holds too many."""
    name = str(certificate_id)
    return Path(settings.CERTIFICATES) / name[-2:] / name


def _shown(name: str) -> str:
    """The name as pages show it: without folders, and without what cannot be printed."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    printed = "".join(sign for sign in last if sign.isprintable()).strip()
    return printed[-LONGEST_NAME:] or "certificate"
