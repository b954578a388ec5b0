"""Who is accounted for in an evacuation: ticks from many hands, in whatever order they came."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

SOONEST = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Tick:
    """Somebody was found safe, or turned out not to be. `at` is aware."""

    person: int
    at: datetime
    is_safe: bool


def standing(ticks: Iterable[Tick]) -> dict[int, Tick]:
    """The word that counts of each person: the latest; of two at one instant "not safe"."""
    latest: dict[int, Tick] = {}
    for tick in ticks:
        held = latest.get(tick.person)
        if held is None or _outranks(tick, held):
            latest[tick.person] = tick
    return latest


def safe_people(ticks: Iterable[Tick]) -> frozenset[int]:
    """Everybody who is safe by the word that counts."""
    return frozenset(person for person, tick in standing(ticks).items() if tick.is_safe)


def roll(present: Collection[int], ticks: Iterable[Tick]) -> frozenset[int]:
    """Who stands on the roll call: everybody signed in, and everybody safe who has left since."""
    return frozenset(present) | safe_people(ticks)


def next_instant(now: datetime, last: Tick | None) -> datetime:
    """When a tick made now is held for: always after the one it answers, whosever clock is wrong.

    `last` is the word that counted so far, None when there was none.
    """
    return now if last is None else max(now, last.at + SOONEST)


def _outranks(tick: Tick, held: Tick) -> bool:
    return (tick.at, not tick.is_safe) > (held.at, not held.is_safe)
