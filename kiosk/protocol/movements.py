"""The odd/even rule: how one person's tracks of one school day become movements."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID


class Direction(StrEnum):
    """Which way a person went through the door."""

    IN = "in"
    OUT = "out"


class Presence(StrEnum):
    """Where a person is held to be on one school day."""

    SIGNED_IN = "signed_in"
    SIGNED_OUT = "signed_out"
    NOT_SIGNED = "not_signed"


@dataclass(frozen=True, slots=True, order=True)
class Track:
    """One accepted scan, as the fold needs it: `made_at` is aware, `id` breaks a tie."""

    made_at: datetime
    id: UUID


@dataclass(frozen=True, slots=True)
class Movement:
    """A track that counted, with its direction."""

    track: Track
    direction: Direction


def movements(tracks: Iterable[Track], *, repeat_window: timedelta) -> tuple[Movement, ...]:
    """Pair one person's tracks of one school day: odd ones sign in, even ones sign out (TRK-02).

    Tracks count in the order they were made, whatever order they arrived in, and each
    once however often it is given. One made less than `repeat_window` after the last
    that counted is a repeat and is left out.
    """
    counted: list[Track] = []
    for track in sorted(set(tracks)):
        if not counted or track.made_at - counted[-1].made_at >= repeat_window:
            counted.append(track)
    return tuple(
        Movement(track, Direction.IN if place % 2 else Direction.OUT)
        for place, track in enumerate(counted, start=1)
    )


def presence(moves: tuple[Movement, ...]) -> Presence:
    """Where the last movement left the person (TRK-03)."""
    if not moves:
        return Presence.NOT_SIGNED
    return Presence.SIGNED_IN if moves[-1].direction is Direction.IN else Presence.SIGNED_OUT
