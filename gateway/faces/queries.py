"""Who agreed, whose face is held where, what kiosks must hear, and what needs a look."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from gateway.faces.errors import UnreadableFace
from gateway.faces.models import Consent, Face, FaceClock, FaceNote
from gateway.faces.resting import take_out
from gateway.faces.rules import Stance, Word, expires_at, may_use
from gateway.fleet.models import Kiosk
from gateway.fleet.options import door_options
from gateway.people.models import Badge, Credential, Person
from kiosk.protocol.messages import Method
from kiosk.protocol.remarks import FaceVerdict

MOST_FACES = 200
"""Changes one part may carry: sealing them takes some 30 ms."""


@dataclass(frozen=True, slots=True)
class ConsentLine:
    """One word, as it was recorded."""

    id: int
    stance: str
    given_by: str
    relation: str
    given_at: datetime
    text_version: str
    recorded_by: str
    withdrawn_at: datetime | None
    withdrawn_by: str


@dataclass(frozen=True, slots=True)
class FaceLine:
    """A person of whom something was said or is held.

    `held_until` is None when no measures are held; `kiosks_left` names kiosks that have not
    said yet that they wiped measures which are wiped here.
    """

    person_id: int
    name: str
    may_use: bool
    held_until: datetime | None
    wiped_because: str
    kiosks_left: tuple[str, ...]
    words: tuple[ConsentLine, ...]


@dataclass(frozen=True, slots=True)
class HeldFace:
    """A person's measures, opened to be sealed for one kiosk."""

    person_id: int
    measures: bytes
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class FacesChange:
    """What changed from version `base` to `version`; `base` 0 begins anew."""

    base: int
    version: int
    complete: bool
    faces: tuple[HeldFace, ...]
    removed: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Mismatch:
    """A face that was not the holder's, still to be looked at by staff."""

    track_id: UUID
    person_id: int
    name: str
    kiosk: str
    at: datetime
    distance: float | None


@dataclass(frozen=True, slots=True)
class _Site:
    """How long a site keeps faces, and up to which version each of its kiosks has them."""

    days: int
    heard: Mapping[str, int]

    def behind(self, version: int) -> tuple[str, ...]:
        """The kiosks that have not heard of this version; one that holds nothing need not."""
        return tuple(kiosk for kiosk, at in sorted(self.heard.items()) if at < version)


def is_allowed(*, person_id: int, site_id: int) -> bool:
    """Whether the person's face may be used at the site."""
    rows = Consent.objects.filter(person_id=person_id, site_id=site_id)
    return may_use(_words(rows))


def allowed_people(site_id: int) -> frozenset[int]:
    """Everybody whose face may be used at the site."""
    words: dict[int, list[Consent]] = defaultdict(list)
    for row in Consent.objects.filter(site_id=site_id, withdrawn_at=None):
        words[row.person_id].append(row)
    return frozenset(person for person, said in words.items() if may_use(_words(said)))


def has_other_way(person_id: int, *, now: datetime) -> bool:
    """Whether the person has anything else to show at a door."""
    shown = Credential.objects.filter(person_id=person_id, blocked_at=None)
    badges = Badge.objects.filter(person_id=person_id, revoked_at=None, expires_at__gt=now)
    return shown.exclude(method=Method.FACE.value).exists() or badges.exists()


def faces_version() -> int:
    """The version every kiosk that uses faces should reach."""
    return FaceClock.objects.values_list("version", flat=True).first() or 0


def uses_faces(site_id: int) -> bool:
    """Whether the site's kiosks may hold faces at all."""
    options = door_options(site_id)
    return options.face_confirm or options.face_identify


def faces_since(site_id: int, version: int, *, most: int = MOST_FACES) -> FacesChange:
    """The next changes after `version` among the site's faces, at most `most` of them.

    A site that does not use faces is told to hold none, at version 0. A version never given
    out (the gateway was restored from a backup) begins anew.
    """
    if not uses_faces(site_id):
        return FacesChange(0, 0, complete=True, faces=(), removed=())
    newest = faces_version()
    base = version if version <= newest else 0
    rows = Face.objects.filter(site_id=site_id, version__gt=base, version__lte=newest)
    if base == 0:
        rows = rows.filter(wiped_at=None)
    found = list(rows.order_by("version")[: most + 1])
    complete = len(found) <= most
    told = found[:most]
    days = door_options(site_id).face_days
    return FacesChange(
        base=base,
        version=newest if complete else told[-1].version,
        complete=complete,
        faces=tuple(_held(told, days)),
        removed=tuple(face.person_id for face in told if face.wiped_at is not None),
    )


