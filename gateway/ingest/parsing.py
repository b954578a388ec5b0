"""What arrived is read into values, or set aside with a reason a person can act on."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter, ValidationError

from kiosk.protocol.messages import VERSION, Heartbeat, KioskState, TrackMade, Tracks
from kiosk.protocol.topics import kiosk_of

_INSTALL: TypeAdapter[UUID] = TypeAdapter(UUID)
LONGEST_REASON = 400


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
        return _aside(message, f"kiosks send tracks, heartbeat and state, not {kind!r}", kiosk_id)
    except ValidationError as wrong:
        return _salvaged(message, kiosk_id, wrong)
    return parsed if _speaks_for_itself(parsed, kiosk_id) else _foreign(message, kiosk_id)


def _tracks(message: Arrived) -> Parsed:
    told = Tracks.model_validate_json(message.payload)
    return Parsed(told=tuple(Told(told.kiosk, told.install, track) for track in told.tracks))


def _heartbeat(message: Arrived) -> Parsed:
    return Parsed(heartbeat=Heartbeat.model_validate_json(message.payload))


def _state(message: Arrived) -> Parsed:
    return Parsed(state=KioskState.model_validate_json(message.payload))


_KINDS = {"tracks": _tracks, "heartbeat": _heartbeat, "state": _state}


def _speaks_for_itself(parsed: Parsed, kiosk_id: str) -> bool:
    names = {told.kiosk_id for told in parsed.told}
    names |= {said.kiosk for said in (parsed.heartbeat, parsed.state) if said is not None}
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
            return Parsed(
                told=(Told(kiosk_id, install, TrackMade.model_validate_json(_bytes(track))),)
            )
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
    return "; ".join(_complaints(wrong))[:LONGEST_REASON]


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
