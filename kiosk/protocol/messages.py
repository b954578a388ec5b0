"""What kiosk and gateway say to each other, version 1. One golden JSON file stands by each."""

from datetime import date, time
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, Field, NonNegativeInt, PositiveInt

from kiosk.protocol.lateness import Rounding
from kiosk.protocol.options import (
    BadgeKey,
    FaceOptions,
    FallbackOptions,
    GroupName,
    PhotoOptions,
    SessionCode,
)
from kiosk.protocol.wire import Base64, CredentialValue, Message, Slug, Wire

MOST_TRACKS = 100
"""Tracks one `Tracks` message may carry."""
MOST_SEALED_PHOTO = 90_000
"""Characters of one sealed still: 60 kB and the seal, in base64."""


class Method(StrEnum):
    """How a person was recognised; also the kind of credential shown."""

    CARD = "card"
    QR = "qr"
    FACE = "face"
    PIN = "pin"
    NAME = "name"


class PersonKind(StrEnum):
    """What a person is to the organisation."""

    STUDENT = "student"
    STAFF = "staff"
    GUARDIAN = "guardian"
    VISITOR = "visitor"


class Shown(StrEnum):
    """What the kiosk told the person; `unknown` and `blocked` are reported, not movements."""

    SIGNED_IN = "signed_in"
    SIGNED_OUT = "signed_out"
    UNKNOWN = "unknown"
    BLOCKED = "blocked"


class TrackMade(Wire):
    """One sighting the kiosk has journalled.

    `made_at` is what the kiosk's clock claimed; `boot_id` and `uptime_ms` (boot-time clock)
    allow it to be repaired when `clock_trusted` is false. `person` is who the kiosk took
    the holder to be, None when it knew nobody.
    """

    seq: PositiveInt
    id: UUID
    made_at: AwareDatetime
    boot_id: UUID
    uptime_ms: NonNegativeInt
    clock_trusted: bool
    method: Method
    credential: CredentialValue
    person: PositiveInt | None
    shown: Shown
    late_minutes: PositiveInt | None = None


class Tracks(Message):
    """Up: tracks of one install, in the order of their `seq`."""

    kiosk: Slug
    install: UUID
    tracks: Annotated[tuple[TrackMade, ...], Field(min_length=1, max_length=MOST_TRACKS)]


class ClockAnchor(Wire):
    """A moment of a boot at which the clock was synchronised."""

    boot_id: UUID
    utc: AwareDatetime
    uptime_ms: NonNegativeInt


class DeviceReport(Wire):
    """How one device of a kiosk is; `why` says what is wrong, in words, when it is away."""

    name: Slug
    ok: bool
    why: Annotated[str, Field(max_length=200)] = ""


class Heartbeat(Message):
    """Up: how the kiosk is, every few seconds and at once after connecting.

    `first_seq` is the oldest number the journal still holds (0 when it is empty),
    `last_seq` the newest given out, `queue` how many are not yet confirmed; `salvaged` how
    many more are not that could be read out of a journal that broke.
    `roster_version` and `heard_upto` (up to when no committed track of the site is missing)
    say what the kiosk has; while it is not `caught_up` it asks for all tracks since then.
    `seal_key` is the kiosk's public key: what only this kiosk may read is sealed to it.
    """

    kiosk: Slug
    install: UUID
    sent_at: AwareDatetime
    boot_id: UUID
    uptime_ms: NonNegativeInt
    clock_trusted: bool
    first_seq: NonNegativeInt
    last_seq: NonNegativeInt
    queue: NonNegativeInt
    roster_version: NonNegativeInt
    heard_upto: AwareDatetime | None
    caught_up: bool
    software: Annotated[str, Field(max_length=64)]
    disk_free_mb: NonNegativeInt
    anchors: tuple[ClockAnchor, ...] = ()
    devices: tuple[DeviceReport, ...] = ()
    remarks: NonNegativeInt = 0
    photos: NonNegativeInt = 0
    faces_version: NonNegativeInt = 0
    seal_key: Base64 = ""
    salvaged: NonNegativeInt = 0


class KioskState(Message):
    """Up, retained: whether the kiosk is connected.

    The broker says `online: false` for one that vanished.
    """

    kiosk: Slug
    online: bool


class GatewayState(Message):
    """Down, retained: whether the gateway takes tracks.

    A new `run` tells kiosks to repeat what is unconfirmed.
    """

    run: UUID
    online: bool