def face_lines(site_id: int, *, person_ids: Collection[int] | None = None) -> tuple[FaceLine, ...]:
    """Everybody at the site of whom something was said or is held, by name."""
    of_these = Q(site_id=site_id)
    if person_ids is not None:
        of_these &= Q(person_id__in=person_ids)
    words = Consent.objects.filter(of_these).select_related("person", "recorded_by")
    said: dict[Person, list[Consent]] = defaultdict(list)
    for row in words.order_by("-recorded_at", "-pk"):
        said[row.person].append(row)
    faces = {face.person_id: face for face in Face.objects.filter(of_these)}
    site = _Site(door_options(site_id).face_days, _heard_by(site_id))
    by_name = sorted(said, key=lambda each: (each.family_name, each.given_name, each.pk))
    return tuple(_line(who, said[who], faces.get(who.pk), site) for who in by_name)


def mismatches(site_id: int, day: date) -> tuple[Mismatch, ...]:
    """The faces of `day` that were not the holders' and nobody has looked at (BIO-02)."""
    rows = FaceNote.objects.filter(
        verdict=FaceVerdict.ANOTHER.value, seen_at=None, track__site_id=site_id, track__day=day
    ).select_related("track__person", "track__kiosk")
    return tuple(
        Mismatch(
            track_id=row.track_id,
            person_id=row.track.person.pk,
            name=str(row.track.person),
            kiosk=row.track.kiosk.name,
            at=row.track.at,
            distance=row.distance,
        )
        for row in rows.order_by("track__at")
        if row.track.person is not None
    )


def only_by_face(site_id: int, *, now: datetime) -> tuple[Person, ...]:
    """Whose face is held at the site and who has nothing else to show any more."""
    cards = Credential.objects.filter(person=OuterRef("pk"), blocked_at=None)
    badges = Badge.objects.filter(person=OuterRef("pk"), revoked_at=None, expires_at__gt=now)
    held = Person.objects.filter(active=True, faces__site_id=site_id, faces__wiped_at=None)
    found = held.exclude(Exists(cards.exclude(method=Method.FACE.value))).exclude(Exists(badges))
    return tuple(found.order_by("family_name", "given_name", "pk"))


def verdicts_of(tracks: Collection[UUID]) -> dict[UUID, str]:
    """What kiosks made of the faces of these tracks; nothing for most."""
    rows = FaceNote.objects.filter(track_id__in=tracks)
    return dict(rows.values_list("track_id", "verdict"))


def _words(rows: Iterable[Consent]) -> list[Word]:
    return [Word(Stance(row.stance), row.withdrawn_at) for row in rows]


def _held(faces: Iterable[Face], days: int) -> list[HeldFace]:
    """Opened; one that cannot be opened any more is left out: it has to be enrolled again."""
    held = []
    for face in faces:
        if face.wiped_at is None and (measures := _opened(face)):
            until = expires_at(face.enrolled_at, days=days)
            held.append(HeldFace(face.person_id, measures, until))
    return held


def _opened(face: Face) -> bytes | None:
    try:
        return take_out(bytes(face.sealed), site_id=face.site_id, person_id=face.person_id)
    except UnreadableFace:
        return None


def _heard_by(site_id: int) -> dict[str, int]:
    """The version of the faces that each of the site's kiosks holds; who holds none is left out."""
    kiosks = Kiosk.objects.filter(site_id=site_id, faces_version__gt=0)
    return dict(kiosks.values_list("name", "faces_version"))


def _line(person: Person, said: list[Consent], face: Face | None, site: _Site) -> FaceLine:
    is_held = face is not None and face.wiped_at is None
    return FaceLine(
        person_id=person.pk,
        name=str(person),
        may_use=may_use(_words(said)),
        held_until=expires_at(face.enrolled_at, days=site.days) if face and is_held else None,
        wiped_because=face.wiped_because if face else "",
        kiosks_left=site.behind(face.version) if face and not is_held else (),
        words=tuple(map(_consent_line, said)),
    )


def _consent_line(row: Consent) -> ConsentLine:
    return ConsentLine(
        id=row.pk,
        stance=row.stance,
        given_by=row.given_by,
        relation=row.relation,
        given_at=row.given_at,
        text_version=row.text_version,
        recorded_by=row.recorded_by.get_username() if row.recorded_by else "",
        withdrawn_at=row.withdrawn_at,
        withdrawn_by=row.withdrawn_by,
    )
