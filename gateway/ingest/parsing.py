"""What arrived is read into values, or set aside with a reason a person can act on."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, datetime
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter, ValidationError

from kiosk.protocol.messages import Heartbeat, KioskState, PhotoTaken, TrackMade, Tracks
from kiosk.protocol.remarks import Remarks
from kiosk.protocol.topics import kiosk_of
from kiosk.protocol.wire import VERSION

_INSTALL: TypeAdapter[UUID] = TypeAdapter(UUID)
LONGEST_REASON = 400
LONGEST_KEY = 64
BIGGEST = 2**63 - 1
"""The largest number the store keeps as a sequence or a person."""
BIGGEST_COUNT = 2**31 - 1
LONGEST_UPTIME_MS = 10**12
"""Thirty years; a longer one could not be added to an instant."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """A message as the broker handed it over."""

    topic: str
    payload: bytes


@dataclass(frozen=True, slots=True)
class Told:
    """A track as a kiosk told it."""

    kiosk_id: str
    install: UUID
    track: TrackMade


@dataclass(frozen=True, slots=True)
class Aside:
    """What cannot be used; its identity as far as it could be read."""

    topic: str
    payload: bytes
    reason: str
    kiosk_id: str = ""
    install: UUID | None = None
    seq: int | None = None

    @property
    def fingerprint(self) -> str:
        """The same for the same message, however often it comes."""
        return hashlib.sha256(self.topic.encode() + b"\0" + self.payload).hexdigest()


@dataclass(frozen=True, slots=True)
class Parsed:
    """What one message came to."""

    told: tuple[Told, ...] = ()
    asides: tuple[Aside, ...] = ()
    heartbeat: Heartbeat | None = None
    state: KioskState | None = None
    remarks: Remarks | None = None
    photo: PhotoTaken | None = None

    @classmethod
    def of(cls, parts: "Sequence[Parsed]") -> "Parsed":
        """The tracks and set-aside parts of several."""
        return cls(
            told=tuple(told for part in parts for told in part.told),
            asides=tuple(aside for part in parts for aside in part.asides),
        )


def parse(message: Arrived) -> Parsed:
    """Read a message from a kiosk; never raises, whatever the bytes."""
    kiosk_id = kiosk_of(message.topic)
    if kiosk_id is None:
        return _aside(message, "not a topic that kiosks write to")
    kind = message.topic.rsplit("/", 1)[-1]
    try:
        parsed = _KINDS[kind](message)
    except KeyError:
        return _aside(message, f"kiosks send {', '.join(_KINDS)}, not {kind!r}", kiosk_id)
    except ValidationError as wrong:
        return _salvaged(message, kiosk_id, wrong)
    return parsed if _speaks_for_itself(parsed, kiosk_id) else _foreign(message, kiosk_id)


def _tracks(message: Arrived) -> Parsed:
    said = Tracks.model_validate_json(message.payload)
    told = tuple(Told(said.kiosk, said.install, track) for track in said.tracks)
    if not any(_unkept(each.track) for each in told):
        return Parsed(told=told)
    return Parsed.of([_kept_or_aside(message.topic, each) for each in told])


def _heartbeat(message: Arrived) -> Parsed:
    said = Heartbeat.model_validate_json(message.payload)
    if reason := _unkept_heartbeat(said):
        return _aside(message, reason, said.kiosk)
    return Parsed(heartbeat=said)


def _state(message: Arrived) -> Parsed:
    return Parsed(state=KioskState.model_validate_json(message.payload))


def _remarks(message: Arrived) -> Parsed:
    return Parsed(remarks=Remarks.model_validate_json(message.payload))


def _photo(message: Arrived) -> Parsed:
    return Parsed(photo=PhotoTaken.model_validate_json(message.payload))


def _kept_or_aside(topic: str, told: Told) -> Parsed:
    reason, track = _unkept(told.track), told.track
    if not reason:
        return Parsed(told=(told,))
    seq = track.seq if track.seq <= BIGGEST else None
    payload = track.model_dump_json().encode()
    return Parsed(asides=(Aside(topic, payload, reason, told.kiosk_id, told.install, seq),))


def _unkept(track: TrackMade) -> str:
    """Why no store can keep the track, though it is well formed; empty when one can."""
    if "\0" in track.credential:
        return "credential: it has a sign that is no text"
    if max(track.seq, track.person or 0) > BIGGEST or (track.late_minutes or 0) > BIGGEST_COUNT:
        return "seq, person or late_minutes: too large a number"
    return _unkept_moment(track.made_at, track.uptime_ms)


def _unkept_heartbeat(said: Heartbeat) -> str:
    """Why no store can keep the heartbeat; empty when one can."""
    if "\0" in said.software or any("\0" in device.why for device in said.devices):
        return "software or devices: a sign that is no text"
    if len(said.seal_key) > LONGEST_KEY:
        return "seal_key: longer than any key"
    if max(said.first_seq, said.last_seq, said.roster_version, said.faces_version) > BIGGEST:
        return "first_seq, last_seq, roster_version or faces_version: too large a number"
    if max(said.queue, said.disk_free_mb, said.remarks, said.photos, said.salvaged) > BIGGEST_COUNT:
        return "queue, disk_free_mb, remarks, photos or salvaged: too large a number"
    moments = [(said.sent_at, said.uptime_ms), *((a.utc, a.uptime_ms) for a in said.anchors)]
    return next(filter(None, (_unkept_moment(*moment) for moment in moments)), "")


def _unkept_moment(instant: datetime, uptime_ms: int) -> str:
    if not MINYEAR < instant.year < MAXYEAR:
        return "an instant lies outside of all calendars"
    return "uptime_ms: too long" if uptime_ms > LONGEST_UPTIME_MS else ""


_KINDS = {
    "tracks": _tracks,
    "heartbeat": _heartbeat,
    "state": _state,
    "remarks": _remarks,
    "photos": _photo,
}


def _speaks_for_itself(parsed: Parsed, kiosk_id: str) -> bool:
    names = {told.kiosk_id for told in parsed.told}
    whole = (parsed.heartbeat, parsed.state, parsed.remarks, parsed.photo)
    names |= {said.kiosk for said in whole if said is not None}
    return names == {kiosk_id}


def _foreign(message: Arrived, kiosk_id: str) -> Parsed:
    return _aside(message, f"it came on the topic of {kiosk_id} but names another kiosk", kiosk_id)


def _salvaged(message: Arrived, kiosk_id: str, wrong: ValidationError) -> Parsed:
    """Of a bad message of tracks, keep each track that is good."""
    body = _json(message.payload)
    if not isinstance(body, dict):
        return _aside(message, "not a JSON object", kiosk_id)
    version = body.get("v", VERSION)
    install = _install(body)
    tracks = body.get("tracks")
    if install is None or not isinstance(tracks, list) or not message.topic.endswith("/tracks"):
        return _aside(message, _version_reason(version) or _reason(wrong), kiosk_id)
    if body.get("kiosk") != kiosk_id:
        return _foreign(message, kiosk_id)
    return Parsed.of(
        [_one_track(message.topic, kiosk_id, install, version, track) for track in tracks]
    )


def _one_track(topic: str, kiosk_id: str, install: UUID, version: object, track: Any) -> Parsed:  # noqa: ANN401 - JSON of a stranger
    reason = _version_reason(version)
    try:
        if not reason:
            told = Told(kiosk_id, install, TrackMade.model_validate_json(_bytes(track)))
            return _kept_or_aside(topic, told)
    except ValidationError as wrong:
        reason = _reason(wrong)
    aside = Aside(topic, _bytes(track), reason, kiosk_id, install, _seq(track))
    return Parsed(asides=(aside,))


def _aside(message: Arrived, reason: str, kiosk_id: str = "") -> Parsed:
    return Parsed(asides=(Aside(message.topic, message.payload, reason, kiosk_id),))


def _version_reason(version: object) -> str:
    if version == VERSION:
        return ""
    return (
        f"written to version {version!r} of the contract; this gateway understands version "
        f"{VERSION}: update whichever of the two is older"
    )[:LONGEST_REASON]


def _reason(wrong: ValidationError) -> str:
    """Without signs that are no text: a complaint may quote the stranger's own keys."""
    printable = (sign for sign in "; ".join(_complaints(wrong)) if sign.isprintable())
    return "".join(printable)[:LONGEST_REASON]


def _complaints(wrong: ValidationError) -> Iterator[str]:
    for error in wrong.errors(include_url=False, include_input=False, include_context=False):
        place = ".".join(str(part) for part in error["loc"])
        yield f"{place}: {error['msg']}" if place else error["msg"]


def _json(payload: bytes) -> Any:  # noqa: ANN401 - JSON of a stranger
    try:
        return json.loads(payload)
    except (ValueError, RecursionError):
        return None


def _bytes(value: Any) -> bytes:  # noqa: ANN401 - JSON of a stranger
    return json.dumps(value, sort_keys=True).encode()


def _install(body: dict[str, Any]) -> UUID | None:
    try:
        return _INSTALL.validate_python(body.get("install"))
    except ValidationError:
        return None


def _seq(track: Any) -> int | None:  # noqa: ANN401 - JSON of a stranger
    seq = track.get("seq") if isinstance(track, dict) else None
    if not isinstance(seq, int) or isinstance(seq, bool):
        return None
    return seq if 0 < seq < 2**63 else None