class Upto(Message):
    """Down: the gateway has committed every track of `install` up to and including this number."""

    install: UUID
    upto: NonNegativeInt


class Credential(Wire):
    """What a person can show. Card numbers are upper-case hex."""

    method: Method
    value: CredentialValue


class RosterPerson(Wire):
    """A person a kiosk may meet. `name` is what the screen may show, such as "Mia K."."""

    id: PositiveInt
    kind: PersonKind
    name: str
    language: Annotated[str, Field(max_length=16)] = "en"
    year_group: PositiveInt | None = None
    credentials: tuple[Credential, ...] = ()


class RosterPart(Message):
    """Down: what changed in the roster from version `base` to `version`.

    `base` 0 begins anew: the kiosk forgets what it had. Large changes come in several
    parts, each from the version before it to its own.
    """

    base: NonNegativeInt
    version: NonNegativeInt
    people: tuple[RosterPerson, ...] = ()
    removed: tuple[PositiveInt, ...] = ()
    blocked: tuple[Credential, ...] = ()
    unblocked: tuple[Credential, ...] = ()


class SiteTrack(Wire):
    """A track the gateway has committed, at the instant it holds for true."""

    id: UUID
    person: PositiveInt
    kiosk: Slug
    made_at: AwareDatetime


class SiteTracks(Message):
    """Down: committed tracks of the site; a later word about the same `id` replaces the earlier."""

    site: Slug
    committed_at: AwareDatetime
    tracks: tuple[SiteTrack, ...]


class LatePeriod(Wire):
    """From when a student of these year groups is late on `day`."""

    day: date
    year_groups: tuple[PositiveInt, ...]
    late_after: AwareDatetime
    minutes_from: AwareDatetime
    rounding: Rounding


class SiteSettings(Message):
    """Down, retained: what a kiosk must know of its site to decide alone."""

    site: Slug
    name: str
    zone: str
    day_starts: time
    repeat_window_s: NonNegativeInt
    late_periods: tuple[LatePeriod, ...] = ()
    seal_key: Base64 = ""
    badge_keys: tuple[BadgeKey, ...] = ()
    photo: PhotoOptions = PhotoOptions()
    face: FaceOptions = FaceOptions()
    fallback: FallbackOptions = FallbackOptions()
    show_names: bool = True
    ask_late_reason: bool = False
    session_codes: tuple[SessionCode, ...] = ()
    year_groups: tuple[GroupName, ...] = ()


class PhotoTaken(Message):
    """Up: the still of a track, a JPEG sealed to the gateway's `seal_key` about the track's id."""

    kiosk: Slug
    track: UUID
    made_at: AwareDatetime
    sealed: Annotated[Base64, Field(max_length=MOST_SEALED_PHOTO)]


class PhotosKept(Message):
    """Down: the gateway has stored, or has no use for, the stills of these tracks."""

    tracks: tuple[UUID, ...]


class Wanted(Wire):
    """Whose card or face is to be enrolled next; `name` is what the screen may show.

    `number` is the card's number in hex where it is known already, empty where it is not: from
    it, and from the person's other cards, a kiosk learns how its reader types numbers.
    """

    id: UUID
    method: Method
    person: PositiveInt
    name: str
    until: AwareDatetime
    number: Annotated[str, Field(pattern=r"^([0-9A-F]{2})*$", max_length=20)] = ""


class Enrolment(Message):
    """Down, retained: what the kiosk shall enrol; nothing when `wanted` is None."""

    wanted: Wanted | None


class SealedFace(Wire):
    """A person's face measures, sealed to the kiosk's `seal_key` about the person's id."""

    person: PositiveInt
    sealed: Base64
    expires_at: AwareDatetime


class FacesPart(Message):
    """Down: what changed among the faces this kiosk may know; as `RosterPart` goes on."""

    base: NonNegativeInt
    version: NonNegativeInt
    faces: tuple[SealedFace, ...] = ()
    removed: tuple[PositiveInt, ...] = ()


class SafePerson(Wire):
    """A person found safe, or not safe after all, and when."""

    person: PositiveInt
    at: AwareDatetime


class Evacuation(Message):
    """Down, retained: whether the site is being evacuated, and everybody found safe so far.

    `unticked` are those who had been found safe, and are not by the last word.
    """

    site: Slug
    alarm: UUID | None
    began_at: AwareDatetime | None = None
    safe: tuple[SafePerson, ...] = ()
    unticked: tuple[SafePerson, ...] = ()
