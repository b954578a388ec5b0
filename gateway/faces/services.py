"""What is written of consents and faces. Without a standing consent no face is kept anywhere."""

import base64
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.db import connection, transaction

from gateway import bulk
from gateway.attendance.models import Track
from gateway.faces.errors import (
    NoConsent,
    NoOtherWay,
    UnknownConsent,
    UnknownVerdict,
    UnreadableFace,
    WrongConsent,
)
from gateway.faces.models import Consent, Face, FaceNote
from gateway.faces.queries import allowed_people, has_other_way, is_allowed
from gateway.faces.resting import lock_away
from gateway.faces.rules import Stance, expires_at
from gateway.fleet.enrolling import finish_enrolment, start_enrolment
from gateway.fleet.models import Kiosk
from gateway.fleet.options import door_options
from gateway.keys import gateway_key
from gateway.people.errors import UnknownPerson
from gateway.people.models import Person
from gateway.people.services import set_credential
from gateway.timetable.models import Site
from kiosk.protocol.messages import Method
from kiosk.protocol.remarks import FaceEnrolled, FaceSeen
from kiosk.protocol.sealing import NotUnsealed, unseal

log = structlog.get_logger()

MEASURES_OCTETS = 512
"""128 four-byte floats, see `drivers.face.engine`."""

_ADVANCE = """INSERT INTO faces_faceclock (id, version) VALUES (1, 1)
    ON CONFLICT (id) DO UPDATE SET version = faces_faceclock.version + 1
    RETURNING version"""


@dataclass(frozen=True, slots=True)
class Statement:
    """What somebody said of the use of a person's face, and when; `text_version` of which text."""

    stance: Stance
    given_by: str
    relation: str
    given_at: datetime
    text_version: str


@transaction.atomic
def record_consent(
    *, person_id: int, site_id: int, said: Statement, by: int | None, now: datetime
) -> int:
    """Keep what was said; answers its number. A refusal wipes what is held.

    Saying the same again changes nothing. Raises UnknownPerson, WrongConsent.
    """
    _check(said, now)
    if not Person.objects.filter(pk=person_id).exists():
        raise UnknownPerson(f"there is no person {person_id}")
    row, is_new = Consent.objects.get_or_create(
        site_id=site_id,
        person_id=person_id,
        stance=said.stance.value,
        given_by=said.given_by.strip(),
        withdrawn_at=None,
        defaults={
            "relation": said.relation,
            "given_at": said.given_at,
            "text_version": said.text_version.strip(),
            "recorded_at": now,
            "recorded_by_id": by,
        },
    )
    if is_new:
        log.info("face_consent_recorded", consent=row.pk, stance=row.stance, login=by)
        _wipe_unless_allowed(person_id, site_id, because=said.stance.value, now=now)
    return row.pk


@transaction.atomic
def withdraw_consent(
    *, consent_id: int, site_id: int, withdrawn_by: str, by: int | None, now: datetime
) -> None:
    """Somebody takes back what was said; without a consent left, what is held is wiped at once.

    Kiosks are told within seconds. Doing it again changes nothing. Raises UnknownConsent.
    """
    row = Consent.objects.select_for_update().filter(pk=consent_id, site_id=site_id).first()
    if row is None:
        raise UnknownConsent(f"there is no consent {consent_id} at this site")
    if row.withdrawn_at is not None:
        return
    row.withdrawn_at, row.withdrawn_by = now, withdrawn_by.strip()[:120]
    row.withdrawal_recorded_by_id = by
    row.save(update_fields=("withdrawn_at", "withdrawn_by", "withdrawal_recorded_by"))
    log.info("face_consent_withdrawn", consent=row.pk, stance=row.stance, login=by)
    _wipe_unless_allowed(row.person_id, site_id, because="withdrawn", now=now)


def start_face_enrolment(*, kiosk_id: str, person_id: int, by: int | None, now: datetime) -> UUID:
    """Let the kiosk measure the person's face.

    Raises NoConsent, NoOtherWay, and as `fleet.enrolling.start_enrolment` does.
    """
    kiosk = Kiosk.objects.filter(pk=kiosk_id).first()
    if kiosk is not None:
        _refuse_unless_allowed(person_id, kiosk.site_id)
    if not has_other_way(person_id, now=now):
        raise NoOtherWay(
            f"person {person_id} has no card, badge or PIN: give one first, "
            "because a face is never the only way in"
        )
    return start_enrolment(
        kiosk_id=kiosk_id, person_id=person_id, method=Method.FACE, by=by, now=now
    )


