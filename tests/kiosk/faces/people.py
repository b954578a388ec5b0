"""Faces for tests: who has which, sealed as a gateway seals them."""

import base64
from datetime import UTC, datetime, timedelta

from drivers.face.engine import MEASURES, Face, Measures
from drivers.face.simulated import OPEN, Standing
from kiosk.protocol.messages import FacesPart, SealedFace
from kiosk.protocol.sealing import seal

MIA, BEN, STRANGER = 1, 2, 99
LATER = datetime(2027, 6, 1, tzinfo=UTC)
PLACE = Face(100, 60, 120, 120)


def measures_of(person: int, *, off: float = 0.0) -> Measures:
    """Two people are 1.4 apart; `off` is how far this measuring is from the person's own."""
    numbers = [0.0] * MEASURES
    numbers[1 + person % (MEASURES - 1)] = 1.0
    numbers[0] = off
    return Measures.of(numbers)


def standing(
    person: int, *, face: Face = PLACE, openness: float = OPEN, off: float = 0.0
) -> Standing:
    return Standing(face, measures_of(person, off=off), openness)


def sealed_face(person: int, *, public: bytes, expires_at: datetime = LATER) -> SealedFace:
    sealed = seal(public, measures_of(person).octets, about=str(person).encode())
    told = base64.b64encode(sealed).decode()
    return SealedFace(person=person, sealed=told, expires_at=expires_at)


def part(
    *people: int,
    public: bytes,
    base: int = 0,
    version: int = 1,
    removed: tuple[int, ...] = (),
    expires_at: datetime = LATER,
) -> FacesPart:
    faces = tuple(sealed_face(each, public=public, expires_at=expires_at) for each in people)
    return FacesPart(base=base, version=version, faces=faces, removed=removed)


HOUR = timedelta(hours=1)
