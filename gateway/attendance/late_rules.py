"""Lates one by one, and what they add up to for whom and in what. Values in, values out."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class Per(StrEnum):
    """What lates are added up by, beside the person."""

    PERSON = "person"
    OFFERING = "offering"
    SUBJECT = "subject"


@dataclass(frozen=True, slots=True)
class Taught:
    """An offering that somebody was late for; `subject` is empty where it has none."""

    offering_id: int
    name: str
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Late:
    """One late (LAT-01).

    `reason` is a word of the kiosk's, or what was written by hand, empty for none;
    `marked_by` is a login's name, empty where the taps said it. `arrived_at` is None where
    nobody noted it. `taught` is what the person belongs to of what met.
    """

    session_id: int
    person_id: int
    name: str
    title: str
    day: date
    starts_at: datetime
    arrived_at: datetime | None
    minutes: int
    reason: str
    marked_by: str
    is_excused: bool
    taught: tuple[Taught, ...] = ()


@dataclass(frozen=True, slots=True)
class Lateness:
    """A person's lates in one offering, one subject, or altogether (LAT-02).

    `what` names the offering or subject. `count` and `minutes` leave excused ones out.
    """

    person_id: int
    name: str
    what: str
    count: int
    excused: int
    minutes: int

    @property
    def average(self) -> float | None:
        """Minutes late on average; None where no late counts."""
        return round(self.minutes / self.count, 1) if self.count else None


def accumulated(lates: Iterable[Late], *, per: Per) -> tuple[Lateness, ...]:
    """What the lates add up to, who was late most often first.

    A late in a session that several of the person's offerings share counts in each of them,
    and once in each subject.
    """
    by_what: dict[tuple[str, int, str], list[Late]] = defaultdict(list)
    for late in lates:
        for what in sorted(_whats(late, per)):
            by_what[late.name, late.person_id, what].append(late)
    found = [_lateness(*key, lates) for key, lates in sorted(by_what.items())]
    return tuple(sorted(found, key=lambda each: (-each.count, -each.minutes)))


def _whats(late: Late, per: Per) -> set[str]:
    if per is Per.PERSON:
        return {""}
    if per is Per.OFFERING:
        return {taught.name for taught in late.taught}
    return {taught.subject for taught in late.taught if taught.subject}


def _lateness(name: str, person_id: int, what: str, lates: Iterable[Late]) -> Lateness:
    counted = [late.minutes for late in lates if not late.is_excused]
    excused = sum(late.is_excused for late in lates)
    return Lateness(person_id, name, what, len(counted), excused, sum(counted))