@transaction.atomic
def keep_face(*, kiosk: Kiosk, remark: FaceEnrolled, now: datetime) -> None:
    """Keep the measures a kiosk took, encrypted; the kiosks of the site are told.

    Hearing it twice is hearing it once. Raises UnknownEnrolment, NoConsent, UnreadableFace.
    """
    measures = _unsealed(remark)
    person_id = finish_enrolment(kiosk_id=kiosk.pk, enrolment_id=remark.enrolment, now=now)
    if person_id is None:
        return
    _refuse_unless_allowed(person_id, kiosk.site_id)
    set_credential(person_id=person_id, method=Method.FACE, value=str(person_id))
    sealed = lock_away(measures, site_id=kiosk.site_id, person_id=person_id)
    Face.objects.update_or_create(
        site_id=kiosk.site_id,
        person_id=person_id,
        defaults={
            "sealed": sealed,
            "enrolled_at": now,
            "wiped_at": None,
            "wiped_because": "",
            "version": _advance(),
        },
    )
    log.info("face_enrolled", person=person_id, kiosk=kiosk.pk)


def wipe_stale(*, now: datetime) -> int:
    """Wipe the faces that expired, whose person left, or that nothing allows any more."""
    wiped = 0
    for site in Site.objects.all():
        allowed, days = allowed_people(site.pk), door_options(site.pk).face_days
        held = Face.objects.filter(site=site, wiped_at=None).select_related("person")
        for face in held:
            if because := _stale(face, days, allowed, now):
                wiped += _wipe(face.person_id, site.pk, because=because, now=now)
    return wiped


@transaction.atomic
def hear_verdict(*, kiosk: Kiosk, remark: FaceSeen, now: datetime) -> None:
    """Keep what a kiosk made of the face of a track of its own. Raises UnknownVerdict."""
    if not Track.objects.filter(pk=remark.track, kiosk=kiosk).exists():
        raise UnknownVerdict(f"{kiosk.pk} has made no track {remark.track}")
    bulk.insert(
        FaceNote,
        ("track", "verdict", "distance", "noted_at"),
        [(remark.track, remark.verdict.value, remark.distance, now)],
        on_conflict="(track_id) DO NOTHING",
    )


def see_mismatch(*, track_id: UUID, by: int | None, now: datetime) -> None:
    """Staff have looked at it. Doing it again changes nothing."""
    rows = FaceNote.objects.filter(track_id=track_id, seen_at=None)
    rows.update(seen_at=now, seen_by_id=by)


def _check(said: Statement, now: datetime) -> None:
    if not said.given_by.strip():
        raise WrongConsent("name who said it")
    if said.relation not in Consent.Relation.values:
        raise WrongConsent(f"say what they are: {', '.join(Consent.Relation.values)}")
    if not said.text_version.strip():
        raise WrongConsent("say which version of the text they were given")
    if said.given_at > now + timedelta(minutes=1):
        raise WrongConsent("a consent is recorded once it was given, not before")


def _stale(face: Face, days: int, allowed: Collection[int], now: datetime) -> str:
    """Why the face has to go; empty while it may stay."""
    if expires_at(face.enrolled_at, days=days) <= now:
        return "expired"
    if not face.person.active:
        return "left"
    return "" if face.person_id in allowed else "withdrawn"


def _refuse_unless_allowed(person_id: int, site_id: int) -> None:
    if not is_allowed(person_id=person_id, site_id=site_id):
        raise NoConsent(
            f"the face of person {person_id} may not be used: no consent stands at this site, "
            "or somebody refuses"
        )


def _wipe_unless_allowed(person_id: int, site_id: int, *, because: str, now: datetime) -> None:
    if not is_allowed(person_id=person_id, site_id=site_id):
        _wipe(person_id, site_id, because=because, now=now)


@transaction.atomic
def _wipe(person_id: int, site_id: int, *, because: str, now: datetime) -> int:
    """Let go of the measures, and move the version on so that kiosks do; how many there were."""
    held = Face.objects.filter(person_id=person_id, site_id=site_id, wiped_at=None)
    if not held.exists():
        return 0
    log.info("face_wiped", person=person_id, because=because)
    return held.update(sealed=b"", wiped_at=now, wiped_because=because, version=_advance())


def _unsealed(remark: FaceEnrolled) -> bytes:
    try:
        sealed = base64.b64decode(remark.sealed)
        measures = unseal(gateway_key(), sealed, about=remark.enrolment.bytes)
    except (NotUnsealed, ValueError) as wrong:
        raise UnreadableFace("the measures were sealed to another key: enrol again") from wrong
    if len(measures) != MEASURES_OCTETS:
        raise UnreadableFace(f"face measures have {MEASURES_OCTETS} bytes, not {len(measures)}")
    return measures


def _advance() -> int:
    """The next version. Holds every other change of faces back until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(_ADVANCE)
        (version,) = cursor.fetchone()
    return int(version)
